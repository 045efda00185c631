//! Two companies of the same shape, each with one or two of everything and its marker in every text, and their people.

use raally_application::sign_in::NewAccount;
use raally_identity::Secret;
use serde_json::{Value, json};

use crate::samples::{PICTURE, SHEET};
use crate::support::{Call, Host, PASSWORD, User, id, version};

/// A company.
pub struct Company {
    pub marker: &'static str,
    pub path: String,
    pub owner: User,
    /// Name of a path or body slot → the id of the company's own object.
    pub ids: Vec<(&'static str, String)>,
}

impl Company {
    /// The id that stands in slots of this name.
    pub fn id(&self, slot: &str) -> Option<&str> {
        let slot = match slot {
            "teamIds" => "teamId",
            "managerIds" | "actorId" => "userId",
            "objectId" => "personId",
            "skill" => "skillId",
            other => other,
        };
        self.ids.iter().find(|(name, _)| *name == slot).map(|(_, id)| id.as_str())
    }

    pub async fn make(host: &Host, marker: &'static str) -> Self {
        let owner = host.sign_up(&format!("{marker} Owner")).await;
        let path = host.workspace(&owner, &format!("{marker} company")).await;
        let mut company = Self { marker, path, owner, ids: Vec::new() };
        company.ids.push(("userId", company.owner.id.clone()));
        company.ids.push(("sessionId", company.owner.session.clone()));
        let logo = Call::new(http::Method::PUT, &format!("{}/logo", company.path)).by(&company.owner).version(1);
        host.call(logo.bytes("image/png", PICTURE)).await.ok();
        company.add_lists(host).await;
        company.add_people(host).await;
        company.add_projects(host).await;
        company.add_imports(host).await;
        company
    }

    async fn add(&mut self, host: &Host, slot: &'static str, collection: &str, body: Value) -> Value {
        let made = host.add(&self.path, &self.owner, collection, body).await;
        self.ids.push((slot, id(&made).to_owned()));
        made
    }

    /// Two of each, so that lists have a second page.
    async fn add_lists(&mut self, host: &Host) {
        let marker = self.marker;
        for (slot, collection) in
            [("clientId", "clients"), ("teamId", "teams"), ("skillId", "skills"), ("roleId", "roles")]
        {
            self.add(host, slot, collection, json!({"name": format!("{marker} first")})).await;
            host.add(&self.path, &self.owner, collection, json!({"name": format!("{marker} second")})).await;
        }
        let week = json!([[480, 480, 480, 480, 480, 0, 0]]);
        let body = json!({"name": format!("{marker} calendar"), "weeks": week});
        self.add(host, "calendarId", "calendars", body.clone()).await;
        host.add(&self.path, &self.owner, "calendars", body).await;
        for day in ["2026-12-24", "2026-12-31"] {
            let body = json!({"region": format!("{marker}"), "on": day, "name": format!("{marker} day")});
            let made = host.add(&self.path, &self.owner, "holidays", body).await;
            if day == "2026-12-24" {
                self.ids.push(("holidayId", id(&made).to_owned()));
            }
        }
        let link = host.add(&self.path, &self.owner, "join-links", json!({"role": "viewer"})).await;
        self.ids.push(("joinLinkId", id(&link).to_owned()));
    }

    async fn add_people(&mut self, host: &Host) {
        let marker = self.marker;
        let body = json!({
            "name": format!("{marker} Ada"), "email": format!("ada@{}.example", marker.to_lowercase()),
            "notes": format!("{marker} notes"), "roleId": self.id("roleId"), "teamIds": [self.id("teamId")],
            "userId": self.owner.id, "weeklyMinutes": 2400,
        });
        let person = self.add(host, "personId", "people", body).await;
        host.add(&self.path, &self.owner, "people", json!({"name": format!("{marker} Bob")})).await;
        let at = |part: String| format!("{}/people/{}/{part}", self.path, id(&person));
        let pay = json!({"kind": "hourly", "amount": {"amountMinor": 777_123, "currency": "EUR"}, "benefits": format!("{marker} car")});
        let title = json!({"title": format!("{marker} developer"), "roleId": self.id("roleId")});
        let puts = [
            ("job-titles/2026-01-01".to_owned(), title),
            (format!("skills/{}", self.id("skillId").unwrap()), json!({"level": 3})),
            ("availability/2026-01-01".to_owned(), json!({"basisPoints": 10_000})),
            ("compensations/2026-01-01".to_owned(), pay),
            ("bill-rates/2026-01-01".to_owned(), json!({"perHour": {"amountMinor": 888_123, "currency": "EUR"}})),
        ];
        for (number, (part, body)) in (version(&person)..).zip(puts) {
            host.put(&at(part), &self.owner, number, body).await.ok();
        }
        for month in [7, 8] {
            let body = json!({
                "personId": person["id"], "startsOn": format!("2026-{month:02}-01"), "endsOn": format!("2026-{month:02}-07"),
                "note": format!("{marker} reason"),
            });
            let made = host.add(&self.path, &self.owner, "time-off", body).await;
            if month == 7 {
                self.ids.push(("timeOffId", id(&made).to_owned()));
            }
        }
    }

    async fn add_projects(&mut self, host: &Host) {
        let marker = self.marker;
        let body = json!({
            "name": format!("{marker} Apollo"), "code": format!("{marker}-1"), "notes": format!("{marker} plan"),
            "clientId": self.id("clientId"), "managerIds": [self.owner.id],
        });
        let project = self.add(host, "projectId", "projects", body).await;
        host.add(&self.path, &self.owner, "projects", json!({"name": format!("{marker} Zeus")})).await;
        let at = format!("{}/projects/{}", self.path, id(&project));
        let phase = json!({"name": format!("{marker} phase")});
        let with_phase = host.act(&format!("{at}/phases"), &self.owner, 1, phase).await.ok();
        self.ids.push(("phaseId", id(&with_phase["phases"][0]).to_owned()));
        let milestone = json!({"name": format!("{marker} milestone"), "on": "2026-06-01"});
        let with_milestone = host.act(&format!("{at}/milestones"), &self.owner, 2, milestone).await.ok();
        self.ids.push(("milestoneId", id(&with_milestone["milestones"][0]).to_owned()));
        let money = json!({"amountMinor": 999_123, "currency": "EUR"});
        let rate = json!({"scope": {"of": "project"}, "validFrom": "2026-01-01", "billPerHour": money});
        host.act(&format!("{at}/rates"), &self.owner, 3, rate).await.ok();
        host.put(&format!("{at}/budget"), &self.owner, 4, json!({"amount": money})).await.ok();
        let rates = host.get(&format!("{at}/rates"), &self.owner).await.ok();
        self.ids.push(("rateId", id(&rates["items"][0]).to_owned()));
        for day in ["2026-03-02", "2026-04-06"] {
            let body = json!({
                "personId": self.id("personId"), "projectId": project["id"], "roleId": self.id("roleId"),
                "startsOn": day, "endsOn": format!("{}{}", &day[..8], "10"), "note": format!("{marker} work"),
                "effort": {"form": "hours-per-day", "minutesPerDay": 60},
            });
            let made = host.add(&self.path, &self.owner, "assignments", body).await;
            if day == "2026-03-02" {
                self.ids.push(("assignmentId", id(&made).to_owned()));
            }
        }
    }

    async fn add_imports(&mut self, host: &Host) {
        let path = format!("{}/imports?name=sheet.csv", self.path);
        let made = host.call(Call::post(&path).by(&self.owner).bytes("text/csv", SHEET)).await.created();
        self.ids.push(("importId", id(&made).to_owned()));
        let name = format!("mapping-{}", self.owner.id);
        let mapping = json!({"mapping": {"kind": "people", "columns": {"person": "Name"}}});
        host.put(&format!("{}/import-mappings/{name}", self.path), &self.owner, 1, mapping).await.gone();
        self.ids.push(("mappingName", name));
    }

    /// A member with this role whose membership is then changed, if anything is given.
    pub async fn member(&self, host: &Host, role: &str, name: &str, change: Value) -> User {
        let user = host.member(&self.owner, &self.path, role, name).await;
        if !change.is_null() {
            let path = format!("{}/members/{}", self.path, user.id);
            host.patch(&path, &self.owner, 1, change).await.ok();
        }
        user
    }
}

/// A login that may run the installation and belongs to no workspace.
pub async fn platform_admin(host: &Host) -> User {
    let email = "root@example.org";
    let account = NewAccount {
        email: email.into(),
        password: Secret::new(PASSWORD.to_owned()),
        name: "Root".into(),
        join_token: None,
    };
    host.app.create_user(account, true, None, None).await.unwrap();
    let user = User {
        id: String::new(),
        email: email.into(),
        token: String::new(),
        refresh: String::new(),
        session: String::new(),
    };
    host.sign_in(&user).await
}
