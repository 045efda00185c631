//! Colour and logo of a workspace: told by bytes, bounded, served so that nothing in them can run.

use serde_json::json;

use crate::samples::PICTURE;
use crate::support::{Call, Host, User, both, version};

async fn upload(
    host: &Host,
    path: &str,
    user: &User,
    at: i64,
    media_type: &str,
    bytes: Vec<u8>,
) -> crate::support::Seen {
    let call = Call::new(http::Method::PUT, &format!("{path}/logo")).by(user).version(at);
    host.call(call.bytes(media_type, bytes)).await
}

both!(a_logo_is_served_as_a_file_that_can_run_nothing);
async fn a_logo_is_served_as_a_file_that_can_run_nothing(host: Host) {
    let owner = host.sign_up("Olga Owner").await;
    let path = host.workspace(&owner, "Brand").await;
    host.get(&format!("{path}/logo"), &owner).await.refused(404, "not-found");
    let colored = host.put(&format!("{path}/branding"), &owner, 1, json!({"color": "#1f6feb"})).await.ok();
    assert_eq!(colored["branding"], json!({"color": "#1f6feb"}));
    // Whatever its sender calls it, it is what its bytes say.
    let seen = upload(&host, &path, &owner, 2, "image/webp", PICTURE.to_vec()).await.ok();
    let logo = &seen["branding"]["logo"];
    assert_eq!(
        (&logo["mediaType"], &logo["width"], &logo["size"]),
        (&json!("image/png"), &json!(1), &json!(PICTURE.len()))
    );
    assert_eq!(seen["branding"]["color"], "#1f6feb", "the colour stays");
    let viewer = host.member(&owner, &path, "viewer", "Vera Viewer").await;
    let picture = host.get(&format!("{path}/logo"), &viewer).await;
    assert_eq!((picture.status, &picture.body[..]), (200, PICTURE));
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert!(picture.header("content-disposition").starts_with("attachment; filename=\"logo.png\""));
    let csp = picture.header("content-security-policy");
    assert!(csp.contains("default-src 'none'") && csp.contains("sandbox"), "{csp}");
    let gone = Call::new(http::Method::DELETE, &format!("{path}/logo"));
    host.call(gone.clone().by(&viewer).version(3)).await.refused(403, "denied");
    host.call(gone.clone().by(&owner).version(3)).await.gone();
    host.get(&format!("{path}/logo"), &owner).await.refused(404, "not-found");
    host.call(gone.by(&owner).version(4)).await.refused(404, "not-found");
    let now = host.get(&path, &owner).await.ok();
    assert_eq!((version(&now), &now["branding"]), (4, &json!({"color": "#1f6feb"})));
}

both!(what_is_no_picture_or_too_large_is_refused_and_nothing_changes);
async fn what_is_no_picture_or_too_large_is_refused_and_nothing_changes(host: Host) {
    let owner = host.sign_up("Olga Owner").await;
    let path = host.workspace(&owner, "Brand").await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let mut huge = PICTURE.to_vec();
    huge[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
    for (bytes, fault) in [
        (svg.clone(), " not-a-picture"),
        (b"GIF89a\x01\0\x01\0\0\0\0".to_vec(), " not-a-picture"),
        (PICTURE[..20].to_vec(), " damaged-picture"),
        (Vec::new(), " not-a-picture"),
        (huge, " picture-too-large"),
    ] {
        assert_eq!(upload(&host, &path, &owner, 1, "image/png", bytes).await.faults(), [fault]);
    }
    upload(&host, &path, &owner, 1, "image/svg+xml", svg).await.is(415);
    let mut long = PICTURE.to_vec();
    long.resize(512 * 1024 + 1, 0);
    upload(&host, &path, &owner, 1, "image/png", long).await.is(413);
    upload(&host, &path, &owner, 7, "image/png", PICTURE.to_vec()).await.is(412);
    assert_eq!(version(&host.get(&path, &owner).await.ok()), 1);
    for color in ["red", "#12345", "#gggggg", "url(x)"] {
        let seen = host.put(&format!("{path}/branding"), &owner, 1, json!({"color": color})).await;
        assert_eq!(seen.faults(), ["/color not-a-color"], "{color}");
    }
    // Settings are one thing and looks another: no patch reaches a stored picture's name.
    let patch = json!({"branding": {"logo": {"id": "01960000-0000-7000-8000-00000000dead"}}});
    assert_eq!(host.patch(&format!("{path}/settings"), &owner, 1, patch).await.faults(), ["/branding unknown-field"]);
}

both!(the_demo_company_moves_into_an_empty_workspace_only);
async fn the_demo_company_moves_into_an_empty_workspace_only(host: Host) {
    let owner = host.sign_up("Olga Owner").await;
    let path = host.workspace(&owner, "Look around").await;
    let member = host.member(&owner, &path, "resource-manager", "Rita Manager").await;
    let demo = format!("{path}/demo");
    host.call(Call::post(&demo).by(&member)).await.refused(403, "denied");
    let filled = host.call(Call::post(&demo).by(&owner)).await.ok();
    assert_eq!(filled["people"], 40);
    assert!(filled["assignments"].as_i64().unwrap() > 100, "{filled}");
    let dashboard = format!("{path}/dashboard?from=2026-01-01&to=2027-12-31&grain=month");
    assert!(host.get(&dashboard, &owner).await.ok()["hours"]["people"].as_i64().unwrap() >= 40);
    host.call(Call::post(&demo).by(&owner)).await.refused(422, "not-empty");
    let own = host.workspace(&owner, "Real").await;
    host.add(&own, &owner, "people", json!({"name": "Ada"})).await;
    host.call(Call::post(&format!("{own}/demo")).by(&owner)).await.refused(422, "not-empty");
}
