//! Does a booking clash? Asked in the transaction that would save it, which runs after all others of the workspace, so that
//! no other booking of that person can slip in between.

use jiff::civil::Date;
use raally_domain::decide::Refusal;
use raally_domain::ids::{AssignmentId, CalendarId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{
    AssignmentDetails, Calendar, ClashPolicy, Commitment, Holiday, Observance, Person, Settings, TimeOff, WorkingTime,
};
use raally_domain::plan::Plan;
use raally_domain::rules::{
    Absence, Booking, Clash, Day, Days, Expansion, WorkCalendar, day_of, expand, holiday_region,
};
use raally_storage::{Op, Query, Tx};
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::codec::from_record;
use crate::failure::Failure;

/// What decides a person's working days, loaded for a range.
pub(crate) struct WorkingDays {
    person: Person,
    settings: Settings,
    calendars: Vec<(CalendarId, Calendar)>,
    holidays: Vec<(Day, Observance)>,
    absences: Vec<Absence>,
}

impl WorkingDays {
    /// The pure form that rules are asked with.
    pub(crate) fn calendar(&self) -> WorkCalendar<'_> {
        let find = |id: CalendarId| self.calendars.iter().find(|(known, _)| *known == id).map(|(_, found)| found);
        WorkCalendar::of(&self.person, &self.settings, find, &self.holidays, self.absences.clone())
    }
}

impl App {
    /// Settles what is saved when the booking clashes: nothing, a tentative one, or what was asked. Answers the objects
    /// that it has seen alive on the way.
    ///
    /// # Errors
    /// `Refusal::Clash` with every clash when the policy is to refuse.
    pub(crate) async fn settle_clash(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        id: Option<Uuid>,
        details: &mut AssignmentDetails,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Vec<(Kind, Uuid)>, Failure> {
        let desk = self.desk(tx, caller.workspace).await?;
        let (policy, clashes, seen) = judge(&desk.plan, self.today_date(desk.plan.settings()), id, details, on_clash);
        self.desks().give_back(caller.workspace, desk);
        match policy {
            _ if clashes.is_empty() => {}
            ClashPolicy::Refuse => return Err(Refusal::Clash(clashes).into()),
            ClashPolicy::Tentative => details.commitment = Commitment::Tentative,
            ClashPolicy::Allow => {}
        }
        Ok(seen)
    }

    /// What decides a person's working days around a range; none for an unknown person.
    pub(crate) async fn working_days(
        &self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        person: Uuid,
        settings: Settings,
        range: Days,
    ) -> Result<Option<WorkingDays>, Failure> {
        let Some(record) = tx.get_in(workspace, Kind::Person, person).await? else { return Ok(None) };
        let person_state = from_record::<Person>(&record)?.state;
        let mut calendars = Vec::new();
        for schedule in &person_state.schedules {
            if let WorkingTime::Calendar { calendar_id } = schedule.working_time
                && let Some(record) = tx.get_in(workspace, Kind::Calendar, calendar_id.0).await?
            {
                calendars.push((calendar_id, from_record::<Calendar>(&record)?.state));
            }
        }
        let mut holidays = Vec::new();
        if let Some(region) = holiday_region(&person_state, &settings) {
            let query = Query::new(Kind::Holiday).filter("region", Op::Eq, region);
            for record in tx.list(&query).await? {
                let holiday = from_record::<Holiday>(&record)?.state;
                holidays.push((day_of(holiday.on), holiday.observance));
            }
            holidays.sort_by_key(|(day, _)| *day);
        }
        let mut absences = Vec::new();
        let query = Query::new(Kind::TimeOff)
            .filter("person_id", Op::Eq, person)
            .filter("status", Op::Eq, "approved")
            .filter("ends_on", Op::Ge, range.from.saturating_sub(7));
        for record in tx.list(&query).await? {
            absences.extend(Absence::of(&from_record::<TimeOff>(&record)?.state, false));
        }
        Ok(Some(WorkingDays { person: person_state, settings, calendars, holidays, absences }))
    }

    /// A booking's minutes per day of a range.
    ///
    /// # Errors
    /// `NotFound` when its person is gone.
    pub(crate) async fn expansion(
        &self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        details: &AssignmentDetails,
        range: Days,
    ) -> Result<Expansion, Failure> {
        let settings = self.settings(tx, workspace).await?;
        let days = self.working_days(tx, workspace, details.person_id.0, settings, range).await?;
        let days = days.ok_or(Refusal::NotFound)?;
        Ok(expand(&Booking::of(details), &days.calendar(), range))
    }

    /// Today in the workspace's time zone.
    #[must_use]
    pub fn today_date(&self, settings: &Settings) -> Date {
        let zone = jiff::tz::TimeZone::get(&settings.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
        self.mint().now().to_zoned(zone).date()
    }
}

/// Judges a booking by the plan alone.
fn judge(
    plan: &Plan,
    today: Date,
    id: Option<Uuid>,
    details: &AssignmentDetails,
    on_clash: Option<ClashPolicy>,
) -> (ClashPolicy, Vec<Clash>, Vec<(Kind, Uuid)>) {
    let policy = on_clash.unwrap_or(plan.settings().clash_policy);
    let mut seen = Vec::with_capacity(3);
    if plan.person(details.person_id).is_some_and(|slot| slot.alive().is_some()) {
        seen.push((Kind::Person, details.person_id.0));
    }
    if plan.project(details.project_id).is_some_and(|entry| entry.alive().is_some()) {
        seen.push((Kind::Project, details.project_id.0));
    }
    if let Some(role) = details.role_id.filter(|role| plan.role(*role).is_some_and(|entry| entry.alive().is_some())) {
        seen.push((Kind::Role, role.0));
    }
    let clashes = if policy == ClashPolicy::Allow {
        Vec::new()
    } else {
        plan.check_clash(id.map(AssignmentId), details, today).clashes
    };
    (policy, clashes, seen)
}
