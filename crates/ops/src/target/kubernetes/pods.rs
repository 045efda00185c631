//! How pods really are: ready, on their way, or failing, with the reason and what to do about it.

use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

use super::clone::TRACK;

/// So many restarts, and an instance does not stay up.
const RESTARTS_MAX: i32 = 3;

/// How a pod is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It says that it is ready for requests.
    Ready,
    /// Not yet, or not any more; why, where the cluster says it.
    OnItsWay(Option<String>),
    /// It will not become ready by itself: why, and what to do.
    Failing(String),
    /// It was told to end.
    Leaving,
}

/// How it is.
#[must_use]
pub fn state(pod: &Pod) -> State {
    if pod.metadata.deletion_timestamp.is_some() {
        return State::Leaving;
    }
    let Some(status) = &pod.status else { return State::OnItsWay(None) };
    if matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) {
        let why = status.message.as_ref().or(status.reason.as_ref());
        return State::OnItsWay(Some(format!("it ended{}", why.map(|why| format!(": {why}")).unwrap_or_default())));
    }
    let containers = status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
    let mut waits = None;
    for container in containers {
        match trouble(pod, container) {
            Some(State::Failing(why)) => return State::Failing(why),
            Some(State::OnItsWay(why)) => waits = waits.or(why),
            _ => {}
        }
    }
    let condition = |name: &str| status.conditions.iter().flatten().find(|found| found.type_ == name);
    if condition("Ready").is_some_and(|ready| ready.status == "True") {
        return State::Ready;
    }
    if let Some(scheduled) = condition("PodScheduled").filter(|scheduled| scheduled.status == "False") {
        let why = scheduled.message.as_deref().unwrap_or("no reason is given");
        return State::OnItsWay(Some(format!(
            "no node takes it: {why}; see that there is room for it, or fewer requests"
        )));
    }
    State::OnItsWay(waits)
}

fn trouble(pod: &Pod, container: &ContainerStatus) -> Option<State> {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let last = container.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    let logs = format!("see `kubectl logs {name} -c {} --previous`", container.name);
    if last.is_some_and(|last| last.reason.as_deref() == Some("OOMKilled")) {
        let why = format!("OOMKilled: {} needed more memory than its limit", container.name);
        return Some(State::Failing(format!(
            "{why}; raise resources.limits.memory in the chart's values, or find what grew"
        )));
    }
    let waiting = container.state.as_ref().and_then(|state| state.waiting.as_ref());
    let reason = waiting.and_then(|waiting| waiting.reason.as_deref()).unwrap_or_default();
    let message = waiting.and_then(|waiting| waiting.message.as_deref()).unwrap_or_default();
    let image = &container.image;
    match reason {
        "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => Some(State::Failing(format!(
            "{reason}: {image} can't be had: {message}; see that it is in the registry and that imagePullSecrets may read it"
        ))),
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => Some(State::Failing(format!(
            "{reason}: {message}; see that the ConfigMap and the Secrets of the chart are there"
        ))),
        "CrashLoopBackOff" => {
            let code = last.map(|last| format!(" with exit code {}", last.exit_code)).unwrap_or_default();
            Some(State::Failing(format!("CrashLoopBackOff: {} ends again and again{code}; {logs}", container.name)))
        }
        _ if container.restart_count >= RESTARTS_MAX => Some(State::Failing(format!(
            "{} was started {} times again; {logs}",
            container.name, container.restart_count
        ))),
        "" | "ContainerCreating" | "PodInitializing" => None,
        _ => Some(State::OnItsWay(Some(format!("{reason}: {message}")))),
    }
}

/// The pods of a group, the oldest first.
pub fn of_track<'a>(pods: &'a [Pod], track: &str) -> impl Iterator<Item = &'a Pod> {
    pods.iter().filter(move |pod| {
        pod.metadata.labels.as_ref().and_then(|labels| labels.get(TRACK)).is_some_and(|own| own == track)
    })
}

/// How many pods of a Deployment count as ready: as many as say so, once the controller has seen the last change and they
/// are of it.
#[must_use]
pub fn ready_count(deployment: &Deployment, states: &[State]) -> usize {
    let status = deployment.status.clone().unwrap_or_default();
    if status.observed_generation < deployment.metadata.generation {
        return 0;
    }
    let updated = status.updated_replicas.unwrap_or(0).max(0) as usize;
    let said = status.ready_replicas.unwrap_or(0).max(0) as usize;
    states.iter().filter(|state| **state == State::Ready).count().min(updated).min(said)
}

/// Why a Deployment has not the pods that it is to have.
#[must_use]
pub fn why_late(deployment: &Deployment, states: &[State]) -> Vec<String> {
    let mut whys = BTreeSet::new();
    for state in states {
        match state {
            State::Failing(why) | State::OnItsWay(Some(why)) => _ = whys.insert(why.clone()),
            _ => {}
        }
    }
    for condition in deployment.status.iter().filter_map(|status| status.conditions.as_ref()).flatten() {
        if condition.type_ == "ReplicaFailure" && condition.status == "True" {
            let why = condition.message.as_deref().unwrap_or("no reason is given");
            whys.insert(format!(
                "the API server lets no more pods be made: {why}; see quota and limits of the namespace"
            ));
        }
    }
    whys.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(status: Value) -> Pod {
        serde_json::from_value(json!({"metadata": {"name": "raally-r2-x"}, "status": status})).unwrap()
    }

    fn container(more: Value) -> Value {
        let mut container =
            json!({"name": "raally", "image": "repo@sha256:ab", "imageID": "", "ready": false, "restartCount": 0});
        for (name, value) in more.as_object().unwrap() {
            container[name] = value.clone();
        }
        json!({"phase": "Running", "containerStatuses": [container]})
    }

    #[test]
    fn the_reason_of_a_failing_pod_is_named_with_what_to_do() {
        let waiting = |reason: &str| container(json!({"state": {"waiting": {"reason": reason, "message": "said"}}}));
        let killed = container(json!({"restartCount": 1,
            "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}, "state": {"running": {}}}));
        for (status, wanted) in [
            (waiting("ImagePullBackOff"), "imagePullSecrets"),
            (waiting("CrashLoopBackOff"), "kubectl logs raally-r2-x -c raally --previous"),
            (waiting("CreateContainerConfigError"), "Secrets"),
            (killed, "resources.limits.memory"),
            (container(json!({"restartCount": 3, "state": {"running": {}}})), "started 3 times again"),
        ] {
            let State::Failing(why) = state(&pod(status.clone())) else { panic!("{status}") };
            assert!(why.contains(wanted), "{why}");
        }
        assert_eq!(state(&pod(waiting("ContainerCreating"))), State::OnItsWay(None));
        assert!(
            matches!(state(&pod(waiting("ErrImagePull"))), State::OnItsWay(Some(_))),
            "it may be had the next time"
        );
    }

    #[test]
    fn a_pod_is_ready_when_it_says_so_and_not_before() {
        let conditions = |ready: &str| json!({"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]});
        assert_eq!(state(&pod(conditions("True"))), State::Ready);
        assert_eq!(state(&pod(conditions("False"))), State::OnItsWay(None));
        let deployment = |seen: i64| -> Deployment {
            serde_json::from_value(json!({"metadata": {"generation": 2},
                "status": {"observedGeneration": seen, "updatedReplicas": 2, "readyReplicas": 2}}))
            .unwrap()
        };
        let states = [State::Ready, State::Ready];
        assert_eq!((ready_count(&deployment(1), &states), ready_count(&deployment(2), &states)), (0, 2));
    }

    #[test]
    fn a_pod_that_no_node_takes_and_a_spent_quota_say_so() {
        let unplaced = pod(json!({"phase": "Pending", "conditions":
            [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes: cpu"}]}));
        let state = state(&unplaced);
        let deployment: Deployment = serde_json::from_value(json!({"status": {"conditions":
            [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: raally"}]}}))
        .unwrap();
        let whys = why_late(&deployment, &[state]);
        assert!(
            whys.iter().any(|why| why.contains("0/3 nodes: cpu")) && whys.iter().any(|why| why.contains("quota")),
            "{whys:?}"
        );
    }
}
