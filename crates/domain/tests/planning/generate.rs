//! Generators of people, calendars and efforts, over the year 2026 and its edges.

use jiff::civil::Date;
use proptest::prelude::*;
use raally_domain::ids::{CalendarId, PersonId, ProjectId};
use raally_domain::model::{
    Assignment, Availability, Calendar, CalendarException, Commitment, DayMinutes, Effort, Observance, Pace, Person,
    PersonDetails, Schedule, Settings, Span, WorkingTime,
};
use raally_domain::rules::{Absence, Day, Days, WorkCalendar, date_of, day_of};
use uuid::Uuid;

/// 2026-01-01.
pub const NEW_YEAR: Day = 20_454;

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn days(from: &str, to: &str) -> Days {
    Days::new(day_of(date(from)), day_of(date(to)))
}

pub fn person(name: &str) -> Person {
    let details = serde_json::json!({ "name": name });
    let details: PersonDetails = serde_json::from_value(details).unwrap();
    Person { details, job_titles: vec![], schedules: vec![], availability: vec![], skills: vec![] }
}

pub fn weekly(mut person: Person, week: DayMinutes) -> Person {
    let working_time = WorkingTime::Weeks { weeks: vec![week] };
    person.schedules.push(Schedule { valid_from: date("2020-01-01"), working_time });
    person
}

pub fn assignment(person_id: PersonId, from: &str, to: Option<&str>, effort: Effort) -> Assignment {
    Assignment {
        person_id,
        project_id: ProjectId(id(1)),
        phase_id: None,
        role_id: None,
        starts_on: date(from),
        ends_on: to.map(date),
        effort,
        commitment: Commitment::Confirmed,
        note: None,
        external_id: None,
    }
}

/// All that a work calendar borrows from.
#[derive(Clone, Debug)]
pub struct Working {
    pub person: Person,
    pub settings: Settings,
    pub calendar: Calendar,
    pub holidays: Vec<(Day, Observance)>,
    pub absences: Vec<Absence>,
}

pub const CALENDAR: CalendarId = CalendarId(Uuid::from_u128(77));

impl Working {
    pub fn calendar(&self) -> WorkCalendar<'_> {
        let find = |id| (id == CALENDAR).then_some(&self.calendar);
        WorkCalendar::of(&self.person, &self.settings, find, &self.holidays, self.absences.clone())
    }
}

pub fn day() -> impl Strategy<Value = Day> {
    NEW_YEAR - 60..NEW_YEAR + 430
}

pub fn range() -> impl Strategy<Value = Days> {
    (day(), 0_i32..120).prop_map(|(from, length)| Days::new(from, from + length))
}

fn week() -> impl Strategy<Value = DayMinutes> {
    let minutes = prop_oneof![2 => Just(480_i64), 2 => Just(0), 1 => Just(450), 1 => 0_i64..=1_440];
    prop_oneof![
        Just([480, 480, 480, 480, 480, 0, 0]),
        Just([462, 462, 462, 462, 462, 0, 0]),
        proptest::array::uniform7(minutes),
    ]
}

fn exceptions() -> impl Strategy<Value = Vec<CalendarException>> {
    let one = (day(), 0_i32..4, prop_oneof![Just(0_i64), 0_i64..=600]).prop_map(|(from, length, minutes)| {
        CalendarException { from: date_of(from), to: date_of(from + length), minutes, name: None }
    });
    proptest::collection::vec(one, 0..4)
}

fn schedules() -> impl Strategy<Value = Vec<Schedule>> {
    let own = proptest::collection::vec(week(), 1..4).prop_map(|weeks| WorkingTime::Weeks { weeks });
    let source = prop_oneof![3 => own, 1 => Just(WorkingTime::Calendar { calendar_id: CALENDAR })];
    let from = prop_oneof![4 => Just(NEW_YEAR - 400), 2 => day()];
    proptest::collection::vec((from, source), 0..4).prop_map(|entries| {
        let mut known = Vec::new();
        for (from, working_time) in entries {
            let entry = Schedule { valid_from: date_of(from), working_time };
            raally_domain::model::put_dated(&mut known, entry);
        }
        known
    })
}

fn absences() -> impl Strategy<Value = Vec<Absence>> {
    let one = (day(), 0_i32..20, proptest::option::of(1_i64..600))
        .prop_map(|(from, length, minutes_per_day)| Absence { days: Days::new(from, from + length), minutes_per_day });
    proptest::collection::vec(one, 0..4)
}

pub fn working() -> impl Strategy<Value = Working> {
    let availability = proptest::collection::vec((day(), prop_oneof![Just(10_000_i64), 0_i64..20_000]), 0..3);
    let holiday = (day(), prop_oneof![Just(Observance::Full), Just(Observance::Half), Just(Observance::None)]);
    let holidays = proptest::collection::btree_map(holiday.0, holiday.1, 0..12);
    let employment = (proptest::option::of(day()), proptest::option::of(day()));
    let calendar = (proptest::collection::vec(week(), 1..3), exceptions());
    (schedules(), availability, employment, holidays, absences(), calendar, 1_i64..=7).prop_map(
        |(schedules, availability, employment, holidays, absences, (weeks, exceptions), first_day_of_week)| {
            let mut person = person("P");
            person.schedules = schedules;
            for (from, basis_points) in availability {
                let entry = Availability { valid_from: date_of(from), basis_points };
                raally_domain::model::put_dated(&mut person.availability, entry);
            }
            person.details.starts_on = employment.0.map(date_of);
            person.details.ends_on = employment.1.map(date_of);
            Working {
                person,
                settings: Settings { first_day_of_week, ..Settings::default() },
                calendar: Calendar { name: "C".into(), weeks, exceptions, external_id: None },
                holidays: holidays.into_iter().collect(),
                absences,
            }
        },
    )
}

/// A working calendar that is known on all days.
pub fn known_working() -> impl Strategy<Value = Working> {
    working().prop_map(|mut working| {
        let weeks = vec![[480, 480, 480, 480, 480, 0, 0]];
        let entry = Schedule { valid_from: date_of(NEW_YEAR - 900), working_time: WorkingTime::Weeks { weeks } };
        raally_domain::model::put_dated(&mut working.person.schedules, entry);
        working
    })
}

pub fn hours_form() -> impl Strategy<Value = Effort> {
    prop_oneof![
        (1_i64..=1_440).prop_map(|minutes_per_day| Effort::HoursPerDay { minutes_per_day }),
        (1_i64..=10_080).prop_map(|minutes_per_week| Effort::HoursPerWeek { minutes_per_week }),
        (1_i64..=20_000).prop_map(|basis_points| Effort::Percent { basis_points }),
    ]
}

pub fn spans(range: Days) -> impl Strategy<Value = Effort> {
    proptest::collection::vec((1_i32..15, 0_i32..5, 0_i64..5_000), 1..10).prop_map(move |parts| {
        let mut from = range.from;
        let mut spans = Vec::new();
        for (length, gap, minutes) in parts {
            let to = (from + length - 1).min(range.to);
            if from <= to {
                spans.push(Span { from: date_of(from), to: date_of(to), minutes });
            }
            from = to + 1 + gap;
        }
        Effort::Phased { spans }
    })
}

/// A range with an effort of any form that fits it.
pub fn booking() -> impl Strategy<Value = (Days, Effort)> {
    range().prop_flat_map(|range| {
        let pace = prop_oneof![
            (1_i64..=900).prop_map(|minutes_per_day| Pace::HoursPerDay { minutes_per_day }),
            (100_i64..=20_000).prop_map(|basis_points| Pace::Percent { basis_points }),
        ];
        let effort = prop_oneof![
            3 => hours_form().boxed(),
            1 => (1_i64..200_000).prop_map(|minutes| Effort::Total { minutes }).boxed(),
            1 => (1_i64..100_000, pace).prop_map(|(minutes, pace)| Effort::TotalUntilDone { minutes, pace }).boxed(),
            1 => spans(range).boxed(),
        ];
        (Just(range), effort)
    })
}
