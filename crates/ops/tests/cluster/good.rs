//! Good images, by each strategy: released, and the chart's own way back stays open.

use serde_json::{Value, json};

use crate::mesh;
use crate::stage::{MESH, NOTHING, Stage, image, left_out};
use crate::tool::{ended_with, wait_until};

#[test]
fn a_good_image_rolls_out_in_place_of_what_the_chart_installed_and_back() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::new("rolling", NOTHING) else { return };
    let ended = stage.data(&["deploy", &image("one"), "--yes"]);
    ended_with(&ended, "released", "r1");
    stage.only("r1");
    assert_eq!(stage.workloads()["raally"], 0, "the chart's own stays as the template, without pods");
    let migration = stage.get("batch", "Job", "raally-migrate-r1").unwrap();
    assert_eq!(migration["spec"]["template"]["spec"]["containers"][0]["args"], json!(["migrate", "--json"]));
    let clone = stage.get("apps", "Deployment", "raally-r1").unwrap();
    assert_eq!(clone["spec"]["template"]["spec"]["containers"][0]["image"], json!(image("one")));
    let service = stage.get("", "Service", "raally").unwrap();
    assert_eq!(service["spec"]["selector"]["raally.dev/track"], "r1");
    assert_eq!(stage.data(&["deploy", &image("one"), "--yes"])["outcome"], "nothing-to-do");
    let ended = stage.data(&["rollback", "--yes"]);
    ended_with(&ended, "released", "r0");
    stage.only("r0");
    assert_eq!(stage.data(&["history"]).as_array().unwrap().len(), 3);
    assert_eq!(stage.data(&["doctor"]), json!([]), "nothing is wrong");
}

#[test]
fn a_switch_waits_for_a_person_while_the_service_sends_all_to_the_old_one() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("blue-green", NOTHING) else { return };
    let stage =
        stage.with("[environments.test.blue-green]", "[environments.test.blue-green]\n            pause = true");
    let (tool, _) = stage.start_deploy(&image("green"), &[]);
    wait_until("the pause", || {
        stage.status()["unfinished"]["steps"].as_array().is_some_and(|_| stage.workloads().get("raally-r2") == Some(&2))
    });
    let service = stage.get("", "Service", "raally").unwrap();
    assert_eq!(service["spec"]["selector"]["raally.dev/track"], "r1", "green gets nothing yet");
    wait_until("the promotion is taken", || stage.run(&["promote"]).status.code() == Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "released", "r2");
    stage.only("r2");
}

#[test]
fn a_good_canary_is_compared_with_a_fresh_baseline_and_released() {
    let Some(stage) = Stage::new("canary", MESH) else { return };
    let Some(prometheus) = mesh::run(stage.server) else { return };
    let stage =
        stage.with("mesh-settle-ms = 0", &format!("mesh-settle-ms = 0\n            prometheus = \"{prometheus}\""));
    wait_until("what users get of the chart's own is counted", || {
        stage.status()["counts"]["groups"]["r0"]["arm"]["attempts"].as_u64().is_some_and(|count| count > 0)
    });
    let (tool, news) = stage.start_deploy(&image("canary"), &[]);
    wait_until("the split", || {
        let routing = stage.status()["fleet"]["routing"].clone();
        routing["weightsBp"]["r1"] == json!(4_000) && routing["weightsBp"]["r0-beside-r1"] == json!(4_000)
    });
    let routes = stage.get("networking.istio.io", "VirtualService", "raally").unwrap()["spec"]["http"].clone();
    let names: Vec<&str> = routes.as_array().unwrap().iter().filter_map(|route| route["name"].as_str()).collect();
    assert_eq!(names, ["machine", "streams", "raally-testers", "primary"], "testers reach it by header and cookie");
    let output = tool.wait_with_output().unwrap();
    let said = std::fs::read_to_string(news).unwrap();
    let ended: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!((&ended["outcome"], &ended["running"]), (&"released".into(), &"r1".into()), "{said}");
    assert!(said.contains("as good: "), "it was judged by what was counted: {said}");
    stage.only("r1");
    let rule = stage.get("networking.istio.io", "VirtualService", "raally").unwrap();
    assert_eq!(rule["spec"]["http"].as_array().unwrap().len(), 3, "the testers' route is gone");
}
