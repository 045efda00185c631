//! The demo company: 40 people, 12 projects, a year of assignments around today, time off. The plan is the same each
//! time for the same day; passwords are random and returned once.

mod bookings;
mod company;
mod random;

use jiff::civil::Date;
use raally_domain::access::Role as AccessRole;
use raally_domain::decide::Refusal;
use raally_domain::event::{
    CalendarEvent, ClientEvent, NewWorkspace, PersonEvent, ProjectEvent, RoleEvent, SkillEvent, TeamEvent,
};
use raally_domain::ids::{
    CalendarId, ClientId, MilestoneId, PersonId, PhaseId, ProjectId, RoleId, SkillId, TeamId, UserId, WorkspaceId,
};
use raally_domain::kind::Kind;
use raally_domain::model::{
    Budget, Calendar, Client, Compensation, CompensationKind, Currency, JobTitle, Milestone, Money, Person,
    PersonDetails, PersonKind, PersonSkill, Phase, Project, ProjectDetails, ProjectKind, ProjectRate, ProjectStatus,
    RateScope, Role, RoleRate, Schedule, Settings, Skill, Team, WorkingTime, Workspace,
};
use raally_identity::{Secret, link};
use raally_storage::{Query, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::{Indexed, from_record};
use crate::failure::Failure;
use crate::references::Referring;
use crate::sign_in::NewAccount;
use company::{CALENDARS, CLIENTS, PEOPLE, PLACEHOLDERS, PROJECTS, ROLES, SKILLS, TEAMS, Week, monday};
use random::Chance;

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
                    tx.lock(Kind::Workspace, &[caller.workspace.0]).await?;
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

const fn euro(amount: i64) -> Money {
    Money { amount_minor: amount * 100, currency: Currency::EUR }
}

impl Company {
    async fn add<A>(&self, app: &App, tx: &mut Tx<'_>, wanted: Vec<A::Event>) -> Result<Uuid, Failure>
    where
        A: Indexed + raally_domain::decide::Intent + Referring + PartialEq,
    {
        let id: Uuid = app.mint().id();
        app.change::<A>(tx, &self.caller, id, Expect::New, wanted).await?;
        Ok(id)
    }

    async fn catalogue(&mut self, app: &App, tx: &mut Tx<'_>) -> Result<(), Failure> {
        for (name, weeks) in CALENDARS {
            let calendar =
                Calendar { name: name.into(), weeks: weeks.to_vec(), exceptions: Vec::new(), external_id: None };
            self.calendars.push(self.add::<Calendar>(app, tx, vec![CalendarEvent::Added(calendar)]).await?.into());
        }
        let since = monday(self.today, -104);
        for (name, bill, cost) in ROLES {
            let rate = RoleRate { valid_from: since, bill_per_hour: Some(euro(bill)), cost_per_hour: Some(euro(cost)) };
            let facts = vec![RoleEvent::Added(Role { name: name.into() }), RoleEvent::RateSet(rate)];
            self.roles.push(self.add::<Role>(app, tx, facts).await?.into());
        }
        for (name, category) in SKILLS {
            let skill = Skill { name: name.into(), category: Some(category.into()) };
            self.skills.push(self.add::<Skill>(app, tx, vec![SkillEvent::Added(skill)]).await?.into());
        }
        for name in TEAMS {
            let team = Team { name: name.into(), notes: None };
            self.teams.push(self.add::<Team>(app, tx, vec![TeamEvent::Added(team)]).await?.into());
        }
        for name in CLIENTS {
            let client = Client { name: name.into(), notes: None, external_id: None };
            self.clients.push(self.add::<Client>(app, tx, vec![ClientEvent::Added(client)]).await?.into());
        }
        Ok(())
    }

    async fn add_people(&mut self, app: &App, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let mut chance = Chance::new(7);
        for index in 0..PEOPLE.len() {
            let facts = self.person(index, &mut chance);
            self.people.push(self.add::<Person>(app, tx, facts).await?.into());
        }
        for (name, role) in PLACEHOLDERS {
            let details = PersonDetails { role_id: Some(self.roles[role]), ..nobody(name, PersonKind::Placeholder) };
            self.placeholders.push(self.add::<Person>(app, tx, vec![PersonEvent::Added(details)]).await?.into());
        }
        Ok(())
    }

    fn person(&self, index: usize, chance: &mut Chance) -> Vec<PersonEvent> {
        let (name, mail, role, team, skills, week, pay) = PEOPLE[index];
        let (role_id, since) = (self.roles[role], monday(self.today, -60 - chance.below(200)));
        let details = PersonDetails {
            email: Some(format!("{mail}@demo.example")),
            role_id: Some(role_id),
            team_ids: vec![self.teams[team]],
            user_id: self.users.get(index).copied(),
            starts_on: Some(since),
            ..nobody(name, PersonKind::Person)
        };
        let calendar_id = self.calendars[week as usize];
        let schedule = Schedule { valid_from: since, working_time: WorkingTime::Calendar { calendar_id } };
        let title = JobTitle { valid_from: since, title: ROLES[role].0.into(), role_id: Some(role_id) };
        let mut facts = vec![
            PersonEvent::Added(details),
            PersonEvent::JobTitleSet(title.clone()),
            PersonEvent::ScheduleSet(schedule),
        ];
        if index % 7 == 3 {
            let lead = format!("Lead {}", ROLES[role].0.to_lowercase().trim_start_matches("senior "));
            let valid_from = monday(self.today, -20);
            facts.push(PersonEvent::JobTitleSet(JobTitle { valid_from, title: lead, ..title }));
        }
        for skill in skills {
            let entry = PersonSkill { skill_id: self.skills[*skill], level: 2 + chance.below(4) };
            facts.push(PersonEvent::SkillSet(entry));
        }
        let share = match week {
            Week::Full | Week::NineDays => 100,
            Week::FourDays => 80,
            Week::ThirtyHours => 75,
            Week::Mornings => 50,
        };
        facts.push(PersonEvent::CompensationSet(Compensation {
            valid_from: since,
            kind: CompensationKind::Salaried,
            amount: euro(pay * 10 * share),
            weekly_minutes: None,
            paid_time_off_days: Some(28),
            benefits: chance.percent(30).then(|| "Job ticket, pension".to_owned()),
        }));
        facts
    }

    async fn add_projects(&mut self, app: &App, tx: &mut Tx<'_>) -> Result<(), Failure> {
        for index in 0..PROJECTS.len() {
            let (facts, phases) = self.project(app, index);
            let id = self.add::<Project>(app, tx, facts).await?;
            self.projects.push((id.into(), phases));
        }
        Ok(())
    }

    fn project(&self, app: &App, index: usize) -> (Vec<ProjectEvent>, Vec<Phase>) {
        let work = PROJECTS[index];
        let (first, last) = (monday(self.today, work.weeks.0), friday(self.today, work.weeks.1));
        let details = ProjectDetails {
            name: work.name.into(),
            code: Some(work.code.into()),
            client_id: work.client.map(|client| self.clients[client]),
            kind: [ProjectKind::Managed, ProjectKind::NonManaged, ProjectKind::TeamAugmentation]
                [usize::from(work.kind)],
            status: [ProjectStatus::Proposed, ProjectStatus::Active, ProjectStatus::OnHold, ProjectStatus::Completed]
                [usize::from(work.status)],
            starts_on: Some(first),
            ends_on: Some(last),
            color: Some(work.color.into()),
            manager_ids: self.users.get(index % self.users.len().clamp(1, 2)).copied().into_iter().collect(),
            notes: None,
            external_id: None,
        };
        let mut facts = vec![ProjectEvent::Added(details)];
        let count = i64::try_from(work.phases.len()).unwrap_or(1);
        let mut phases = Vec::new();
        for (number, name) in (0_i64..).zip(work.phases) {
            let at = |part: i64| work.weeks.0 + (work.weeks.1 - work.weeks.0 + 1) * part / count;
            let id: PhaseId = app.mint().id();
            let (starts_on, ends_on) = (monday(self.today, at(number)), friday(self.today, at(number + 1) - 1));
            let phase = Phase {
                id,
                name: (*name).into(),
                starts_on: Some(starts_on),
                ends_on: Some(ends_on),
                external_id: None,
            };
            facts.push(ProjectEvent::PhaseSet(phase.clone()));
            if count > 1 {
                let id: MilestoneId = app.mint().id();
                let done = ends_on < self.today;
                let name = format!("{name} accepted");
                facts.push(ProjectEvent::MilestoneSet(Milestone { id, name, on: ends_on, done, external_id: None }));
            }
            phases.push(phase);
        }
        let amount = work.client.map(|_| euro(work.budget_hours * 115));
        facts.push(ProjectEvent::BudgetSet(Budget { minutes: Some(work.budget_hours * 60), amount }));
        if work.client.is_some() {
            let (scope, bill) = if index.is_multiple_of(3) {
                (RateScope::Role { role_id: self.roles[1] }, euro(142))
            } else {
                (RateScope::Project, euro(118))
            };
            facts.push(ProjectEvent::RateSet(ProjectRate {
                id: app.mint().id(),
                scope,
                valid_from: first,
                bill_per_hour: bill,
            }));
        }
        (facts, phases)
    }
}

fn friday(today: Date, weeks: i64) -> Date {
    monday(today, weeks).saturating_add(jiff::Span::new().days(4))
}

fn nobody(name: &str, kind: PersonKind) -> PersonDetails {
    PersonDetails {
        name: name.into(),
        email: None,
        kind,
        role_id: None,
        team_ids: Vec::new(),
        user_id: None,
        holiday_region: None,
        starts_on: None,
        ends_on: None,
        notes: None,
        external_id: None,
    }
}
