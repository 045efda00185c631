//! What is particular to people and projects among the managed kinds.

use raally_domain::access::Grant;
use raally_domain::event::PersonEvent;
use raally_domain::ids::{PersonId, ProjectId};
use raally_domain::kind::Kind;
use raally_domain::model::{
    Compensation, DayMinutes, Person, PersonDetails, Project, ProjectDetails, Schedule, WorkingTime,
};

use crate::answer::Answer;
use crate::app::App;
use crate::caller::Caller;
use crate::codec::from_parts;
use crate::failure::Failure;

/// A Monday–Friday week of a fifth of the weekly minutes each; what can't be divided goes to the first days.
///
/// Source: PRODUCT rule 1.
#[must_use]
pub fn even_week(weekly_minutes: i64) -> DayMinutes {
    let (each, rest) = (weekly_minutes / 5, weekly_minutes % 5);
    let mut week = [0; 7];
    for (index, day) in week.iter_mut().take(5).enumerate() {
        *day = each + i64::from(i64::try_from(index).unwrap_or(0) < rest);
    }
    week
}

/// A schedule of an even week from a date on.
#[must_use]
pub fn even_schedule(valid_from: jiff::civil::Date, weekly_minutes: i64) -> Schedule {
    Schedule { valid_from, working_time: WorkingTime::Weeks { weeks: vec![even_week(weekly_minutes)] } }
}

/// The facts of new pay: the pay, and the schedule that its weekly hours make.
#[must_use]
pub fn pay_facts(pay: Compensation) -> Vec<PersonEvent> {
    let schedule = pay.weekly_minutes.map(|minutes| even_schedule(pay.valid_from, minutes));
    let mut facts = vec![PersonEvent::CompensationSet(pay)];
    facts.extend(schedule.map(PersonEvent::ScheduleSet));
    facts
}

/// From when a schedule holds that is given without a date: before any plan.
pub const SINCE_EVER: jiff::civil::Date = jiff::civil::Date::constant(2000, 1, 1);

impl App {
    /// Adds a person, with an even week at once where weekly minutes are given.
    ///
    /// # Errors
    /// The refusal.
    pub async fn add_person(
        &self,
        caller: &Caller,
        details: PersonDetails,
        weekly_minutes: Option<i64>,
    ) -> Result<Answer, Failure> {
        let since = details.starts_on.unwrap_or(SINCE_EVER);
        let schedule = weekly_minutes.map(|minutes| PersonEvent::ScheduleSet(even_schedule(since, minutes)));
        self.create::<Person>(caller, details, schedule.into_iter().collect()).await
    }

    /// Adds a project; who may manage the own ones only becomes its manager.
    ///
    /// # Errors
    /// The refusal.
    pub async fn add_project(&self, caller: &Caller, mut details: ProjectDetails) -> Result<Answer, Failure> {
        if let (Grant::Own, Some(user)) = (caller.grant, caller.user)
            && !details.manager_ids.contains(&user)
        {
            details.manager_ids.push(user);
        }
        self.create::<Project>(caller, details, Vec::new()).await
    }

    /// A person with the version, as of now or of an instant (microseconds).
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn person(&self, caller: &Caller, id: PersonId, as_of: Option<i64>) -> Result<(i64, Person), Failure> {
        let found = self.read(caller, Kind::Person, id.0, as_of).await?;
        let envelope = from_parts::<Person>(&found.body, None)?;
        Ok((envelope.version, envelope.state))
    }

    /// A project with the version, as of now or of an instant (microseconds).
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn project(&self, caller: &Caller, id: ProjectId, as_of: Option<i64>) -> Result<(i64, Project), Failure> {
        let found = self.read(caller, Kind::Project, id.0, as_of).await?;
        let envelope = from_parts::<Project>(&found.body, None)?;
        Ok((envelope.version, envelope.state))
    }
}
