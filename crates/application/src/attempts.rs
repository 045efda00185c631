//! Tries that failed: counted by account and by network address, so that guessing gets slow.

use raally_domain::event::UserEvent;
use raally_domain::ids::UserId;
use raally_domain::model::User;
use raally_identity::throttle;
use raally_storage::Scope;

use crate::app::App;
use crate::caller::{Caller, Origin};
use crate::change::Expect;
use crate::failure::Failure;

impl App {
    pub(crate) async fn throttle(&self, address: &str, network: &str) -> Result<(), Failure> {
        let keys = (format!("account {address}"), format!("address {network}"));
        let now = self.mint().now_us();
        let (account, network) = self
            .store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let account = tx.failures(&keys.0, now, throttle::WINDOW_US).await?;
                    let network = tx.failures(&keys.1, now, throttle::WINDOW_US).await?;
                    Ok::<_, Failure>((account, network))
                })
            })
            .await?;
        let failures = |(count, window_start)| throttle::Failures { count, window_start };
        match throttle::decide(failures(account), failures(network), now) {
            throttle::Decision::Allow => Ok(()),
            throttle::Decision::Wait { seconds } => {
                Err(Failure::OverLimit { retry_after_seconds: u64::try_from(seconds).unwrap_or(1) })
            }
        }
    }

    pub(crate) async fn count_failure(
        &self,
        address: &str,
        from: &Origin,
        user: Option<UserId>,
    ) -> Result<(), Failure> {
        let keys = vec![format!("account {address}"), format!("address {}", from.address)];
        self.count_failure_of(keys, user, from).await
    }

    pub(crate) async fn count_failure_of(
        &self,
        keys: Vec<String>,
        user: Option<UserId>,
        from: &Origin,
    ) -> Result<(), Failure> {
        let (app, trace) = (self.clone(), from.trace.clone());
        self.store()
            .write(Scope::Platform, move |tx| {
                let (app, trace, keys) = (app.clone(), trace.clone(), keys.clone());
                Box::pin(async move {
                    let now = app.mint().now_us();
                    for key in &keys {
                        tx.count_failure(key, now, throttle::WINDOW_US).await?;
                    }
                    if let Some(user) = user {
                        let failed = vec![UserEvent::SignInFailed];
                        app.change::<User>(tx, &Caller::on_platform(None, trace), user.0, Expect::Current, failed)
                            .await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    pub(crate) async fn forgive(&self, address: &str) -> Result<(), Failure> {
        let key = format!("account {address}");
        self.store()
            .write(Scope::Platform, move |tx| {
                let key = key.clone();
                Box::pin(async move { Ok::<_, Failure>(tx.clear_failures(&key).await?) })
            })
            .await
    }
}
