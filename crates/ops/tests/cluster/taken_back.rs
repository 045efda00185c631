//! Bad images: taken back by the tool, with the reason that the cluster gives.

use crate::kubelet::Nature;
use crate::mesh;
use crate::stage::{MESH, NOTHING, Stage, image_that, left_out};
use crate::tool::wait_until;

fn is_taken_back(stage: &Stage, image: &str, wanted: &str) {
    let ended = stage.taken_back(image);
    assert!(ended["why"].as_str().unwrap().contains(wanted), "{wanted}: {ended}");
    stage.only("r1");
}

#[test]
fn an_image_whose_pods_fail_is_taken_back_and_the_reason_is_named() {
    let Some(stage) = Stage::begun("rolling", NOTHING) else { return };
    is_taken_back(
        &stage,
        &image_that("crashes", Nature::Crashes),
        "CrashLoopBackOff: raally ends again and again with exit code 101",
    );
    if left_out(" with every reason, not one,") {
        return;
    }
    is_taken_back(&stage, &image_that("memory", Nature::OutOfMemory), "resources.limits.memory");
    let stage = stage.with("ready-seconds-max = 60", "ready-seconds-max = 2");
    is_taken_back(&stage, &image_that("late", Nature::NeverReady), "not ready after 2 s");
}

#[test]
fn an_image_that_can_not_be_had_does_not_even_begin() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("rolling", NOTHING) else { return };
    let said = stage.refused(&["deploy", &image_that("missing", Nature::NoImage), "--yes"]);
    assert!(said.contains("ImagePullBackOff") && said.contains("imagePullSecrets"), "{said}");
    stage.only("r1");
}

#[test]
fn a_migration_that_fails_stops_the_release_before_its_first_instance() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("blue-green", NOTHING) else { return };
    let image = crate::stage::image("migrates");
    crate::kubelet::be(&image, Nature::MigrationFails, &crate::kubelet::says("0.2.0", 2, "0.1.0"));
    is_taken_back(&stage, &image, "relation");
    assert!(stage.get("apps", "Deployment", "raally-r2").is_none(), "nothing of it was started");
}

#[test]
fn a_failing_canary_is_taken_back_by_what_the_mesh_counted() {
    let Some(stage) = Stage::begun("canary", MESH) else { return };
    let Some(prometheus) = mesh::run(stage.server) else { return };
    let stage =
        stage.with("mesh-settle-ms = 0", &format!("mesh-settle-ms = 0\n            prometheus = \"{prometheus}\""));
    wait_until("what users get is counted", || {
        stage.status()["counts"]["groups"]["r1"]["arm"]["attempts"].as_u64().is_some_and(|count| count > 0)
    });
    is_taken_back(&stage, &image_that("fails", Nature::Fails(40)), "failures");
}
