//! Who and what there is: the catalogue, the people, the projects.

use jiff::civil::Date;
use raally_domain::event::{CalendarEvent, ClientEvent, PersonEvent, ProjectEvent, RoleEvent, SkillEvent, TeamEvent};
use raally_domain::ids::{MilestoneId, PhaseId};
use raally_domain::model::{
    Budget, Calendar, Client, Compensation, CompensationKind, Currency, JobTitle, Milestone, Money, Person,
    PersonDetails, PersonKind, PersonSkill, Phase, Project, ProjectDetails, ProjectKind, ProjectRate, ProjectStatus,
    RateScope, Role, RoleRate, Schedule, Skill, Team, WorkingTime,
};
use raally_storage::Tx;
use uuid::Uuid;

use super::Company;
use super::company::{CALENDARS, CLIENTS, PEOPLE, PLACEHOLDERS, PROJECTS, ROLES, SKILLS, TEAMS, Week, monday};
use super::random::Chance;
use crate::app::App;
use crate::change::Expect;
use crate::codec::Indexed;
use crate::failure::Failure;
use crate::references::Referring;

const fn euro(amount: i64) -> Money {
    Money { amount_minor: amount * 100, currency: Currency::EUR }
}

impl Company {
    pub(super) async fn add<A>(&self, app: &App, tx: &mut Tx<'_>, wanted: Vec<A::Event>) -> Result<Uuid, Failure>
    where
        A: Indexed + raally_domain::decide::Intent + Referring + PartialEq,
    {
        let id: Uuid = app.mint().id();
        app.change::<A>(tx, &self.caller, id, Expect::New, wanted).await?;
        Ok(id)
    }

    pub(super) async fn catalogue(&mut self, app: &App, tx: &mut Tx<'_>) -> Result<(), Failure> {
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

    pub(super) async fn add_people(&mut self, app: &App, tx: &mut Tx<'_>) -> Result<(), Failure> {
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

    pub(super) async fn add_projects(&mut self, app: &App, tx: &mut Tx<'_>) -> Result<(), Failure> {
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

pub(super) fn friday(today: Date, weeks: i64) -> Date {
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
