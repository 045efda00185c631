//! One operator at a time: a `coordination.k8s.io` Lease with the name of who is at work, renewed as long as that process
//! lives. Who was killed lets go when the time is over; at once, where the next one sees that the process is gone.
//!
//! Wishes of other people (promote, abort) are an annotation of the Lease, which the next renewal finds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::{Lease as Object, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::PostParams;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::api::{Cluster, MANAGER, Refused, optional};
use super::ledger::labels;
use crate::failed::{Doing, Failed};
use crate::lock::Owner;
use crate::wishes::Asked;

const OWNER: &str = "raally.dev/owner";
const WISH: &str = "raally.dev/wish";
/// Without a renewal for so long, it is free.
const LASTS: Duration = Duration::from_secs(15);
const RENEW_EVERY: Duration = Duration::from_secs(4);
/// How often wishes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const GIVE_BACK_WITHIN: Duration = Duration::from_secs(5);

/// The lock of an environment.
#[derive(Debug, Clone)]
pub struct Lease {
    cluster: Cluster,
    name: String,
}

/// Held until it is dropped.
#[derive(Debug)]
pub struct LeaseLock {
    lease: Lease,
    holder: String,
    state: Arc<Mutex<State>>,
    renewer: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    renewed: Instant,
    /// Why it is not ours any more.
    lost: Option<String>,
    trouble: String,
    wish: Option<Asked>,
}

impl Lease {
    /// Of this name.
    #[must_use]
    pub const fn new(cluster: Cluster, name: String) -> Self {
        Self { cluster, name }
    }

    async fn get(&self) -> Result<Option<Object>, Failed> {
        let leases = self.cluster.of::<Object>();
        optional(self.cluster.ask("get", "leases.coordination.k8s.io", || leases.get(&self.name)).await)
    }

    async fn put(&self, object: &Object) -> Result<Object, Refused> {
        let leases = self.cluster.of::<Object>();
        let parameters = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        let what = "leases.coordination.k8s.io";
        if object.metadata.resource_version.is_none() {
            return self.cluster.ask("create", what, || leases.create(&parameters, object)).await;
        }
        self.cluster.ask("update", what, || leases.replace(&self.name, &parameters, object)).await
    }

    /// Takes it; who had it before and ended without giving it back.
    ///
    /// # Errors
    /// When somebody else has it: names who.
    pub async fn take(&self, doing: &str, break_it: bool) -> Result<(LeaseLock, Option<Owner>), Failed> {
        let me = Owner::me(doing);
        let holder = identity();
        loop {
            let found = self.get().await?;
            let before = found.as_ref().filter(|lease| held(lease)).and_then(owner_of);
            if let Some(lease) = found.as_ref().filter(|lease| held(lease) && !break_it)
                && !self.is_over(lease).await?
            {
                return Err(taken(owner_of(lease)));
            }
            let mut lease = found.unwrap_or_else(|| self.empty());
            let metadata = &mut lease.metadata;
            let owner = serde_json::to_string(&me).doing("the lock")?;
            let annotations = metadata.annotations.get_or_insert_default();
            annotations.insert(OWNER.to_owned(), owner);
            annotations.remove(WISH);
            let now = MicroTime(Timestamp::now());
            lease.spec = Some(LeaseSpec {
                holder_identity: Some(holder.clone()),
                lease_duration_seconds: Some(LASTS.as_secs() as i32),
                acquire_time: Some(now.clone()),
                renew_time: Some(now),
                ..LeaseSpec::default()
            });
            match self.put(&lease).await {
                Ok(_) => return Ok((self.hold(holder), before)),
                // Somebody was quicker, or our own answer was lost: look again.
                Err(Refused::Conflict(_) | Refused::Exists | Refused::Missing) => {}
                Err(Refused::Failed(failed)) => return Err(failed),
            }
            if let Some(lease) = self.get().await?.filter(|lease| holder_of(lease) == Some(&holder)) {
                drop(lease);
                return Ok((self.hold(holder), before));
            }
        }
    }

    fn empty(&self) -> Object {
        let metadata = ObjectMeta { name: Some(self.name.clone()), labels: Some(labels()), ..ObjectMeta::default() };
        Object { metadata, spec: None }
    }

    fn hold(&self, holder: String) -> LeaseLock {
        let state = State { renewed: Instant::now(), lost: None, trouble: String::new(), wish: None };
        let state = Arc::new(Mutex::new(state));
        let renewer = tokio::spawn(renew(self.clone(), holder.clone(), Arc::clone(&state)));
        LeaseLock { lease: self.clone(), holder, state, renewer }
    }

    /// Whether its holder is gone. Clocks differ, so one that seems over is watched for a renewal.
    async fn is_over(&self, lease: &Object) -> Result<bool, Failed> {
        if holder_of(lease).is_some_and(|holder| is_gone(holder)) {
            return Ok(true);
        }
        if !seems_over(lease) {
            return Ok(false);
        }
        let until = Instant::now() + RENEW_EVERY + LOOK_EVERY;
        while Instant::now() < until {
            sleep(LOOK_EVERY).await;
            let now = self.get().await?;
            if now.is_some_and(|now| now.metadata.resource_version != lease.metadata.resource_version) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Who is at work, if anybody is.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn owner(&self) -> Result<Option<Owner>, Failed> {
        let found = self.get().await?;
        let alive = |lease: &Object| {
            held(lease) && !seems_over(lease) && !holder_of(lease).is_some_and(|holder| is_gone(holder))
        };
        Ok(found.filter(alive).as_ref().and_then(owner_of))
    }

    /// Leaves a wish for who is at work.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn leave_wish(&self, asked: &Asked) -> Result<(), Failed> {
        let wish = serde_json::to_string(asked).doing("a wish")?;
        loop {
            let Some(mut lease) = self.get().await?.filter(held) else {
                return Err(Failed::input("nobody is at work on this environment"));
            };
            lease.metadata.annotations.get_or_insert_default().insert(WISH.to_owned(), wish.clone());
            match self.put(&lease).await {
                Ok(_) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
    }
}

impl LeaseLock {
    /// Whether it is still ours. One that could not be renewed in time is waited for as long as the API server is.
    ///
    /// # Errors
    /// When somebody took it, or it can't be renewed: this process must do nothing more.
    pub async fn check(&self) -> Result<(), Failed> {
        let deadline = Instant::now() + self.lease.cluster.patience();
        loop {
            {
                let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(lost) = &state.lost {
                    return Err(Failed::ours(format!(
                        "the lock is not ours any more: {lost}; nothing more is done here"
                    ))
                    .lost()
                    .next("see who is at work: `raallyctl status`"));
                }
                if state.renewed.elapsed() < LASTS {
                    return Ok(());
                }
                if Instant::now() > deadline {
                    let why = &state.trouble;
                    return Err(Failed::ours(format!("the lock can't be renewed: {why}; nothing more is done here"))
                        .lost()
                        .next("when the API server is back, `raallyctl deploy --resume` goes on, `raallyctl abort` goes back"));
                }
            }
            sleep(LOOK_EVERY / 4).await;
        }
    }

    /// A wish that was left.
    #[must_use]
    pub fn take_wish(&self) -> Option<Asked> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).wish.take()
    }

    async fn give_back(lease: Lease, holder: String) -> Result<(), Failed> {
        let Some(mut object) = lease.get().await?.filter(|object| holder_of(object) == Some(&holder)) else {
            return Ok(());
        };
        if let Some(annotations) = &mut object.metadata.annotations {
            annotations.remove(OWNER);
            annotations.remove(WISH);
        }
        object.spec = Some(LeaseSpec::default());
        lease.put(&object).await.map(|_| ()).map_err(Failed::from)
    }
}

impl Drop for LeaseLock {
    fn drop(&mut self) {
        self.renewer.abort();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if runtime.runtime_flavor() != tokio::runtime::RuntimeFlavor::MultiThread {
            return;
        }
        let given = Self::give_back(self.lease.clone(), self.holder.clone());
        // Whatever it says: who comes next waits until the time is over, and is told of a kill that was none.
        _ = tokio::task::block_in_place(|| runtime.block_on(tokio::time::timeout(GIVE_BACK_WITHIN, given)));
    }
}

async fn renew(lease: Lease, holder: String, state: Arc<Mutex<State>>) {
    let note = |change: &dyn Fn(&mut State)| change(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
    let mut renewed = Instant::now();
    loop {
        sleep(LOOK_EVERY).await;
        let began = Instant::now();
        let mut object = match lease.get().await {
            Ok(Some(object)) if holder_of(&object) == Some(&holder) => object,
            Ok(found) => {
                let who = found
                    .as_ref()
                    .and_then(owner_of)
                    .map_or_else(|| "it was taken away".to_owned(), |owner| owner.title());
                return note(&|state| state.lost = Some(format!("it has {who}")));
            }
            Err(failed) => {
                note(&|state| state.trouble = failed.to_string());
                continue;
            }
        };
        let wish = object.metadata.annotations.as_mut().and_then(|annotations| annotations.remove(WISH));
        if wish.is_none() && renewed.elapsed() < RENEW_EVERY {
            // It is ours as of now, whether written or only read.
            continue;
        }
        object.spec.get_or_insert_default().renew_time = Some(MicroTime(Timestamp::now()));
        // A conflict is a wish that was left meanwhile: the next look has it.
        if lease.put(&object).await.is_ok() {
            renewed = began;
            let asked = wish.and_then(|wish| serde_json::from_str(&wish).ok());
            note(&|state| {
                state.renewed = began;
                if asked.is_some() {
                    state.wish.clone_from(&asked);
                }
            });
        }
    }
}

fn holder_of(lease: &Object) -> Option<&String> {
    lease.spec.as_ref()?.holder_identity.as_ref().filter(|holder| !holder.is_empty())
}

fn held(lease: &Object) -> bool {
    holder_of(lease).is_some()
}

fn owner_of(lease: &Object) -> Option<Owner> {
    serde_json::from_str(lease.metadata.annotations.as_ref()?.get(OWNER)?).ok()
}

fn seems_over(lease: &Object) -> bool {
    let renewed = lease.spec.as_ref().and_then(|spec| spec.renew_time.as_ref());
    let lasts = SignedDuration::from_secs(LASTS.as_secs() as i64);
    renewed.is_none_or(|renewed| Timestamp::now().duration_since(renewed.0) > lasts)
}

/// Machine, its start, and the space of process numbers, so that another process of the same number is not taken for it.
fn machine() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{}+{}", boot.trim(), space.display())
}

/// When a process began, in ticks since the machine did. Source: proc(5), field 22 of `stat`.
fn began(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned)
}

/// `MACHINE/PID/BEGAN/WHEN`: no two holders are the same.
fn identity() -> String {
    let pid = std::process::id();
    let began = began(pid).unwrap_or_default();
    format!("{}/{pid}/{began}/{}", machine(), Timestamp::now().as_nanosecond())
}

/// A holder of this machine whose process has ended.
fn is_gone(holder: &str) -> bool {
    let mut parts = holder.split('/');
    let (Some(at), Some(pid), Some(then)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let Ok(pid) = pid.parse::<u32>() else { return false };
    !then.is_empty() && at == machine() && began(pid).as_deref() != Some(then)
}

fn taken(owner: Option<Owner>) -> Failed {
    let who = owner.map_or_else(|| "somebody".to_owned(), |owner| owner.title());
    Failed::input(format!("{who} is at work on this environment")).next(
        "wait for the end, or take the lock away with --break-lock if that process hangs; it will stop at its next step",
    )
}
