//! Two hundred simulated releases of each kind; the full number with every kind is `examples/simulate`.

#[path = "../../examples/simulate/cases.rs"]
mod cases;
#[path = "../../examples/simulate/world.rs"]
mod world;

use cases::{Case, Summary};

const RELEASES: u32 = 200;

fn case(name: &str) -> Case {
    cases::all().into_iter().find(|case| case.name == name).expect("the case exists")
}

fn judged(name: &str) -> Summary {
    case(name).summary(RELEASES, 1_000_000)
}

/// With a true share of 1 % or less, more than 6 of 200 is less likely than 1 in 200.
fn assert_rarely_wrong(summary: &Summary) {
    assert!(summary.wrong <= 6, "{summary:#?}");
}

#[test]
fn identical_versions_with_users_stalls_and_warmup_rarely_fail() {
    assert_rarely_wrong(&judged("identical-lifelike"));
}

#[test]
fn identical_versions_with_poisoned_users_rarely_fail() {
    assert_rarely_wrong(&judged("identical-poisoned-users"));
}

/// One process that is slower than its twin is what all latencies at once see first.
#[test]
fn identical_versions_whose_processes_are_not_alike_rarely_fail() {
    assert_rarely_wrong(&judged("identical-unlike-processes"));
}

#[test]
fn identical_versions_with_independent_requests_rarely_fail_and_mostly_pass() {
    let summary = judged("identical-independent");
    assert_rarely_wrong(&summary);
    assert!(summary.passed >= 180, "{summary:#?}");
}

#[test]
fn five_percent_errors_are_rarely_missed_and_found_fast() {
    let summary = judged("errors-5-percent-half-seconds");
    assert_rarely_wrong(&summary);
    assert!(summary.seconds.is_some_and(|[median, ..]| median <= 28.0), "{summary:#?}");
}

#[test]
fn half_as_slow_again_is_rarely_missed() {
    assert_rarely_wrong(&judged("slower-half-lifelike"));
}

#[test]
fn half_as_slow_again_is_found_sooner_than_by_single_quantiles_alone() {
    let by_default = judged("slower-half-lifelike");
    let alone = Case { whole_part: 0.0, ..case("slower-half-lifelike") }.summary(RELEASES, 1_000_000);
    let median = |summary: &Summary| summary.seconds.map_or(f64::INFINITY, |[median, ..]| median);
    assert!(median(&by_default) <= 32.0 && median(&by_default) < median(&alone), "{by_default:#?} {alone:#?}");
}

#[test]
fn bound_for_none_of_two_thousand_is_the_known_one() {
    assert!((cases::clopper_pearson_upper(0, 2000) - 0.001_497).abs() < 1e-5);
}
