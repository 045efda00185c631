//! Overbooking before it is saved (PRODUCT rule 4).

use proptest::prelude::*;
use raally_domain::ids::AssignmentId;
use raally_domain::model::{Effort, Settings};
use raally_domain::rules::{
    Booking, ClashScope, ClashWarning, Days, Grain, OPEN_END, WorkCalendar, check_clash, clash_range, day_of,
};

use super::generate::{assignment, booking, date, days, id, person, weekly, working};

const FULL_TIME: [i64; 7] = [480, 480, 480, 480, 480, 0, 0];

fn daily(minutes_per_day: i64) -> Effort {
    Effort::HoursPerDay { minutes_per_day }
}

fn check(proposed: (Days, &Effort), others: &[(Days, &Effort)], known: bool) -> raally_domain::rules::ClashCheck {
    let person = if known { weekly(person("P"), FULL_TIME) } else { person("P") };
    let settings = Settings::default();
    let calendar = WorkCalendar::of(&person, &settings, |_| None, &[], vec![]);
    let booking = |(days, effort)| Booking { days, effort };
    let others: Vec<_> =
        others.iter().enumerate().map(|(at, other)| (AssignmentId(id(at as u128)), booking(*other))).collect();
    let proposed = booking(proposed);
    let range = clash_range(&proposed, day_of(date("2026-01-01")), 1);
    check_clash(&calendar, &proposed, &others, range, Grain::Week)
}

#[test]
fn a_full_day_is_no_clash_and_a_minute_more_is() {
    let (march, half, more) = (days("2026-03-02", "2026-03-02"), daily(240), daily(241));
    assert!(check((march, &half), &[(march, &half)], true).clashes.is_empty());
    let found = check((march, &more), &[(march, &half)], true);
    assert_eq!(found.clashes.len(), 1, "the day, not the week");
    let clash = &found.clashes[0];
    assert_eq!((clash.scope, clash.load_minutes, clash.capacity_minutes), (ClashScope::Day, 481, 480));
    assert_eq!(clash.assignment_ids, [AssignmentId(id(0))]);
}

#[test]
fn a_week_over_its_capacity_is_listed_after_its_days() {
    let (week, six, three) = (days("2026-03-02", "2026-03-06"), daily(360), daily(180));
    let found = check((week, &six), &[(week, &three)], true);
    let scopes: Vec<_> = found.clashes.iter().map(|clash| clash.scope).collect();
    assert_eq!(scopes[..5], [ClashScope::Day; 5]);
    assert_eq!(scopes[5..], [ClashScope::Bucket]);
    assert_eq!((found.clashes[5].load_minutes, found.clashes[5].capacity_minutes), (2_700, 2_400));
}

#[test]
fn an_overbooked_week_elsewhere_refuses_nothing() {
    let (elsewhere, twelve, here, eight) =
        (days("2026-03-02", "2026-03-06"), daily(720), days("2026-03-09", "2026-03-09"), daily(480));
    assert_eq!(check((here, &eight), &[(elsewhere, &twelve)], true).clashes, []);
}

#[test]
fn a_total_that_the_next_week_can_hold_does_not_overbook_this_week() {
    let (both, this, total, full) = (
        days("2026-03-02", "2026-03-13"),
        days("2026-03-02", "2026-03-06"),
        Effort::Total { minutes: 2_400 },
        daily(480),
    );
    let found = check((both, &total), &[(this, &full)], true);
    assert!(found.clashes.iter().all(|clash| clash.scope == ClashScope::Day), "no week is over: {found:?}");
    assert!(!found.clashes.is_empty(), "spread evenly, the days of this week are");
}

#[test]
fn an_unknown_schedule_is_a_warning_and_no_clash() {
    let (march, twenty) = (days("2026-03-02", "2026-03-06"), daily(1_200));
    let found = check((march, &twenty), &[], false);
    assert_eq!((found.clashes, found.warnings), (vec![], vec![ClashWarning::UnknownSchedule]));
    let found = check((march, &Effort::Total { minutes: 60 }), &[], false);
    assert_eq!(found.warnings, [ClashWarning::UnknownSchedule, ClashWarning::UnknownLoad]);
}

#[test]
fn an_open_end_is_checked_for_a_year() {
    let (open, nine) = (Days::new(day_of(date("2026-01-05")), OPEN_END), daily(540));
    let found = check((open, &nine), &[], true);
    let days = found.clashes.iter().filter(|clash| clash.scope == ClashScope::Day).count();
    assert!((261..=267).contains(&days), "{days}");
}

#[test]
fn the_plan_checks_a_booking_against_the_others_and_not_against_itself() {
    let mut plan = raally_domain::plan::Plan::default();
    let who = raally_domain::ids::PersonId(id(1));
    plan.put_person(who, weekly(person("P"), FULL_TIME));
    let project = serde_json::json!({ "name": "Shop" });
    plan.put_project(raally_domain::ids::ProjectId(id(1)), serde_json::from_value(project).unwrap());
    let mut booked = assignment(who, "2026-03-02", Some("2026-03-02"), daily(300));
    let today = date("2026-03-01");
    plan.put_assignment(AssignmentId(id(7)), 1, &booked);
    let again = plan.check_clash(Some(AssignmentId(id(7))), &booked, today);
    assert_eq!(again, raally_domain::rules::ClashCheck::default());
    let new = plan.check_clash(None, &booked, today);
    assert_eq!(new.clashes[0].assignment_ids, [AssignmentId(id(7))]);
    booked.commitment = raally_domain::model::Commitment::Tentative;
    assert_eq!(plan.check_clash(None, &booked, today), raally_domain::rules::ClashCheck::default());
}

proptest! {
    #[test]
    fn only_days_with_load_of_the_booking_clash(working in working(), proposed in booking(), others in proptest::collection::vec(booking(), 0..4)) {
        let calendar = working.calendar();
        let first = working.settings.first_day_of_week;
        let others: Vec<_> = others.iter().enumerate().map(|(at, (days, effort))| (AssignmentId(id(at as u128)), Booking { days: *days, effort })).collect();
        let booking = Booking { days: proposed.0, effort: &proposed.1 };
        let range = clash_range(&booking, proposed.0.from, first);
        let found = check_clash(&calendar, &booking, &others, range, Grain::Week);
        let own = raally_domain::rules::expand(&booking, &calendar, range).minutes;
        for clash in &found.clashes {
            let slots = (day_of(clash.from) - range.from) as usize..=(day_of(clash.to) - range.from) as usize;
            prop_assert!(own[slots].iter().sum::<i64>() > 0 || clash.scope == ClashScope::Bucket);
            prop_assert!(clash.load_minutes > clash.capacity_minutes);
        }
        let alone = check_clash(&calendar, &booking, &[], range, Grain::Week);
        prop_assert!(alone.clashes.len() <= found.clashes.len());
    }
}
