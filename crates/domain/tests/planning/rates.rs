//! Cost and bill rates (PRODUCT rule 9).

use jiff::civil::Date;
use proptest::prelude::*;
use raally_domain::ids::{PersonId, PhaseId, RateId, RoleId};
use raally_domain::model::{
    BillRate, Compensation, CompensationKind, Currency, Money, ProjectRate, RateScope, RoleRate, Settings,
};
use raally_domain::rules::{
    BillSource, CostSource, Rate, RateContext, RateLines, WorkCalendar, amount_minor, contracted_minutes_of_year,
    totals_by_currency,
};

use super::generate::{date, id, person, weekly};

const PERSON: PersonId = PersonId(uuid::Uuid::from_u128(1));
const ROLE: RoleId = RoleId(uuid::Uuid::from_u128(2));
const PHASE: PhaseId = PhaseId(uuid::Uuid::from_u128(3));

fn euro(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::EUR }
}

fn on_card(scope: RateScope, from: &str, amount: i64) -> ProjectRate {
    ProjectRate { id: RateId(id(9)), scope, valid_from: date(from), bill_per_hour: euro(amount) }
}

fn pay(kind: CompensationKind, amount: i64) -> Compensation {
    Compensation {
        valid_from: date("2026-01-01"),
        kind,
        amount: euro(amount),
        weekly_minutes: None,
        paid_time_off_days: None,
        benefits: None,
    }
}

#[test]
fn the_bill_rate_is_the_first_found() {
    let mut card = vec![
        on_card(RateScope::Phase { phase_id: PHASE }, "2026-01-01", 1),
        on_card(RateScope::Person { person_id: PERSON }, "2026-01-01", 2),
        on_card(RateScope::Role { role_id: ROLE }, "2026-01-01", 3),
        on_card(RateScope::Project, "2026-01-01", 4),
    ];
    let own = [BillRate { valid_from: date("2026-01-01"), per_hour: euro(5) }];
    let of_role = [RoleRate { valid_from: date("2026-01-01"), bill_per_hour: Some(euro(6)), cost_per_hour: None }];
    let found = |card: &[ProjectRate], own: &[BillRate]| {
        let context = RateContext {
            person_id: PERSON,
            role_id: Some(ROLE),
            phase_id: Some(PHASE),
            card,
            bill_rates: own,
            compensations: &[],
            role_rates: &of_role,
        };
        context.bill_on(date("2026-06-01")).map(|(source, rate)| (source, rate.amount_minor))
    };
    let mut amounts = Vec::new();
    while !card.is_empty() {
        amounts.push(found(&card, &own).unwrap().1);
        card.remove(0);
    }
    amounts.push(found(&[], &own).unwrap().1);
    amounts.push(found(&[], &[]).unwrap().1);
    assert_eq!(amounts, [1, 2, 3, 4, 5, 6]);
    let late = [on_card(RateScope::Phase { phase_id: PHASE }, "2026-07-01", 1)];
    assert_eq!(found(&late, &[]), Some((BillSource::Role { role_id: ROLE }, 6)), "not in force yet");
}

#[test]
fn a_salary_is_divided_by_the_contracted_minutes_of_its_year() {
    let (mut who, settings) = (weekly(person("P"), [480, 480, 480, 480, 480, 0, 0]), Settings::default());
    who.details.starts_on = Some(date("2026-07-01"));
    who.schedules[0].valid_from = date("2026-07-01");
    let calendar = WorkCalendar::of(&who, &settings, |_| None, &[], vec![]);
    let minutes = contracted_minutes_of_year(&calendar, 2026);
    assert_eq!(minutes, 261 * 480, "a whole year, though the person joins in July");
    let of_role = [RoleRate { valid_from: date("2026-01-01"), bill_per_hour: None, cost_per_hour: Some(euro(7)) }];
    let salaried = [pay(CompensationKind::Salaried, 6_000_000)];
    let cost = |compensations: &[Compensation], year_minutes| {
        let context = RateContext {
            person_id: PERSON,
            role_id: Some(ROLE),
            phase_id: None,
            card: &[],
            bill_rates: &[],
            compensations,
            role_rates: &of_role,
        };
        context.cost_on(date("2026-08-01"), |_| year_minutes)
    };
    let rate = Rate { amount_minor: 6_000_000, per_minutes: minutes, currency: Currency::EUR };
    assert_eq!(cost(&salaried, minutes), Some((CostSource::Compensation { person_id: PERSON }, rate)));
    assert_eq!(amount_minor(minutes, rate), 6_000_000);
    let role_rate = Rate { amount_minor: 7, per_minutes: 60, currency: Currency::EUR };
    let of_role = Some((CostSource::Role { role_id: ROLE }, role_rate));
    assert_eq!(cost(&salaried, 0), of_role);
    assert_eq!(cost(&[], minutes), of_role);
}

#[test]
fn a_line_is_rounded_once_and_half_to_even() {
    let rate = Rate { amount_minor: 1, per_minutes: 60, currency: Currency::EUR };
    assert_eq!([30, 90, 150].map(|minutes| amount_minor(minutes, rate)), [0, 2, 2]);
    let mut lines = RateLines::default();
    for _ in 0..3 {
        lines.add(Some(((), rate)), 30);
    }
    lines.add(None, 5);
    let found = lines.lines();
    assert_eq!((found.len(), found[0].minutes, found[0].amount_minor), (1, 90, 2));
    assert_eq!(lines.unrated_minutes(), 5);
}

#[test]
fn currencies_are_never_added() {
    let mut lines = RateLines::default();
    for (code, minutes) in [("USD", 60), ("EUR", 120), ("USD", 180)] {
        let currency = Currency::new(code).unwrap();
        lines.add(Some((minutes, Rate { amount_minor: 100, per_minutes: 60, currency })), minutes);
    }
    let totals: Vec<_> = totals_by_currency(&lines.lines())
        .iter()
        .map(|money| (money.currency.code().to_owned(), money.amount_minor))
        .collect();
    assert_eq!(totals, [("EUR".into(), 200), ("USD".into(), 400)]);
}

proptest! {
    #[test]
    fn the_order_of_minutes_does_not_matter(mut parts in proptest::collection::vec((0_i64..4, 0_i64..5_000), 1..30)) {
        let sum = |parts: &[(i64, i64)]| {
            let mut lines = RateLines::default();
            for (rate, minutes) in parts {
                let rate = Rate { amount_minor: 1_000 + rate, per_minutes: 60, currency: Currency::EUR };
                lines.add(Some(((), rate)), *minutes);
            }
            totals_by_currency(&lines.lines())
        };
        let forward = sum(&parts);
        parts.reverse();
        prop_assert_eq!(forward, sum(&parts));
    }

    #[test]
    fn a_year_has_a_years_minutes(year in 1990_i16..2100) {
        let (who, settings) = (weekly(person("P"), [1; 7]), Settings::default());
        let calendar = WorkCalendar::of(&who, &settings, |_| None, &[], vec![]);
        let days = i64::from(Date::constant(year, 12, 31).day_of_year());
        prop_assert_eq!(contracted_minutes_of_year(&calendar, year), days);
    }
}
