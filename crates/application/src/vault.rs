//! Personal text and pay in events: sealed under a key per subject on the way in, opened on the way out; and page
//! cursors, which are signed by the same installation key.

use raally_domain::event::{Event, Subject, private_pointers};
use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_identity::cursor::Cursors;
use raally_identity::subject::{Place, SubjectKey, may_hold_sealed, open_payload};
use raally_identity::{CryptoFailed, Keyring};
use raally_storage::{Scope, Store, StoredEvent, Tx};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

use crate::failure::Failure;

/// Subject keys kept in memory for sealing.
const KEYS_MAX: u64 = 10_000;

/// An event's place: whose log, which stream, which event.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// Whose log.
    pub workspace: WorkspaceId,
    /// What the stream is about.
    pub kind: Kind,
    /// Which stream.
    pub stream: Uuid,
    /// Which event.
    pub event: Uuid,
}

/// Seals private parts of events with keys that the installation's key wraps.
pub struct Vault {
    keyring: Keyring,
    cursors: Cursors,
    keys: moka::sync::Cache<(WorkspaceId, Uuid), Arc<SubjectKey>>,
}

/// Opens the private parts of one workspace's events.
pub struct Opener {
    keys: FxHashMap<Uuid, SubjectKey>,
}

fn subject_of(address: Address, subject: Subject, payload: &Value) -> Option<Uuid> {
    match subject {
        Subject::Stream => Some(address.stream),
        Subject::At(pointer) => payload.pointer(pointer)?.as_str()?.parse().ok(),
    }
}

impl Vault {
    /// A vault with the installation's keyring.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn new(keyring: Keyring) -> Result<Self, CryptoFailed> {
        let cursors = Cursors::new(&keyring)?;
        Ok(Self { keyring, cursors, keys: moka::sync::Cache::new(KEYS_MAX) })
    }

    /// The installation's keyring.
    #[must_use]
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Page cursors.
    #[must_use]
    pub const fn cursors(&self) -> &Cursors {
        &self.cursors
    }

    /// The payload as it goes to the log. A payload without private parts costs nothing.
    ///
    /// # Errors
    /// When storage or the cryptographic library fails.
    pub async fn seal(&self, tx: &mut Tx<'_>, address: Address, event: &impl Event) -> Result<String, Failure> {
        let (subject, pointers) = private_pointers(address.kind, event.type_name());
        if pointers.is_empty() {
            return Ok(event.encode_text());
        }
        let mut payload = event.encode();
        if pointers.iter().all(|pointer| payload.pointer(pointer).is_none_or(Value::is_null)) {
            return Ok(payload.to_string());
        }
        let subject = subject_of(address, subject, &payload).ok_or_else(|| Failure::bug("an event without subject"))?;
        let key = self.key(tx, address.workspace, subject).await?;
        let place = Place { workspace: address.workspace, subject, event: address.event };
        key.seal_payload(&place, pointers, &mut payload).map_err(Failure::bug)?;
        Ok(payload.to_string())
    }

    async fn key(&self, tx: &mut Tx<'_>, workspace: WorkspaceId, subject: Uuid) -> Result<Arc<SubjectKey>, Failure> {
        if let Some(key) = self.keys.get(&(workspace, subject)) {
            return Ok(key);
        }
        let stored = tx.subject_key(workspace, subject).await?;
        if let Some(sealed) = stored.as_ref().and_then(|stored| stored.sealed_key.as_ref()) {
            let key = SubjectKey::open(&self.keyring, workspace, subject, sealed).map_err(Failure::bug)?;
            let key = Arc::new(key);
            self.keys.insert((workspace, subject), Arc::clone(&key));
            return Ok(key);
        }
        if stored.is_some() {
            return Err(Failure::bad_request("erased", "this person was erased"));
        }
        // Not kept in memory here: the transaction that makes it may still be given up.
        let key = SubjectKey::generate().map_err(Failure::bug)?;
        let sealed = key.sealed(&self.keyring, workspace, subject).map_err(Failure::bug)?;
        tx.add_subject_key(workspace, subject, sealed.as_bytes()).await?;
        Ok(Arc::new(key))
    }

    /// What opens the events of a workspace.
    ///
    /// # Errors
    /// When storage fails, or a key is not of this installation.
    pub async fn opener(&self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Opener, Failure> {
        let mut keys = FxHashMap::default();
        for stored in tx.subject_keys(workspace).await? {
            if let Some(sealed) = &stored.sealed_key {
                let key =
                    SubjectKey::open(&self.keyring, workspace, stored.subject_id, sealed).map_err(Failure::bug)?;
                keys.insert(stored.subject_id, key);
            }
        }
        Ok(Opener { keys })
    }

    /// Destroys a subject's key: from now on the log reads "erased".
    ///
    /// # Errors
    /// When storage fails.
    pub async fn erase(
        &self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        subject: Uuid,
        now: i64,
    ) -> Result<bool, Failure> {
        self.keys.invalidate(&(workspace, subject));
        Ok(tx.erase_subject_key(workspace, subject, now).await?)
    }
}

/// A key that a database holds under its installation's secret key: it shows which secret key that is.
#[derive(Debug)]
pub struct Sealed(raally_storage::SubjectKey);

impl Sealed {
    /// Some login's, for each has one; `None` as long as nothing is sealed.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn in_store(store: &Store) -> Result<Option<Self>, Failure> {
        let key = store.read(Scope::Platform, |tx| {
            Box::pin(async move { Ok::<_, Failure>(tx.any_living_subject_key(WorkspaceId::PLATFORM).await?) })
        });
        Ok(key.await?.map(Self))
    }

    /// Whether this is the secret key.
    #[must_use]
    pub fn opens_with(&self, keyring: &Keyring) -> bool {
        let Self(key) = self;
        key.sealed_key
            .as_ref()
            .is_some_and(|sealed| SubjectKey::open(keyring, key.workspace, key.subject_id, sealed).is_ok())
    }
}

impl Opener {
    /// The payload with its private parts in the clear; what was erased reads "erased", and amounts read 0 of no
    /// currency, so that every event stays readable.
    ///
    /// # Errors
    /// `Bug` when the payload is no JSON or was altered.
    pub fn open(&self, event: &StoredEvent) -> Result<Value, Failure> {
        let mut payload: Value = serde_json::from_str(&event.payload).map_err(Failure::bug)?;
        if !may_hold_sealed(&event.payload) {
            return Ok(payload);
        }
        let (subject, pointers) = private_pointers(event.kind, &event.type_name);
        let address =
            Address { workspace: event.workspace, kind: event.kind, stream: event.stream_id, event: event.event_id };
        let Some(subject) = subject_of(address, subject, &payload) else { return Ok(payload) };
        let place = Place { workspace: event.workspace, subject, event: event.event_id };
        let key = self.keys.get(&subject);
        open_payload(key, &place, pointers, &mut payload).map_err(Failure::bug)?;
        if key.is_none() {
            for pointer in pointers.iter().filter(|pointer| matches!(**pointer, "/amount" | "/perHour")) {
                if let Some(value) = payload.pointer_mut(pointer).filter(|value| value.is_null()) {
                    *value = json!({"amountMinor": 0, "currency": "XXX"});
                }
            }
        }
        Ok(payload)
    }
}
