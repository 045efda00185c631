//! Cost against budget, who could take a piece of work, and reports as tables.

use raally_domain::ids::{AssignmentId, PhaseId, RateId};
use raally_domain::model::{
    Budget, Compensation, CompensationKind, PersonMoney, ProjectMoney, ProjectRate, RateScope, RoleMoney, RoleRate,
};
use raally_domain::plan::Plan;
use raally_domain::report::{
    CandidateQuery, CostReport, FitReason, HoursReport, ReportFault, ReportQuery, SkillWanted, Tabular, candidates,
    candidates_for_assignment, cost, hours,
};
use raally_domain::rules::{CostSource, Grain};
use serde_json::json;

use super::generate::{date, id};
use super::reports::{ANNE, BEN, DEVELOPER, PROJECT, RUST, TODAY, WANTED, book, daily, euro, small, week};

fn with_money() -> Plan {
    let mut plan = small();
    let from = date("2026-01-01");
    let rate = RoleRate { valid_from: from, bill_per_hour: Some(euro(10_000)), cost_per_hour: Some(euro(5_000)) };
    plan.put_role_money(DEVELOPER, RoleMoney { rates: vec![rate] });
    let pay = Compensation {
        valid_from: from,
        kind: CompensationKind::Hourly,
        amount: euro(4_000),
        weekly_minutes: None,
        paid_time_off_days: None,
        benefits: None,
    };
    plan.put_person_money(ANNE, PersonMoney { compensations: vec![pay], bill_rates: vec![] });
    let budget = Budget { minutes: Some(9_600), amount: Some(euro(800_000)) };
    plan.put_project_money(PROJECT, ProjectMoney { budget, rates: vec![] });
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(480));
    book(&mut plan, 2, WANTED, "2026-03-02", "2026-03-06", daily(480));
    book(&mut plan, 3, WANTED, "2026-02-02", "2026-02-06", daily(480));
    book(&mut plan, 4, BEN, "2026-03-02", "2026-03-02", daily(60));
    plan
}

#[test]
fn cost_counts_placeholders_at_their_roles_rate() {
    let plan = with_money();
    let asked = ReportQuery::new(date("2026-01-01"), date("2026-12-31"), Grain::Total);
    let report = cost(&plan, &asked, TODAY).unwrap();
    let shop = &report.projects[0];
    assert_eq!((shop.minutes, shop.placeholder_minutes, shop.minutes_basis_points), (4_860, 2_400, Some(5_063)));
    let side = shop.cost.as_ref().unwrap();
    let amounts: Vec<_> = side.lines.iter().map(|line| (line.source, line.minutes, line.amount_minor)).collect();
    let anne = CostSource::Compensation { person_id: ANNE };
    assert_eq!(amounts, [(anne, 2_400, 160_000), (CostSource::Role { role_id: DEVELOPER }, 2_400, 200_000)]);
    assert_eq!(
        (side.totals[0].amount_minor, side.unrated_minutes, side.budget_basis_points),
        (360_000, 60, Some(4_500))
    );
    assert_eq!((shop.bill.totals[0].amount_minor, shop.bill.budget_basis_points), (800_000, Some(10_000)));
    let hidden = report.without_pay();
    assert!(hidden.cost_totals.is_none() && hidden.projects[0].cost.is_none());
    assert!(!serde_json::to_string(&hidden).unwrap().contains("4000"));
}

#[test]
fn a_rate_that_changes_inside_an_assignment_splits_its_minutes() {
    let mut plan = with_money();
    let on_card = |from: &str, amount, scope| ProjectRate {
        id: RateId(id(amount)),
        scope,
        valid_from: date(from),
        bill_per_hour: euro(amount as i64),
    };
    let phase_id = PhaseId(id(9));
    let rates = vec![
        on_card("2026-03-04", 20_000, RateScope::Project),
        on_card("2026-01-01", 6_000, RateScope::Phase { phase_id }),
    ];
    plan.put_project_money(PROJECT, ProjectMoney { budget: Budget::default(), rates });
    let report = cost(&plan, &week(), TODAY).unwrap();
    let minutes: Vec<_> =
        report.projects[0].bill.lines.iter().map(|line| (line.rate.amount_minor, line.minutes)).collect();
    assert_eq!(minutes, [(20_000, 2_880), (10_000, 1_920)]);
    assert_eq!(report.projects[0].bill.unrated_minutes, 60, "Ben on Monday, before the project's rate");
}

#[test]
fn who_could_take_this_ranks_with_reasons() {
    let mut plan = small();
    book(&mut plan, 1, WANTED, "2026-03-02", "2026-03-06", daily(300));
    book(&mut plan, 2, ANNE, "2026-03-02", "2026-03-02", daily(300));
    let report = candidates_for_assignment(&plan, AssignmentId(id(1)), TODAY).unwrap();
    let names: Vec<_> = report.candidates.iter().map(|candidate| candidate.name.as_str()).collect();
    assert_eq!(names, ["Anne", "Ben", "Cat"], "skill and role weigh more than a day's clash");
    let anne = &report.candidates[0];
    assert_eq!(
        (anne.free_minutes, anne.fits.unwrap().minutes, anne.fits.unwrap().of_minutes),
        (Some(2_100), 1_380, 1_500)
    );
    assert!(anne.reasons.contains(&FitReason::SkillMet { skill_id: RUST, level: 4, minimum_level: 3 }));
    assert!(anne.reasons.contains(&FitReason::RoleMatches { role_id: DEVELOPER }));
    assert!(anne.reasons.contains(&FitReason::WouldOverbook { days: 1, weeks: 0 }));
    assert!(anne.reasons.contains(&FitReason::KnowsProject { project_id: PROJECT }));
    assert!(report.candidates[1].reasons.contains(&FitReason::SkillMissing { skill_id: RUST, minimum_level: 3 }));
    assert!(
        report.candidates[1].reasons.contains(&FitReason::FullyFree { free_minutes: 2_400, needed_minutes: 1_500 })
    );
    assert!(report.candidates[2].reasons.contains(&FitReason::CapacityUnknown));
}

#[test]
fn the_free_come_first_and_a_low_level_is_a_reason() {
    let mut plan = small();
    book(&mut plan, 2, ANNE, "2026-03-02", "2026-03-02", daily(300));
    let query = json!({ "from": "2026-03-02", "to": "2026-03-06", "effort": { "form": "hours-per-day", "minutesPerDay": 480 } });
    let query: CandidateQuery = serde_json::from_value(query).unwrap();
    let free = candidates(&plan, &query).unwrap();
    assert_eq!(free.candidates[0].name, "Ben");
    let strict = CandidateQuery { skills: vec![SkillWanted { skill_id: RUST, minimum_level: 5 }], ..query };
    let found = candidates(&plan, &strict).unwrap();
    let low = FitReason::SkillTooLow { skill_id: RUST, level: 4, minimum_level: 5 };
    assert!(found.candidates.iter().any(|candidate| candidate.reasons.contains(&low)));
    assert_eq!(candidates_for_assignment(&plan, AssignmentId(id(99)), TODAY), Err(ReportFault::NoSuchAssignment));
}

#[test]
fn a_table_has_a_cell_for_each_column() {
    let plan = with_money();
    let report = hours(&plan, &week()).unwrap();
    assert!(report.rows().all(|row| row.len() == HoursReport::columns().len()));
    let report = cost(&plan, &week(), TODAY).unwrap();
    assert_eq!(report.rows().count(), 2);
    assert!(report.rows().all(|row| row.len() == CostReport::columns().len()));
}
