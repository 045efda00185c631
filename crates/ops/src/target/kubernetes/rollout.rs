//! What a Rollout of Argo says about itself, without any I/O. Source: `GetRolloutPhase` and `PromoteRollout` of
//! argo-rollouts 1.9, whose `kubectl argo rollouts` decides in the same way.

use serde_json::{Value, json};

use crate::target::Progress;

/// The release whose pods a template makes; the chart's own has none.
pub const RELEASE: &str = "raally.dev/release";
/// Tells the pods of a Rollout's revisions apart.
pub const HASH: &str = "rollouts-pod-template-hash";

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Whether the wanted pods are the stable ones.
#[must_use]
pub fn is_promoted(rollout: &Value) -> bool {
    let stable = text(rollout, "/status/stableRS");
    !stable.is_empty() && stable == text(rollout, "/status/currentPodHash")
}

/// Whether the controller has seen the last change.
#[must_use]
pub fn is_observed(rollout: &Value) -> bool {
    let observed: i64 = text(rollout, "/status/observedGeneration").parse().unwrap_or(0);
    observed >= rollout["metadata"]["generation"].as_i64().unwrap_or(0)
}

/// The release that its template makes.
#[must_use]
pub fn release(rollout: &Value) -> &str {
    text(rollout, "/spec/template/metadata/annotations/raally.dev~1release")
}

/// `canary` or `blue-green`.
#[must_use]
pub fn strategy(rollout: &Value) -> &'static str {
    if rollout["spec"]["strategy"]["blueGreen"].is_object() { "blue-green" } else { "canary" }
}

/// How far it is.
#[must_use]
pub fn progress(rollout: &Value) -> Progress {
    if !is_observed(rollout) {
        return Progress::Unseen("Argo Rollouts has not seen the change yet; is its controller running?".to_owned());
    }
    let status = &rollout["status"];
    let said = text(status, "/message");
    let message = if said.is_empty() { String::new() } else { format!(": {said}") };
    let pauses = status["pauseConditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    if status["controllerPause"] == json!(true) && pauses.is_empty() && rollout["spec"]["paused"] != json!(true) {
        return Progress::Going("goes on after the pause".to_owned());
    }
    match text(status, "/phase") {
        "Healthy" if is_promoted(rollout) => Progress::Done(String::new()),
        "Degraded" => Progress::Bad(format!("Argo Rollouts gave it up{message}")),
        "Paused" => match ends_by_itself(rollout, pauses) {
            Some(ends) => Progress::Going(format!("{}, {ends}", step(rollout))),
            None => Progress::Paused(format!("{}{message}", step(rollout))),
        },
        _ => Progress::Going(format!("{}{message}", step(rollout))),
    }
}

/// `step 2 of 6, 25 % of the requests`.
fn step(rollout: &Value) -> String {
    let status = &rollout["status"];
    let steps = rollout["spec"]["strategy"]["canary"]["steps"].as_array().map_or(0, Vec::len);
    let at = status["currentStepIndex"].as_u64().unwrap_or(0);
    let mut text = if steps == 0 { strategy(rollout).to_owned() } else { format!("step {at} of {steps} done") };
    if let Some(weight) = status["canary"]["weights"]["canary"]["weight"].as_u64() {
        text.push_str(&format!(", {weight} % of the requests"));
    }
    text
}

/// When a pause is over without a person.
fn ends_by_itself(rollout: &Value, pauses: &[Value]) -> Option<String> {
    let reason = pauses.first().map(|pause| text(pause, "/reason")).unwrap_or_default();
    let duration = match reason {
        "CanaryPauseStep" => {
            let at = rollout["status"]["currentStepIndex"].as_u64().unwrap_or(0) as usize;
            &rollout["spec"]["strategy"]["canary"]["steps"][at]["pause"]["duration"]
        }
        "BlueGreenPause" => &rollout["spec"]["strategy"]["blueGreen"]["autoPromotionSeconds"],
        _ => return None,
    };
    match duration {
        Value::String(text) => Some(format!("pauses for {text}")),
        Value::Number(seconds) if seconds.as_u64() != Some(0) => Some(format!("pauses for {seconds} s")),
        _ => None,
    }
}

/// Patches of status and spec that let it go on, as `kubectl argo rollouts promote` makes them.
#[must_use]
pub fn promotion(rollout: &Value) -> (Option<Value>, Option<Value>) {
    let spec = (rollout["spec"]["paused"] == json!(true)).then(|| json!({"spec": {"paused": false}}));
    let pauses = rollout["status"]["pauseConditions"].as_array().map_or(0, Vec::len);
    let analysis = text(rollout, "/status/canary/currentStepAnalysisRunStatus/status");
    let status = if pauses > 0 && analysis == "Inconclusive" && rollout["status"]["controllerPause"] == json!(true) {
        let steps = rollout["spec"]["strategy"]["canary"]["steps"].as_array().map_or(0, Vec::len) as u64;
        let next = (rollout["status"]["currentStepIndex"].as_u64().unwrap_or(0) + 1).min(steps);
        Some(json!({"status": {"pauseConditions": null, "controllerPause": false, "currentStepIndex": next}}))
    } else if pauses > 0 {
        Some(json!({"status": {"pauseConditions": null}}))
    } else {
        None
    };
    (status, spec)
}

/// What lets it go on without any step, where it is not there yet.
#[must_use]
pub fn whole(rollout: &Value) -> Option<Value> {
    let needed = is_observed(rollout) && !is_promoted(rollout) && rollout["status"]["promoteFull"] != json!(true);
    needed.then(|| json!({"status": {"promoteFull": true}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rollout(status: &Value) -> Value {
        let steps = json!([{"setWeight": 5}, {"pause": {"duration": "5m"}}, {"setWeight": 50}, {"pause": {}}]);
        let mut rollout = json!({
            "metadata": {"generation": 4},
            "spec": {"strategy": {"canary": {"steps": steps}}},
            "status": {"observedGeneration": "4", "stableRS": "old", "currentPodHash": "new"},
        });
        for (name, value) in status.as_object().unwrap() {
            rollout["status"][name] = value.clone();
        }
        rollout
    }

    #[test]
    fn a_pause_that_ends_by_itself_is_waited_for_and_one_for_a_person_is_said() {
        let pause = json!([{"reason": "CanaryPauseStep", "startTime": "2026-11-27T10:00:00Z"}]);
        let at = |index: u64| json!({"phase": "Paused", "message": "CanaryPauseStep", "pauseConditions": pause, "controllerPause": true, "currentStepIndex": index});
        assert_eq!(progress(&rollout(&at(1))), Progress::Going("step 1 of 4 done, pauses for 5m".into()));
        let open = rollout(&at(3));
        assert_eq!(progress(&open), Progress::Paused("step 3 of 4 done: CanaryPauseStep".into()));
        assert_eq!(promotion(&open), (Some(json!({"status": {"pauseConditions": null}})), None));
        let promoted = rollout(&json!({"phase": "Paused", "controllerPause": true, "currentStepIndex": 3}));
        assert!(matches!(progress(&promoted), Progress::Going(_)), "the controller has not reacted yet");
    }

    #[test]
    fn an_inconclusive_analysis_waits_for_a_person_who_goes_past_it() {
        let stuck = rollout(&json!({
            "phase": "Paused", "message": "InconclusiveAnalysisRun", "controllerPause": true, "currentStepIndex": 2,
            "pauseConditions": [{"reason": "InconclusiveAnalysisRun"}],
            "canary": {"currentStepAnalysisRunStatus": {"status": "Inconclusive"}},
        }));
        assert!(matches!(progress(&stuck), Progress::Paused(why) if why.contains("InconclusiveAnalysisRun")));
        assert_eq!(promotion(&stuck).0.unwrap()["status"]["currentStepIndex"], 3);
    }

    #[test]
    fn the_end_is_only_where_the_controller_has_seen_the_change() {
        let healthy = json!({"phase": "Healthy", "currentPodHash": "old", "observedGeneration": "3"});
        assert!(matches!(progress(&rollout(&healthy)), Progress::Unseen(_)), "that was the revision before");
        let healthy = json!({"phase": "Healthy", "currentPodHash": "old"});
        assert_eq!(progress(&rollout(&healthy)), Progress::Done(String::new()));
        let message = "RolloutAborted: Rollout aborted update to revision 2: Metric \"errors\" assessed Failed";
        let said = progress(&rollout(&json!({"phase": "Degraded", "message": message})));
        assert!(matches!(said, Progress::Bad(why) if why.contains("Metric \"errors\"")));
        assert_eq!(whole(&rollout(&json!({}))).unwrap()["status"]["promoteFull"], true);
        assert_eq!(whole(&rollout(&json!({"currentPodHash": "old"}))), None);
    }
}
