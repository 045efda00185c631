//! A work without its types. The engines run works as trait objects: they are compiled once, and not once for each of the
//! hundred works that the application has.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use crate::{error::StoreError, tx::Tx};

/// What a work answered; nothing before it ran to its end.
type Outcome<T, E> = Option<Result<T, E>>;

/// A work, and what it answers where only its caller can read it.
pub(crate) trait Work: Send {
    /// Runs it and keeps what it answers; true when that is `Ok`.
    fn run<'a>(&'a mut self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, bool>;
}

/// A work that runs once.
pub(crate) struct Once<F, T, E> {
    work: Option<F>,
    outcome: Outcome<T, E>,
}

impl<F, T, E: From<StoreError>> Once<F, T, E> {
    pub(crate) fn new(work: F) -> Self {
        Self { work: Some(work), outcome: None }
    }

    /// What the work answered, or why the engine could not stand for it.
    pub(crate) fn answer(self, run: Result<(), StoreError>) -> Result<T, E> {
        answer(self.outcome, run)
    }
}

impl<F, T, E> Work for Once<F, T, E>
where
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send,
    T: Send,
    E: Send,
{
    fn run<'a>(&'a mut self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, bool> {
        let running = self.work.take().map(|work| work(tx));
        Box::pin(async {
            if let Some(running) = running {
                self.outcome = Some(running.await);
            }
            matches!(self.outcome, Some(Ok(_)))
        })
    }
}

/// A work that may run more than once, on another thread.
struct Again<F, T, E> {
    work: F,
    outcome: Arc<Mutex<Outcome<T, E>>>,
}

/// Where a work that runs elsewhere leaves its answer.
pub(crate) struct Left<T, E>(Arc<Mutex<Outcome<T, E>>>);

/// A work for an engine, and where its answer will be.
pub(crate) fn again<F, T, E>(work: F) -> (Box<dyn Work>, Left<T, E>)
where
    F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let outcome = Arc::default();
    (Box::new(Again { work, outcome: Arc::clone(&outcome) }), Left(outcome))
}

impl<T, E: From<StoreError>> Left<T, E> {
    /// What the work answered in its last run, or why the engine could not stand for it.
    pub(crate) fn answer(self, run: Result<(), StoreError>) -> Result<T, E> {
        answer(lock(&self.0).take(), run)
    }
}

impl<F, T, E> Work for Again<F, T, E>
where
    F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send,
    T: Send,
    E: Send,
{
    fn run<'a>(&'a mut self, tx: &'a mut Tx<'_>) -> BoxFuture<'a, bool> {
        // What came of an earlier run is undone; a work that panics now must not be answered with it.
        *lock(&self.outcome) = None;
        let running = (self.work)(tx);
        Box::pin(async {
            let answered = running.await;
            let is_ok = answered.is_ok();
            *lock(&self.outcome) = Some(answered);
            is_ok
        })
    }
}

fn lock<T, E>(outcome: &Mutex<Outcome<T, E>>) -> MutexGuard<'_, Outcome<T, E>> {
    outcome.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer<T, E: From<StoreError>>(outcome: Outcome<T, E>, run: Result<(), StoreError>) -> Result<T, E> {
    match (run, outcome) {
        (Ok(()), Some(outcome)) => outcome,
        (Ok(()), None) => Err(StoreError::bug("the work panicked").into()),
        (Err(error), _) => Err(error.into()),
    }
}
