//! What holds for every plan, tried on thousands of them: the promise is kept at each step, a plan ends, and from any
//! point at which the tool may be killed both ways lead to the goal.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::Strategy as Generator;

use super::*;
use crate::model::environment::{CanaryStep, Environment, Strategy};
use crate::model::fleet::{Member, Phase, Routing, WHOLE_BP};
use crate::model::ids::InstanceId;

const OLD: ReleaseId = ReleaseId(1);
const NEW: ReleaseId = ReleaseId(2);

fn environment(replicas: u32, strategy: Strategy, surge: u32, unavailable: u32, weights: Vec<u32>) -> Environment {
    let text = format!("target = \"host\"\nreplicas = {replicas}\nstrategy = \"{}\"", strategy.name());
    let mut environment: Environment = toml::from_str(&text).unwrap();
    environment.rolling.surge = surge.min(replicas);
    environment.rolling.unavailable = unavailable.min(replicas - 1);
    if environment.rolling.surge + environment.rolling.unavailable == 0 {
        environment.rolling.surge = 1;
    }
    let weights: BTreeSet<u32> = weights.into_iter().collect();
    let step = |weight_bp| CanaryStep { weight_bp, hold_seconds_min: 0, hold_seconds_max: 60, pause: false };
    environment.canary.steps = weights.into_iter().map(step).collect();
    environment
}

fn environments() -> impl Generator<Value = (Environment, Strategy)> {
    let strategy = prop_oneof![Just(Strategy::Rolling), Just(Strategy::BlueGreen), Just(Strategy::Canary)];
    let weights = proptest::collection::vec(1..=WHOLE_BP / 2, 1..5);
    (1..8_u32, strategy, 0..4_u32, 0..4_u32, weights).prop_map(|(replicas, strategy, surge, unavailable, weights)| {
        (environment(replicas, strategy, surge, unavailable, weights), strategy)
    })
}

/// The old release as it should be.
fn healthy(replicas: u32) -> Fleet {
    let group = Group::Of(OLD);
    let slot = |number: u32| Slot { host: "local".into(), port: 18_000 + number as u16 };
    let instances = (1..=replicas)
        .map(|number| (InstanceId { group, number }, Member { slot: slot(number), phase: Phase::Ready }))
        .collect();
    let routing = Routing::all_to(group, (1..=replicas).map(|number| InstanceId { group, number }));
    Fleet { instances, routing, installed: BTreeSet::from([OLD]), foreign: Vec::new() }
}

fn slots(fleet: &Fleet) -> Vec<Slot> {
    free_slots(fleet, &["local".into()], [18_001, 18_099])
}

fn floor(environment: &Environment, strategy: Strategy) -> usize {
    let less = if strategy == Strategy::Rolling { environment.rolling.unavailable } else { 0 };
    (environment.replicas - less) as usize
}

/// What must hold between any two steps.
fn check_promise(fleet: &Fleet, environment: &Environment, least: usize) -> Result<(), TestCaseError> {
    prop_assert!(fleet.serving() >= least, "{} of {least} serve: {fleet:#?}", fleet.serving());
    let sum: u32 = fleet.routing.weights_bp.values().sum();
    prop_assert_eq!(sum, WHOLE_BP);
    for (group, members) in &fleet.routing.groups {
        for id in members {
            let phase = fleet.instances.get(id).map(|member| member.phase);
            prop_assert_eq!(phase, Some(Phase::Ready), "{} is in the table", id);
        }
        // No instance has more to do than if only `least` of the promised number served.
        let weight = fleet.routing.weight_bp(*group) as usize;
        prop_assert!(weight * least <= members.len() * WHOLE_BP as usize + 100 * environment.replicas as usize);
    }
    let mut places = BTreeSet::new();
    prop_assert!(fleet.instances.values().all(|member| places.insert(&member.slot)), "two on one port");
    Ok(())
}

fn check_goal(fleet: &Fleet, release: ReleaseId, environment: &Environment) -> Result<(), TestCaseError> {
    let group = Group::Of(release);
    prop_assert_eq!(fleet.serving(), environment.replicas as usize);
    prop_assert!(fleet.instances.keys().all(|id| id.group == group), "{:#?}", fleet.instances);
    prop_assert_eq!(fleet.routing.groups.keys().copied().collect::<Vec<_>>(), vec![group]);
    Ok(())
}

fn run(
    steps: &[Step],
    mut fleet: Fleet,
    mut each: impl FnMut(&Fleet) -> Result<(), TestCaseError>,
) -> Result<Fleet, TestCaseError> {
    for step in steps {
        fleet = step.apply(&fleet);
        each(&fleet)?;
    }
    Ok(fleet)
}

/// The fleets that a kill may leave behind: after each step, and in the middle of one that does several things.
fn wreckage(steps: &[Step], start: &Fleet) -> Vec<(usize, Fleet)> {
    let mut found = vec![(0, start.clone())];
    let mut fleet = start.clone();
    for (at, step) in steps.iter().enumerate() {
        if let Step::Start { instances } = step {
            for count in 1..instances.len() {
                let part = instances.iter().take(count).map(|(id, slot)| (*id, slot.clone())).collect();
                found.push((at, Step::Start { instances: part }.apply(&fleet)));
            }
        }
        if let Step::Stop { instances } = step {
            for count in 1..instances.len() {
                found.push((
                    at,
                    Step::Stop { instances: instances.iter().take(count).copied().collect() }.apply(&fleet),
                ));
            }
        }
        fleet = step.apply(&fleet);
        found.push((at, fleet.clone()));
        found.push((at + 1, fleet.clone()));
    }
    found
}

proptest! {
    #[test]
    fn a_plan_keeps_the_promise_at_each_step_and_reaches_its_goal((environment, strategy) in environments()) {
        let start = healthy(environment.replicas);
        let wanted = Wanted { release: NEW, strategy, environment: &environment };
        let steps = plan(&start, wanted, &slots(&start)).unwrap();
        prop_assert!(steps.len() < 200);
        let least = floor(&environment, strategy);
        let most = match strategy {
            Strategy::Rolling => environment.replicas + environment.rolling.surge,
            _ => 3 * environment.replicas,
        };
        let end = run(&steps, start, |fleet| {
            prop_assert!(fleet.instances.len() <= most as usize);
            check_promise(fleet, &environment, least)
        })?;
        check_goal(&end, NEW, &environment)?;
        prop_assert!(plan(&end, wanted, &slots(&end)).unwrap().is_empty(), "done is done");
    }

    #[test]
    fn a_kill_at_every_point_resumes_to_the_same_end((environment, strategy) in environments()) {
        let start = healthy(environment.replicas);
        let wanted = Wanted { release: NEW, strategy, environment: &environment };
        let steps = plan(&start, wanted, &slots(&start)).unwrap();
        let goal = run(&steps, start.clone(), |_| Ok(()))?;
        for (at, wreck) in wreckage(&steps, &start) {
            let end = run(&steps[at..], wreck, |fleet| check_promise(fleet, &environment, floor(&environment, strategy)))?;
            prop_assert_eq!(&end, &goal);
        }
    }

    #[test]
    fn a_kill_at_every_point_can_be_rolled_back_without_breaking_the_promise((environment, strategy) in environments()) {
        let start = healthy(environment.replicas);
        let wanted = Wanted { release: NEW, strategy, environment: &environment };
        let steps = plan(&start, wanted, &slots(&start)).unwrap();
        let least = (environment.replicas - environment.rolling.unavailable) as usize;
        for (_, wreck) in wreckage(&steps, &start) {
            let back = rollback(&wreck, OLD, &environment, &slots(&wreck)).unwrap();
            let end = run(&back, wreck, |fleet| check_promise(fleet, &environment, least))?;
            check_goal(&end, OLD, &environment)?;
        }
    }

    #[test]
    fn a_rollback_takes_requests_from_the_bad_release_first_when_the_old_one_can_carry_them(
        (environment, strategy) in environments().prop_filter("keeps the old ones", |(_, strategy)| *strategy != Strategy::Rolling)
    ) {
        let start = healthy(environment.replicas);
        let wanted = Wanted { release: NEW, strategy, environment: &environment };
        let steps = plan(&start, wanted, &slots(&start)).unwrap();
        let mut fleet = start;
        for step in &steps {
            fleet = step.apply(&fleet);
            if matches!(step, Step::Watch(_)) {
                let back = rollback(&fleet, OLD, &environment, &slots(&fleet)).unwrap();
                prop_assert!(matches!(back.first(), Some(Step::Route { .. })), "{back:#?}");
            }
        }
    }

    #[test]
    fn a_release_from_a_broken_state_is_refused((environment, strategy) in environments()) {
        let mut start = healthy(environment.replicas);
        for member in start.instances.values_mut().take((environment.rolling.unavailable + 1) as usize) {
            member.phase = Phase::Failing;
        }
        let wanted = Wanted { release: NEW, strategy, environment: &environment };
        let refused = plan(&start, wanted, &slots(&start));
        let unhealthy = matches!(refused, Err(NoPlan::Unhealthy { .. }));
        prop_assert!(unhealthy, "{refused:?}");
    }
}

#[test]
fn the_first_release_needs_no_strategy() {
    for strategy in [Strategy::Rolling, Strategy::BlueGreen, Strategy::Canary] {
        let environment = environment(2, strategy, 1, 0, vec![1_000]);
        let wanted = Wanted { release: OLD, strategy, environment: &environment };
        let fleet = Fleet::default();
        let steps = plan(&fleet, wanted, &slots(&fleet)).unwrap();
        let verbs: Vec<&str> = steps.iter().map(Step::verb).collect();
        assert_eq!(verbs, ["install", "start", "await", "route"]);
    }
}

#[test]
fn a_release_without_room_is_refused_before_anything_happens() {
    let environment = environment(2, Strategy::BlueGreen, 1, 0, vec![1_000]);
    let fleet = healthy(2);
    let wanted = Wanted { release: NEW, strategy: Strategy::BlueGreen, environment: &environment };
    let refused = plan(&fleet, wanted, &slots(&fleet)[..1]);
    assert_eq!(refused, Err(NoPlan::NoRoom { needed: 2, free: 1 }));
}

#[test]
fn a_canary_of_ten_percent_has_a_fresh_baseline_of_equal_size_and_share() {
    let environment = environment(3, Strategy::Canary, 1, 0, vec![1_000, 5_000]);
    let fleet = healthy(3);
    let wanted = Wanted { release: NEW, strategy: Strategy::Canary, environment: &environment };
    let steps = plan(&fleet, wanted, &slots(&fleet)).unwrap();
    let baseline = Group::Baseline { of: OLD, beside: NEW };
    let routes: Vec<&Routing> =
        steps.iter().filter_map(|step| if let Step::Route { routing } = step { Some(routing) } else { None }).collect();
    for (routing, share, count) in [(routes[0], 1_000, 1), (routes[1], 5_000, 2)] {
        for group in [Group::Of(NEW), baseline] {
            assert_eq!((routing.weight_bp(group), routing.groups[&group].len()), (share, count));
        }
        assert_eq!(routing.fallback(Group::Of(NEW)).map(Group::release), Some(OLD), "retried on the old release");
        assert_eq!(routing.fallback(Group::Of(OLD)), None);
    }
}
