//! The application: what every use case has at hand, and the frame that a command runs in.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use raally_domain::ids::UserId;
use raally_storage::{Remembered, Scope, Store, Tx};

use crate::accounts::Accounts;
use crate::answer::Answer;
use crate::audit::AuditDesk;
use crate::caller::{Caller, Idempotency};
use crate::desk::Desks;
use crate::failure::Failure;
use crate::mint::Mint;
use crate::past::Pasts;
use crate::plans::Plans;
use crate::vault::Vault;

/// What a command does in its transaction. Not generic, so that the frame is compiled once and not once a command.
type CommandWork =
    dyn for<'t> Fn(&'t App, &'t mut Tx<'_>, &'t Caller) -> BoxFuture<'t, Result<Answer, Failure>> + Send + Sync;

/// Everything that use cases share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    mint: Mint,
    vault: Vault,
    accounts: Accounts,
    plans: Plans,
    pasts: Pasts,
    desks: Desks,
    audit: AuditDesk,
}

impl App {
    /// An application on this store.
    #[must_use]
    pub fn new(store: Store, mint: Mint, vault: Vault, accounts: Accounts) -> Self {
        let (plans, pasts, desks, audit) = (Plans::default(), Pasts::default(), Desks::default(), AuditDesk::default());
        Self { inner: Arc::new(Inner { store, mint, vault, accounts, plans, pasts, desks, audit }) }
    }

    /// The log and the read tables.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Instants and ids.
    #[must_use]
    pub fn mint(&self) -> &Mint {
        &self.inner.mint
    }

    /// Keys of personal text.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// Passwords, tokens and sign-up rules.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    /// The plans in memory.
    #[must_use]
    pub fn plans(&self) -> &Plans {
        &self.inner.plans
    }

    pub(crate) fn pasts(&self) -> &Pasts {
        &self.inner.pasts
    }

    pub(crate) fn desks(&self) -> &Desks {
        &self.inner.desks
    }

    pub(crate) fn audit_desk(&self) -> &AuditDesk {
        &self.inner.audit
    }

    /// Runs a command in one transaction. With an idempotency key the answer is kept in the same transaction and a
    /// retry gets it back; a parallel twin waits for the first.
    ///
    /// # Errors
    /// What the work answers; `IdempotencyMismatch` when the key was used for another request.
    pub async fn command<F>(&self, caller: &Caller, work: F) -> Result<Answer, Failure>
    where
        F: for<'t> Fn(&'t Self, &'t mut Tx<'_>, &'t Caller) -> BoxFuture<'t, Result<Answer, Failure>>
            + Send
            + Sync
            + 'static,
    {
        self.run_command(caller.scope(), caller, Arc::new(work)).await
    }

    /// As [`App::command`], in another scope than the caller's workspace.
    ///
    /// # Errors
    /// As [`App::command`].
    pub async fn command_in<F>(&self, scope: Scope, caller: &Caller, work: F) -> Result<Answer, Failure>
    where
        F: for<'t> Fn(&'t Self, &'t mut Tx<'_>, &'t Caller) -> BoxFuture<'t, Result<Answer, Failure>>
            + Send
            + Sync
            + 'static,
    {
        self.run_command(scope, caller, Arc::new(work)).await
    }

    async fn run_command(&self, scope: Scope, caller: &Caller, work: Arc<CommandWork>) -> Result<Answer, Failure> {
        let (app, asked) = (self.clone(), caller.clone());
        self.store()
            .write(scope, move |tx| {
                let (app, caller, work) = (app.clone(), asked.clone(), Arc::clone(&work));
                Box::pin(async move {
                    let Some((user, key)) = caller.user.zip(caller.idempotency.clone()) else {
                        return work(&app, tx, &caller).await;
                    };
                    if let Some(answer) = kept_answer(tx, user, &key).await? {
                        return Ok(answer);
                    }
                    let answer = work(&app, tx, &caller).await?;
                    keep_answer(tx, user, &key, &answer).await?;
                    Ok(answer)
                })
            })
            .await
    }

    /// The answer that was given under the caller's key to a request of several commands.
    ///
    /// # Errors
    /// `IdempotencyMismatch` when the key was used for another request.
    pub async fn kept(&self, caller: &Caller) -> Result<Option<String>, Failure> {
        let Some((user, key)) = caller.user.zip(caller.idempotency.clone()) else { return Ok(None) };
        self.store()
            .read(caller.scope(), move |tx| {
                let key = key.clone();
                Box::pin(async move { Ok(kept_answer(tx, user, &key).await?.map(|answer| answer.body)) })
            })
            .await
    }

    /// Keeps the answer to a request of several commands; of two that were done at once the first is kept and answered.
    ///
    /// # Errors
    /// As [`App::kept`].
    pub async fn keep(&self, caller: &Caller, body: String) -> Result<String, Failure> {
        if caller.idempotency.is_none() {
            return Ok(body);
        }
        let kept = self
            .command(caller, move |_, _, _| {
                let body = body.clone();
                Box::pin(async move { Ok(Answer::changed(uuid::Uuid::nil(), 0, body)) })
            })
            .await?;
        Ok(kept.body)
    }
}

async fn kept_answer(tx: &mut Tx<'_>, user: UserId, key: &Idempotency) -> Result<Option<Answer>, Failure> {
    let Some(Remembered { request_hash, body, .. }) = tx.remembered(user.0, &key.key).await? else {
        return Ok(None);
    };
    if request_hash != key.fingerprint.as_bytes() {
        return Err(Failure::IdempotencyMismatch);
    }
    serde_json::from_str(&body).map(Some).map_err(Failure::bug)
}

async fn keep_answer(tx: &mut Tx<'_>, user: UserId, key: &Idempotency, answer: &Answer) -> Result<(), Failure> {
    let body = serde_json::to_string(answer).map_err(Failure::bug)?;
    tx.remember(user.0, &key.key, key.fingerprint.as_bytes(), 0, &body).await?;
    Ok(())
}
