//! With Argo Rollouts: its real controller and its own CustomResourceDefinitions (scripts/kube-tools.sh), which `make soak`
//! builds. Steps, pauses, analysis and ways back are the controller's; the tool is watched driving it.

use std::sync::OnceLock;

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use serde_json::{Value, json};

use crate::kubelet::{Nature, be, says};
use crate::mesh;
use crate::server::{Kept, Server, free_port};
use crate::stage::{Beside, NOTHING, Stage, image, image_that, left_out, object, resource, served};
use crate::tool::{ended_with, wait_until};

const PAUSED: &str = r#"[{"setWeight": 50}, {"pause": {}}]"#;
const ANALYSED: &str = r#"[{"setWeight": 50}, {"analysis": {"templates": [{"templateName": "errors"}]}}]"#;

/// Starts the controller, once; false where it is missing, which is said.
pub fn controller(server: &'static Server) -> bool {
    static ONCE: OnceLock<Option<Kept>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let program = server.tools.join("rollouts-controller");
        if !program.is_file() {
            println!("skip: no controller of Argo Rollouts (SOAK=1 scripts/kube-tools.sh builds it)");
            return None;
        }
        server.runtime.block_on(definitions(server));
        let arguments = [
            format!("--kubeconfig={}", server.path("admin.yaml")),
            "--leader-elect=false".to_owned(),
            "--istio-api-version=v1".to_owned(),
            format!("--metricsPort={}", free_port()),
            format!("--healthzPort={}", free_port()),
        ];
        Some(Kept::start(&server.log("rollouts"), &program, &arguments))
    })
    .is_some()
}

async fn definitions(server: &Server) {
    let client = server.client().await;
    let kinds: Api<DynamicObject> =
        Api::all_with(client.clone(), &resource("apiextensions.k8s.io", "v1", "CustomResourceDefinition"));
    for file in std::fs::read_dir(server.tools.join("crds")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let wanted: Value = serde_saphyr::from_str(&text).unwrap();
        let name = wanted["metadata"]["name"].as_str().unwrap().to_owned();
        kinds.patch(&name, &PatchParams::apply("test").force(), &Patch::Apply(&wanted)).await.unwrap();
    }
    for kind in ["Rollout", "AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate", "Experiment"] {
        served(&client, "argoproj.io", "v1alpha1", kind).await;
    }
}

fn stage(steps: &'static str) -> Option<Stage> {
    Stage::new("canary", Beside { rollout: Some(steps), more: "traffic = \"argo-rollouts\"", ..NOTHING })
}

fn rollout(stage: &Stage) -> Value {
    stage.get("argoproj.io", "Rollout", "raally").unwrap()
}

fn wait_for_the_pause(stage: &Stage) {
    wait_until("the pause", || stage.status()["unfinished"]["seen"]["verdict"] == "paused");
}

/// The release is taken back: the stable pods serve, and the image of before is in the Rollout again.
fn is_back(stage: &Stage, image: &Value) {
    wait_until("Argo Rollouts is at rest", || rollout(stage)["status"]["phase"] == "Healthy");
    let rollout = rollout(stage);
    assert_eq!(rollout["spec"]["template"]["spec"]["containers"][0]["image"], *image);
    assert_eq!(rollout["status"]["stableRS"], rollout["status"]["currentPodHash"]);
    stage.only_of_fleet("r0");
}

#[test]
fn a_rollout_goes_on_from_its_pause_when_a_person_promotes_it_and_back_at_once() {
    if left_out("") {
        return;
    }
    let Some(stage) = stage(PAUSED) else { return };
    let (tool, _) = stage.start_deploy(&image("argo"), &[]);
    wait_for_the_pause(&stage);
    let status = stage.status();
    assert_eq!(status["fleet"]["routing"]["weightsBp"], json!({"r0": 5_000, "r1": 5_000}), "{status}");
    assert_eq!(stage.refused(&["deploy", &image("other"), "--yes"]).matches("is at work").count(), 1);
    assert_eq!(stage.run(&["promote"]).status.code(), Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "released", "r1");
    stage.only_of_fleet("r1");
    assert_eq!(rollout(&stage)["spec"]["template"]["spec"]["containers"][0]["image"], json!(image("argo")));
    assert_eq!(stage.data(&["doctor"]), json!([]));
    // A rollback does not stop at the steps.
    ended_with(&stage.data(&["rollback", "--yes"]), "released", "r0");
    stage.only_of_fleet("r0");
}

#[test]
fn a_rollout_whose_pods_fail_or_that_a_person_aborts_is_taken_back_with_the_reason() {
    if left_out("") {
        return;
    }
    let Some(stage) = stage(PAUSED) else { return };
    let before = rollout(&stage)["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    let output = stage.run(&["deploy", &image_that("argo-crashes", Nature::Crashes), "--yes"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ended: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    ended_with(&ended, "rolled-back", "r0");
    assert!(ended["why"].as_str().unwrap().contains("CrashLoopBackOff"), "{ended}");
    is_back(&stage, &before);
    let (tool, _) = stage.start_deploy(&image("argo-two"), &[]);
    wait_for_the_pause(&stage);
    assert_eq!(stage.run(&["abort"]).status.code(), Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "rolled-back", "r0");
    is_back(&stage, &before);
}

#[test]
fn a_tool_that_was_killed_at_the_pause_of_a_rollout_goes_on_with_it() {
    if left_out("") {
        return;
    }
    let Some(stage) = stage(PAUSED) else { return };
    let newer = image("argo-newer");
    be(&newer, Nature::Good, &says("0.2.0", 2, "0.1.0"));
    let (mut tool, _) = stage.start_deploy(&newer, &[]);
    wait_for_the_pause(&stage);
    tool.kill().unwrap();
    tool.wait().unwrap();
    assert!(stage.get("batch", "Job", "raally-migrate-r1").is_some(), "its schema is newer");
    let mut command = stage.command(&["deploy", "--resume", "--yes"]);
    let tool = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    wait_until("the promotion is taken", || stage.run(&["promote"]).status.code() == Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "released", "r1");
    stage.only_of_fleet("r1");
}

#[test]
fn a_rollout_that_its_own_analysis_gives_up_is_taken_back_with_what_that_measured() {
    if left_out("") {
        return;
    }
    let Some(stage) = stage(PAUSED) else { return };
    let Some(prometheus) = mesh::run(stage.server) else { return };
    let template = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
        "metadata": {"name": "errors", "namespace": stage.namespace},
        "spec": {"metrics": [{
            "name": "errors", "failureLimit": 0, "successCondition": "result[0] < 0.1",
            "provider": {"prometheus": {"address": prometheus, "query": "vector(0.4)"}},
        }]},
    });
    stage.server.runtime.block_on(async {
        let client = stage.server.client().await;
        let templates: Api<DynamicObject> =
            Api::namespaced_with(client, &stage.namespace, &resource("argoproj.io", "v1alpha1", "AnalysisTemplate"));
        templates.create(&Default::default(), &object(template)).await.unwrap();
    });
    let steps: Value = serde_json::from_str(ANALYSED).unwrap();
    let edit = json!({"spec": {"strategy": {"canary": {"steps": steps}}}});
    stage.edit("argoproj.io", "Rollout", "raally", "helm", &edit);
    wait_until("Argo Rollouts has seen it", || {
        let rollout = rollout(&stage);
        // A number as text, in this kind.
        let observed = rollout["status"]["observedGeneration"].as_str().and_then(|text| text.parse().ok());
        observed.is_some() && observed == rollout["metadata"]["generation"].as_i64()
    });
    let before = rollout(&stage)["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    let output = stage.run(&["deploy", &image("argo-bad"), "--yes"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ended: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    ended_with(&ended, "rolled-back", "r0");
    assert!(ended["why"].as_str().unwrap().contains("\"errors\" assessed Failed"), "{ended}");
    is_back(&stage, &before);
}
