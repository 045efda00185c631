//! Debug.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod support;
use support::tamper;
#[tokio::test]
async fn debug() {
  for engine in support::engines().await {
    let app = support::app_on(engine.store.clone());
    let (_, caller) = support::workspace(&app).await;
    let auditor = raally_application::audit::Auditor::new(&app, raally_identity::chain::AuditKey::from_seed(&[1; 32]).unwrap());
    println!("{:?}", auditor.seal_all("test").await);
    println!("{:?}", auditor.verify(None, None).await);
    println!("{:?}", tamper::events(&engine, caller.workspace).await);
    tamper::sql(&engine, "UPDATE event SET recorded_at = recorded_at + 1").await;
    println!("{:?}", tamper::events(&engine, caller.workspace).await);
    println!("{:?}", auditor.verify(None, None).await);
  }
}
