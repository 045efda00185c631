//! The demo company: 40 people, 12 projects, a year of assignments around today, time off. The plan is the same each
//! time for the same day; passwords are random and returned once.

mod bookings;
mod company;
mod plan;
mod random;

use jiff::civil::Date;
use raally_domain::access::Role as AccessRole;
use raally_domain::decide::Refusal;
use raally_domain::event::NewWorkspace;
use raally_domain::ids::{CalendarId, ClientId, PersonId, ProjectId, RoleId, SkillId, TeamId, UserId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{Phase, Settings, Workspace};
use raally_identity::{Secret, link};
use raally_storage::{Query, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::codec::from_record;
use crate::failure::Failure;
use crate::sign_in::NewAccount;
use company::{PEOPLE, PLACEHOLDERS, PROJECTS, monday};

/// Whose public holidays the company observes.
const REGION: &str = "DE";

/// A login of the demo.
#[derive(Debug)]
pub struct DemoLogin {
    /// Mail address.
    pub email: String,
    /// The password; kept nowhere else.
    pub password: Secret,
    /// Role in the workspace.
    pub role: AccessRole,
}

/// What was made.
#[derive(Debug)]
pub struct Demo {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Who can sign in.
    pub logins: Vec<DemoLogin>,
    /// People, without placeholders.
    pub people: usize,
    /// Open demands.
    pub placeholders: usize,
    /// Projects.
    pub projects: usize,
    /// Assignments.
    pub assignments: usize,
    /// Absences.
    pub time_off: usize,
}

/// What a workspace was filled with.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filled {
    /// People, without placeholders.
    pub people: usize,
    /// Projects.
    pub projects: usize,
    /// Assignments.
    pub assignments: usize,
    /// Absences.
    pub time_off: usize,
}

/// The plan while it is made.
#[derive(Clone)]
struct Company {
    caller: Caller,
    today: Date,
    users: Vec<UserId>,
    calendars: Vec<CalendarId>,
    roles: Vec<RoleId>,
    skills: Vec<SkillId>,
    teams: Vec<TeamId>,
    clients: Vec<ClientId>,
    people: Vec<PersonId>,
    placeholders: Vec<PersonId>,
    projects: Vec<(ProjectId, Vec<Phase>)>,
}

impl App {
    /// Makes the demo company in a new workspace.
    ///
    /// # Errors
    /// `BadRequest` when a workspace of this name exists and `again` isn't set.
    pub async fn make_demo(&self, name: &str, again: bool) -> Result<Demo, Failure> {
        match self.find_workspace(name).await {
            Err(Failure::BadRequest { code: "unknown-workspace", .. }) => {}
            Ok(_) | Err(Failure::BadRequest { .. }) if again => {}
            Ok(_) => {
                let detail = format!("a workspace is called {name:?} already; another name or --again makes one more");
                return Err(Failure::bad_request("workspace-exists", detail));
            }
            Err(failure) => return Err(failure),
        }
        let (users, logins) = self.demo_logins().await?;
        let settings =
            Settings { time_zone: "Europe/Berlin".into(), holiday_region: Some(REGION.into()), ..Settings::default() };
        let caller = Caller { user: Some(users[0]), ..Caller::system(WorkspaceId::PLATFORM) };
        let new = NewWorkspace { name: name.to_owned(), settings };
        let workspace = WorkspaceId(self.create_workspace(users[0], &caller, new).await?.id);
        let caller = Caller { workspace, ..caller };
        let today = self.mint().now().to_zoned(jiff::tz::TimeZone::UTC).date();
        self.demo_members(&caller, users).await?;
        self.demo_holidays(&caller, REGION, today).await?;
        let (assignments, time_off) = self.demo_plan(caller, today, users.to_vec()).await?;
        Ok(Demo {
            workspace,
            name: name.to_owned(),
            logins,
            people: PEOPLE.len(),
            placeholders: PLACEHOLDERS.len(),
            projects: PROJECTS.len(),
            assignments,
            time_off,
        })
    }

    /// Fills an empty workspace with the demo company; the caller is one of its people and runs its projects.
    ///
    /// # Errors
    /// `BadRequest` when anything is planned there.
    pub async fn fill_with_demo(&self, caller: &Caller) -> Result<Filled, Failure> {
        let workspace = caller.workspace;
        let region = self
            .store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move {
                    nothing_planned(tx).await?;
                    let record = tx.get(Kind::Workspace, workspace.0).await?.ok_or(Refusal::NotFound)?;
                    Ok::<_, Failure>(from_record::<Workspace>(&record)?.state.settings.holiday_region)
                })
            })
            .await?;
        let today = self.mint().now().to_zoned(jiff::tz::TimeZone::UTC).date();
        if let Some(region) = region {
            self.demo_holidays(caller, &region, today).await?;
        }
        let users = caller.user.into_iter().collect();
        let (assignments, time_off) = self.demo_plan(caller.clone(), today, users).await?;
        Ok(Filled { people: PEOPLE.len(), projects: PROJECTS.len(), assignments, time_off })
    }

    async fn demo_logins(&self) -> Result<([UserId; 3], Vec<DemoLogin>), Failure> {
        let wanted =
            [("owner", AccessRole::Owner), ("manager", AccessRole::ResourceManager), ("member", AccessRole::Member)];
        let mut users = [UserId(Uuid::nil()); 3];
        let mut logins = Vec::new();
        for (index, (local, role)) in wanted.into_iter().enumerate() {
            let email = self.free_address(local).await?;
            let password = random_password()?;
            let name = PEOPLE[index].0.to_owned();
            let new = NewAccount { email: email.clone(), password: password.clone(), name, join_token: None };
            users[index] = self.create_user(new, false, None, None).await?;
            logins.push(DemoLogin { email, password, role });
        }
        Ok((users, logins))
    }

    async fn free_address(&self, local: &str) -> Result<String, Failure> {
        let mut number = 1;
        loop {
            let suffix = if number == 1 { String::new() } else { number.to_string() };
            let email = format!("{local}{suffix}@demo.example");
            if self.find_user(&email).await?.is_none() {
                return Ok(email);
            }
            number += 1;
        }
    }

    async fn demo_members(&self, caller: &Caller, users: [UserId; 3]) -> Result<(), Failure> {
        let (app, caller) = (self.clone(), caller.clone());
        self.store()
            .write(caller.scope(), move |tx| {
                let (app, caller) = (app.clone(), caller.clone());
                Box::pin(async move {
                    app.join(tx, &caller, users[1], AccessRole::ResourceManager).await?;
                    app.join(tx, &caller, users[2], AccessRole::Member).await
                })
            })
            .await
    }

    /// The years that the plan touches, as far as they are built in.
    async fn demo_holidays(&self, caller: &Caller, region: &str, today: Date) -> Result<(), Failure> {
        let mut years = vec![monday(today, -27).year(), today.year(), monday(today, 27).year()];
        years.dedup();
        for year in years {
            match self.load_holidays(caller, region, &[year]).await {
                Ok(_) | Err(Failure::Refused(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Everything that is planned, in one transaction.
    async fn demo_plan(&self, caller: Caller, today: Date, users: Vec<UserId>) -> Result<(usize, usize), Failure> {
        let app = self.clone();
        self.store()
            .write(caller.scope(), move |tx| {
                let (app, caller, users) = (app.clone(), caller.clone(), users.clone());
                Box::pin(async move {
                    nothing_planned(tx).await?;
                    let mut company = Company {
                        caller,
                        today,
                        users,
                        calendars: Vec::new(),
                        roles: Vec::new(),
                        skills: Vec::new(),
                        teams: Vec::new(),
                        clients: Vec::new(),
                        people: Vec::new(),
                        placeholders: Vec::new(),
                        projects: Vec::new(),
                    };
                    company.catalogue(&app, tx).await?;
                    company.add_people(&app, tx).await?;
                    company.add_projects(&app, tx).await?;
                    let assignments = company.book(&app, tx).await?;
                    let time_off = company.absences(&app, tx).await?;
                    Ok((assignments, time_off))
                })
            })
            .await
    }
}

/// The demo company moves into empty rooms only.
async fn nothing_planned(tx: &mut Tx<'_>) -> Result<(), Failure> {
    for kind in [Kind::Person, Kind::Project, Kind::Team, Kind::Role, Kind::Client, Kind::Skill] {
        if !tx.list(&Query::new(kind).limit(1)).await?.is_empty() {
            return Err(Failure::bad_request("not-empty", "This workspace has a plan of its own already."));
        }
    }
    Ok(())
}

/// Of 110 bits and more, in groups that can be typed.
fn random_password() -> Result<Secret, Failure> {
    let new = link::new_link().map_err(Failure::bug)?;
    let letters: Vec<char> = new.token.expose().chars().rev().filter(char::is_ascii_alphanumeric).take(20).collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Ok(Secret::from(groups.join("-")))
}
