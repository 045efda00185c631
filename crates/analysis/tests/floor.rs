//! Below the floor a difference in latency is nobody's business, above it the tolerance alone decides.

use proptest::prelude::*;
use raally_analysis::{
    Arm, COHORTS, Judge, Judgement, LatencyRule, MannWhitneyRule, Method, Metric, Observation, Plan, Reason, Tally,
    Verdict,
};

/// Adds a window of requests that take `median_us`, from a third of it to three times as long, spread over the cohorts.
fn add(arm: &mut Arm, median_us: u64) {
    let mut cohorts = std::mem::take(&mut arm.cohorts);
    cohorts.resize_with(COHORTS, Tally::default);
    for at in arm.attempts..arm.attempts + 40 {
        let tally = &mut cohorts[at as usize % COHORTS];
        tally.attempts += 1;
        let place = at * 7_919 % 101;
        tally.latency.record(median_us * (32 + place * place / 37) / 100);
    }
    *arm = Arm::from_cohorts(cohorts);
}

/// How a canary of this latency beside such a baseline is judged after 200 windows.
fn judged(plan: Plan, canary_us: u64, baseline_us: u64) -> Judgement {
    let mut judge = Judge::new(plan).expect("sound");
    let mut seen = Observation::default();
    let mut last = judge.observe(&seen).expect("nothing is sound");
    for _ in 0..200 {
        add(&mut seen.canary, canary_us);
        add(&mut seen.baseline, baseline_us);
        last = judge.observe(&seen).expect("counts only grow");
    }
    last
}

fn with_floor(floor_us: u64) -> Plan {
    Plan { latency: Some(LatencyRule { floor_us, ..LatencyRule::default() }), ..Plan::default() }
}

/// Only the median is judged.
fn of_the_median(floor_us: u64) -> Plan {
    let (quantiles, guarded) = (vec![0.5], vec![0.5]);
    let rule = LatencyRule { floor_us, whole_part: 0.0, quantiles, guarded, ..LatencyRule::default() };
    Plan { latency: Some(rule), ..Plan::default() }
}

fn is_slower(judgement: &Judgement) -> bool {
    matches!(&judgement.verdict, Verdict::Fail { reasons }
    if reasons.iter().all(|reason| {
        matches!(reason, Reason::Worse { of: Metric::AllLatencies | Metric::Latency { .. } })
    }))
}

#[test]
fn half_as_slow_again_at_a_hundred_milliseconds_fails() {
    assert!(is_slower(&judged(Plan::default(), 150_000, 100_000)));
}

#[test]
fn half_as_slow_again_at_a_millisecond_is_no_regression_and_says_what_was_let_go() {
    let judgement = judged(Plan::default(), 1_500, 1_000);
    assert!(!matches!(judgement.verdict, Verdict::Fail { .. }), "{judgement:#?}");
    let median = Metric::Latency { quantile: 0.5 };
    let reading = judgement.readings.iter().find(|reading| reading.metric == median).expect("the median is judged");
    assert!(reading.worse.is_some_and(|evidence| evidence.reached()), "that it is slower is certain");
    assert_eq!((reading.beyond_tolerance, reading.below_floor_us), (false, Some(2_000)));
}

#[test]
fn a_difference_below_the_floor_passes() {
    assert_eq!(judged(of_the_median(2_000), 1_500, 1_000).verdict, Verdict::Pass);
    assert_ne!(judged(of_the_median(0), 1_500, 1_000).verdict, Verdict::Pass);
}

#[test]
fn without_a_floor_half_as_slow_again_at_a_millisecond_fails() {
    assert!(is_slower(&judged(with_floor(0), 1_500, 1_000)));
}

#[test]
fn the_floor_is_an_edge() {
    // Twice as slow, by 4.5 ms at the median; a bucket there is 0.5 ms wide.
    assert!(is_slower(&judged(of_the_median(4_000), 9_000, 4_500)));
    let judgement = judged(of_the_median(5_000), 9_000, 4_500);
    assert!(!matches!(judgement.verdict, Verdict::Fail { .. }), "{judgement:#?}");
}

#[test]
fn the_rank_test_heeds_the_floor_too() {
    let plan = |floor_us| Plan { method: Method::MannWhitney(MannWhitneyRule::default()), ..with_floor(floor_us) };
    let of_mean = Reason::Worse { of: Metric::MeanLatency };
    assert_eq!(judged(plan(0), 1_500, 1_000).verdict, Verdict::Fail { reasons: vec![of_mean.clone()] });
    assert_eq!(judged(plan(2_000), 1_500, 1_000).verdict, Verdict::Pass);
    assert_eq!(judged(plan(2_000), 15_000, 10_000).verdict, Verdict::Fail { reasons: vec![of_mean] });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_below_the_floor_fails(baseline_us in 100_u64..20_000, longer_us in 0_u64..2_500) {
        // A bucket is an eighth wide.
        let floor_us = 2_500 + (baseline_us + 2_500) / 8;
        let judgement = judged(of_the_median(floor_us), baseline_us + longer_us, baseline_us);
        prop_assert!(!matches!(judgement.verdict, Verdict::Fail { .. }), "{judgement:#?}");
    }

    #[test]
    fn half_as_slow_again_fails_wherever_it_is_beyond_the_floor(baseline_us in 6_000_u64..400_000) {
        prop_assert!(is_slower(&judged(Plan::default(), baseline_us * 3 / 2, baseline_us)));
    }
}
