//! With the chart's autoscaler, and the cluster's own controller behind it. Nobody measures pods here: it acts by its
//! minimum alone, which is enough to tell whose Deployment it changes, and whether it is held.

use serde_json::{Value, json};

use crate::argo::Git;
use crate::stage::{Beside, NOTHING, Stage, image, left_out};
use crate::tool::{ended_with, wait_until};

const SCALED: Beside = Beside { scaled: true, ..NOTHING };

fn scaler(stage: &Stage) -> Value {
    stage.get("autoscaling", "HorizontalPodAutoscaler", "raally").unwrap()
}

/// It lifts a Deployment to a new minimum.
fn lifts(stage: &Stage, workload: &str, replicas: i64) {
    stage.edit(
        "autoscaling",
        "HorizontalPodAutoscaler",
        "raally",
        "kubectl-edit",
        &json!({"spec": {"minReplicas": replicas}}),
    );
    wait_until("the autoscaler acts", || stage.workloads().get(workload) == Some(&replicas));
    wait_until("what it added is ready", || stage.status()["serving"] == replicas);
}

/// It is as the chart has it, for this Deployment.
fn is_given_back(stage: &Stage, workload: &str, min: i64) {
    let spec = scaler(stage)["spec"].clone();
    let policies = [&spec["behavior"]["scaleUp"]["selectPolicy"], &spec["behavior"]["scaleDown"]["selectPolicy"]];
    assert_eq!((&spec["minReplicas"], policies), (&json!(min), [&json!("Max"), &json!("Max")]), "{spec}");
    assert_eq!(spec["scaleTargetRef"]["name"], workload, "{spec}");
    assert!(!scaler(stage)["metadata"]["annotations"].to_string().contains("raally.dev/held"));
}

#[test]
fn a_release_is_as_large_as_the_autoscaler_made_it_which_is_held_meanwhile_and_given_back() {
    let Some(stage) = Stage::begun("blue-green", SCALED) else { return };
    is_given_back(&stage, "raally-r1", 2);
    // The environment's file says 2.
    lifts(&stage, "raally-r1", 3);
    let stage =
        stage.with("[environments.test.blue-green]", "[environments.test.blue-green]\n            pause = true");
    let (tool, news) = stage.start_deploy(&image("two"), &[]);
    wait_until("the pause", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"paused\""));
    let (workloads, held) = (stage.workloads(), scaler(&stage));
    assert_eq!((workloads["raally-r1"], workloads["raally-r2"]), (3, 3));
    assert_eq!(
        (&held["spec"]["minReplicas"], &held["spec"]["behavior"]["scaleUp"]["selectPolicy"]),
        (&json!(1), &json!("Disabled"))
    );
    wait_until("the promotion is taken", || stage.run(&["promote"]).status.code() == Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "released", "r2");
    is_given_back(&stage, "raally-r2", 3);
    if left_out(" and back, with a killed tool,") {
        return;
    }
    lifts(&stage, "raally-r2", 4);
    assert_eq!(stage.data(&["doctor"]), json!([]), "what the autoscaler changed is nobody's edit");
    let stage = stage.with("pause = true", "");
    // In place, one after the other: an autoscaler that is not held would lift the old ones to its minimum again.
    let (mut tool, news) = stage.start_deploy(&image("three"), &["--strategy", "rolling"]);
    wait_until("a step", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"number\":4,"));
    tool.kill().unwrap();
    tool.wait().unwrap();
    let said = stage.data(&["status"]);
    assert_eq!(said["replicas"], 4, "a killed tool's successor knows how large it is to be: {said}");
    ended_with(&stage.data(&["abort"]), "rolled-back", "r2");
    is_given_back(&stage, "raally-r2", 4);
    ended_with(&stage.data(&["deploy", &image("three"), "--strategy", "rolling", "--yes"]), "released", "r4");
    is_given_back(&stage, "raally-r4", 4);
    let running: Vec<(String, i64)> = stage.workloads().into_iter().filter(|(_, replicas)| *replicas > 0).collect();
    assert_eq!(running, [("raally-r4".to_owned(), 4)]);
}

#[test]
fn a_sync_by_argo_cd_undoes_nothing_of_a_release() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::new("blue-green", Beside { mesh: true, ..SCALED }) else { return };
    let Some(git) = Git::of(&stage) else { return };
    let stage =
        stage.with("[environments.test.blue-green]", "[environments.test.blue-green]\n            pause = true");
    let (tool, news) = stage.start_deploy(&image("one"), &[]);
    wait_until("the pause", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"paused\""));
    git.is_what_argo_cd_sees(&stage);
    wait_until("the promotion is taken", || stage.run(&["promote"]).status.code() == Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "released", "r1");
    git.is_what_argo_cd_sees(&stage);
    // And it can tell: an edit of something else is a difference.
    let edit = json!({"spec": {"template": {"metadata": {"annotations": {"by-hand": "yes"}}}}});
    stage.edit("apps", "Deployment", "raally", "kubectl-edit", &edit);
    assert_eq!(git.differences(&stage), ["Deployment"]);
    let clone = stage.get("apps", "Deployment", "raally-r1").unwrap();
    assert_eq!(clone["metadata"]["annotations"]["argocd.argoproj.io/sync-options"], "Prune=false");
}
