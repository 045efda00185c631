//! What the judge promises on counts made by hand: fails, passes, asks for more, refuses what can't be right.

use proptest::prelude::*;
use raally_analysis::{
    Arm, BusinessRule, COHORTS, CountsError, Direction, Judge, JudgeError, Judgement, Lack, LatencyLimit, LatencyRule,
    MannWhitneyRule, Method, Metric, Observation, Plan, PlanError, Ratio, Reason, SloRule, Tally, Verdict,
};

/// Adds a window to an arm: `requests` spread over the cohorts, `failures` of them failing, others in each window.
fn add(arm: &mut Arm, requests: u64, failures: u64, micros: impl Fn(u64) -> u64) {
    let mut cohorts = std::mem::take(&mut arm.cohorts);
    cohorts.resize_with(COHORTS, Tally::default);
    let begin = arm.attempts;
    for at in begin..begin + requests {
        let tally = &mut cohorts[at as usize % COHORTS];
        tally.attempts += 1;
        if (at + begin / requests) % requests < failures {
            tally.failures += 1;
        } else {
            tally.latency.record(micros(at));
        }
    }
    *arm = Arm { business: arm.business.clone(), ..Arm::from_cohorts(cohorts) };
}

/// Latencies that differ from request to request in the same way on both arms.
fn usual(at: u64) -> u64 {
    2_000 + (at * 7_919 % 101) * (at * 7_919 % 101) * 3
}

fn windows(judge: &mut Judge, count: u64, window: impl Fn(u64, &mut Observation)) -> Judgement {
    let mut seen = Observation::default();
    for rule in &judge.plan().business {
        seen.canary.business.insert(rule.name.clone(), Ratio::default());
        seen.baseline.business.insert(rule.name.clone(), Ratio::default());
    }
    let mut last = judge.observe(&seen).expect("nothing is sound");
    for at in 0..count {
        window(at, &mut seen);
        last = judge.observe(&seen).expect("counts only grow");
    }
    last
}

fn judge() -> Judge {
    Judge::new(Plan::default()).expect("the default plan is sound")
}

fn failed_because(judgement: &Judgement, metric: &Metric) -> bool {
    matches!(&judgement.verdict, Verdict::Fail { reasons } if reasons.contains(&Reason::Worse { of: metric.clone() }))
}

#[test]
fn equal_versions_pass() {
    let judgement = windows(&mut judge(), 400, |_, seen| {
        add(&mut seen.canary, 40, 0, usual);
        add(&mut seen.baseline, 40, 0, usual);
    });
    assert_eq!(judgement.verdict, Verdict::Pass, "{judgement:#?}");
    assert!(judgement.users_told_apart);
}

#[test]
fn failures_of_the_canary_alone_fail_with_effect_evidence_and_level() {
    let judgement = windows(&mut judge(), 25, |_, seen| {
        add(&mut seen.canary, 20, 1, usual);
        add(&mut seen.baseline, 20, 0, usual);
    });
    assert!(failed_because(&judgement, &Metric::Failures), "{judgement:#?}");
    let reading = &judgement.readings[0];
    let effect = reading.effect.as_ref().expect("both arms have requests");
    assert!((effect.estimate - 0.05).abs() < 1e-9 && effect.low < Some(0.05) && effect.high > Some(0.05));
    let evidence = reading.worse.expect("failures are judged");
    assert!(evidence.reached() && (evidence.ln_needed - (1.0_f64 / 0.004).ln()).abs() < 1e-9);
}

#[test]
fn slower_answers_fail_and_name_the_quantile() {
    let judgement = windows(&mut judge(), 60, |_, seen| {
        add(&mut seen.canary, 20, 0, |at| usual(at) * 2);
        add(&mut seen.baseline, 20, 0, usual);
    });
    assert!(matches!(&judgement.verdict, Verdict::Fail { reasons }
        if reasons.iter().any(|reason| matches!(reason, Reason::Worse { of: Metric::Latency { .. } }))));
}

#[test]
fn all_latencies_at_once_find_what_makes_every_answer_slower_before_any_quantile_does() {
    let with = |whole_part: f64| {
        let latency = LatencyRule { whole_part, ..LatencyRule::default() };
        Judge::new(Plan { latency: Some(latency), ..Plan::default() }).expect("sound")
    };
    let failed_after = |whole_part: f64| {
        (1..120).find(|count| {
            let judgement = windows(&mut with(whole_part), *count, |_, seen| {
                add(&mut seen.canary, 20, 0, |at| usual(at) * 8 / 5);
                add(&mut seen.baseline, 20, 0, usual);
            });
            let failed = matches!(judgement.verdict, Verdict::Fail { .. });
            assert!(
                !failed || whole_part == 0.0 || failed_because(&judgement, &Metric::AllLatencies),
                "{judgement:#?}"
            );
            failed
        })
    };
    let (whole, quantiles) = (failed_after(LatencyRule::default().whole_part), failed_after(0.0));
    assert!(whole.is_some_and(|whole| quantiles.is_none_or(|quantiles| whole < quantiles)), "{whole:?} {quantiles:?}");
}

#[test]
fn the_level_is_spent_once_over_all_that_can_fail_a_release() {
    let failing = |whole_part: f64| {
        let latency = LatencyRule { whole_part, ..LatencyRule::default() };
        let mut judge = Judge::new(Plan { latency: Some(latency), ..Plan::default() }).expect("sound");
        let judgement = judge.observe(&Observation::default()).expect("nothing is sound");
        let levels: Vec<f64> =
            judgement.readings.iter().filter_map(|reading| Some((-reading.worse?.ln_needed).exp())).collect();
        (levels.len(), levels.iter().sum::<f64>())
    };
    for (whole_part, tests) in [(0.0, 6), (LatencyRule::default().whole_part, 7), (0.9, 7)] {
        let (of, spent) = failing(whole_part);
        // 0.4 of alpha for failures, 0.4 for latency; 0.2 is left for business metrics.
        assert!(of == tests && (spent - 0.008).abs() < 1e-12, "{whole_part}: {of} tests spend {spent}");
    }
}

#[test]
fn faster_and_sounder_versions_never_fail() {
    let judgement = windows(&mut judge(), 300, |_, seen| {
        add(&mut seen.canary, 20, 0, |at| usual(at) / 2);
        add(&mut seen.baseline, 20, 2, usual);
    });
    assert!(!matches!(judgement.verdict, Verdict::Fail { .. }), "{judgement:#?}");
}

#[test]
fn both_arms_failing_alike_is_no_reason_to_fail() {
    let judgement = windows(&mut judge(), 200, |at, seen| {
        let failures = if at % 50 < 5 { 15 } else { 0 };
        add(&mut seen.canary, 20, failures, usual);
        add(&mut seen.baseline, 20, failures, usual);
    });
    assert!(!matches!(judgement.verdict, Verdict::Fail { .. }), "{judgement:#?}");
}

#[test]
fn one_user_with_a_broken_client_is_not_a_bad_version() {
    let judgement = windows(&mut judge(), 300, |_, seen| {
        add(&mut seen.canary, 20, 0, usual);
        add(&mut seen.baseline, 20, 0, usual);
        let mut cohorts = std::mem::take(&mut seen.canary.cohorts);
        cohorts[3].attempts += 4;
        cohorts[3].failures += 4;
        seen.canary = Arm::from_cohorts(cohorts);
    });
    let reading = &judgement.readings[0];
    assert!(reading.worse.is_some_and(|evidence| evidence.reached()), "the windows alone would say so");
    assert!(!matches!(judgement.verdict, Verdict::Fail { .. }), "{judgement:#?}");
}

#[test]
fn one_moment_full_of_failures_is_not_a_bad_version() {
    let judgement = windows(&mut judge(), 100, |at, seen| {
        add(&mut seen.canary, 200, if at == 40 { 200 } else { 0 }, usual);
        add(&mut seen.baseline, 200, 0, usual);
    });
    assert!(!matches!(judgement.verdict, Verdict::Fail { .. }), "{judgement:#?}");
}

#[test]
fn low_traffic_needs_more_requests_and_says_how_many() {
    let judgement = windows(&mut judge(), 30, |_, seen| {
        add(&mut seen.canary, 1, 0, usual);
        add(&mut seen.baseline, 1, 0, usual);
    });
    let Verdict::NeedsMore { requests, waiting } = judgement.verdict else { panic!("{judgement:#?}") };
    assert!((200..100_000).contains(&requests), "{requests}");
    assert!(
        waiting.iter().any(|one| one.of == Metric::Failures && (100..2_000).contains(&one.requests)),
        "{waiting:?}"
    );
}

#[test]
fn two_users_are_too_few_to_pass() {
    let judgement = windows(&mut judge(), 400, |_, seen| {
        for arm in [&mut seen.canary, &mut seen.baseline] {
            let mut cohorts = std::mem::take(&mut arm.cohorts);
            cohorts.resize_with(COHORTS, Tally::default);
            for at in 0..40 {
                let tally = &mut cohorts[at as usize % 2];
                tally.attempts += 1;
                tally.latency.record(usual(at));
            }
            *arm = Arm::from_cohorts(cohorts);
        }
    });
    let Verdict::NeedsMore { waiting, .. } = judgement.verdict else { panic!("{judgement:#?}") };
    assert!(waiting.iter().any(|one| one.lack == Lack::Users), "{waiting:?}");
}

#[test]
fn ejected_canary_fails_at_once_and_for_ever() {
    let mut judge = judge();
    let ejected = Observation { canary_ejected: true, ..Observation::default() };
    let judgement = judge.observe(&ejected).expect("sound");
    assert_eq!(judgement.verdict, Verdict::Fail { reasons: vec![Reason::Ejected] });
    let judgement = judge.observe(&Observation::default()).expect("sound");
    assert_eq!(judgement.verdict, Verdict::Fail { reasons: vec![Reason::Ejected] });
}

#[test]
fn business_metric_that_falls_fails() {
    let rule = BusinessRule { name: "booked".to_owned(), worse: Direction::Lower, weight: 0.2, tolerance: 0.02 };
    let plan = Plan { business: vec![rule], ..Plan::default() };
    let judgement = windows(&mut Judge::new(plan).expect("sound"), 60, |_, seen| {
        add(&mut seen.canary, 20, 0, usual);
        add(&mut seen.baseline, 20, 0, usual);
        let booked = |arm: &mut Arm, hits| {
            let ratio = arm.business.entry("booked".to_owned()).or_default();
            *ratio = Ratio { hits: ratio.hits + hits, of: ratio.of + 10 };
        };
        booked(&mut seen.canary, 5);
        booked(&mut seen.baseline, 9);
    });
    assert!(failed_because(&judgement, &Metric::Business { name: "booked".to_owned() }), "{judgement:#?}");
}

#[test]
fn business_metric_that_is_not_counted_is_an_error() {
    let rule = BusinessRule { name: "booked".to_owned(), worse: Direction::Lower, weight: 0.2, tolerance: 0.0 };
    let mut judge = Judge::new(Plan { business: vec![rule], ..Plan::default() }).expect("sound");
    let missing = CountsError::MissingMetric { name: "booked".to_owned() };
    assert_eq!(judge.observe(&Observation::default()), Err(JudgeError::Counts(missing)));
}

#[test]
fn limits_fail_whatever_the_baseline_does() {
    let slo = SloRule {
        failures_max: Some(0.05),
        latency: vec![LatencyLimit { quantile: 0.95, limit_us: 10_000 }],
        attempts_min: 100,
    };
    let plan = Plan { method: Method::Slo, failures: None, latency: None, slo: Some(slo), ..Plan::default() };
    let of = |micros: u64, failures: u64| {
        windows(&mut Judge::new(plan.clone()).expect("sound"), 20, |_, seen| {
            add(&mut seen.canary, 10, failures, |_| micros);
            add(&mut seen.baseline, 10, failures, |_| micros);
        })
    };
    assert_eq!(of(5_000, 0).verdict, Verdict::Pass);
    assert!(matches!(of(5_000, 1).verdict, Verdict::Fail { .. }));
    assert!(matches!(of(20_000, 0).verdict, Verdict::Fail { .. }));
}

#[test]
fn mann_whitney_waits_for_its_windows_and_then_decides() {
    let plan = Plan { method: Method::MannWhitney(MannWhitneyRule::default()), ..Plan::default() };
    let of = |count: u64, factor: u64| {
        windows(&mut Judge::new(plan.clone()).expect("sound"), count, |_, seen| {
            add(&mut seen.canary, 20, 0, |at| usual(at) * factor);
            add(&mut seen.baseline, 20, 0, usual);
        })
    };
    assert!(matches!(of(30, 2).verdict, Verdict::NeedsMore { .. }));
    assert!(failed_because(&of(60, 2), &Metric::MeanLatency));
    assert_eq!(of(60, 1).verdict, Verdict::Pass);
}

#[test]
fn counters_that_go_back_are_refused_until_rebased() {
    let mut judge = judge();
    let mut seen = Observation::default();
    add(&mut seen.canary, 10, 0, usual);
    judge.observe(&seen).expect("sound");
    let went_back = judge.observe(&Observation::default());
    assert!(matches!(went_back, Err(JudgeError::Counts(CountsError::WentBack { .. }))), "{went_back:?}");
    judge.rebase();
    judge.observe(&Observation::default()).expect("a new beginning");
}

#[test]
fn steps_beyond_the_plan_are_refused() {
    let mut judge = Judge::new(Plan { steps: 2, ..Plan::default() }).expect("sound");
    judge.begin_step().expect("the second step");
    assert_eq!(judge.begin_step(), Err(JudgeError::NoStepLeft { steps: 2 }));
}

#[test]
fn plans_that_overspend_alpha_are_refused() {
    let latency = LatencyRule { weight: 0.7, ..LatencyRule::default() };
    let plan = Plan { latency: Some(latency), ..Plan::default() };
    assert!(matches!(plan.check(), Err(PlanError::Overspent { .. })));
    let nothing = Plan { failures: None, latency: None, ..Plan::default() };
    assert_eq!(nothing.check(), Err(PlanError::NoRule));
}

#[test]
fn judge_that_was_written_down_and_read_back_goes_on_alike() {
    let window = |seen: &mut Observation| {
        add(&mut seen.canary, 20, 1, usual);
        add(&mut seen.baseline, 20, 0, usual);
    };
    let (mut kept, mut written) = (judge(), judge());
    let mut seen = Observation::default();
    for _ in 0..30 {
        window(&mut seen);
        let text = serde_json::to_string(&written).expect("a judge is data");
        written = serde_json::from_str(&text).expect("what was written can be read");
        let (left, right) = (kept.observe(&seen).expect("sound"), written.observe(&seen).expect("sound"));
        assert_eq!(left.verdict, right.verdict);
        let read: Judgement = serde_json::from_str(&serde_json::to_string(&left).expect("data")).expect("can be read");
        assert_eq!(read.verdict, left.verdict);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_counts_make_the_judge_panic(
        readings in prop::collection::vec((any::<u64>(), any::<u64>(), any::<u64>(), 0_u64..u64::MAX, any::<bool>()), 1..8),
        steps in 1_u32..4,
    ) {
        let mut judge = Judge::new(Plan { steps, ..Plan::default() }).expect("sound");
        for (attempts, failures, slow, micros, small) in readings {
            let by = if small { 1 << 50 } else { 1 };
            let mut arm = Arm { attempts: attempts / by, failures: failures / by, ..Arm::default() };
            arm.latency.record_many(micros, slow / by);
            let seen = Observation { canary: arm.clone(), baseline: Arm::default(), canary_ejected: false };
            let _ = judge.observe(&seen);
            let _ = judge.observe(&Observation { baseline: arm, ..seen });
            let _ = judge.begin_step();
        }
    }

    #[test]
    fn more_failures_of_the_canary_never_save_it(extra in 0_u64..10) {
        let of = |failures: u64| windows(&mut judge(), 30, |_, seen| {
            add(&mut seen.canary, 20, failures, usual);
            add(&mut seen.baseline, 20, 0, usual);
        });
        prop_assert!(failed_because(&of(1 + extra), &Metric::Failures));
    }
}
