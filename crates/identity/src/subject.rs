//! Keys of subjects (a person, a user): what is private in an event is sealed under its subject's key, and destroying
//! the key erases it everywhere at once.
//!
//! A sealed value is `{"$sealed": "v1.…"}` for a string and `{"$sealed": "v1j.…"}` for any other JSON, so that what is
//! erased can be replaced by a value of about the right form. `null` stays as it is: it holds nothing to hide.

use std::fmt;

use raally_domain::ids::WorkspaceId;
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::aead::Sealer;
use crate::keyring::{Keyring, OpenError, Purpose};
use crate::random::{self, CryptoFailed};

const STRING: &str = "v1";
const JSON: &str = "v1j";
const MARK: &str = "$sealed";
/// What stands for erased text.
pub const ERASED: &str = "erased";

/// Why private fields can't be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// A stored key or field can't be opened.
    #[error("{what}: {source}")]
    Open {
        /// The key, or the field's JSON pointer.
        what: String,
        /// Why.
        source: OpenError,
    },
    /// The cryptographic library failed.
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

/// Where an event's private fields belong; a field moved elsewhere does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The tenant, or the platform partition.
    pub workspace: WorkspaceId,
    /// Whose key.
    pub subject: Uuid,
    /// Which event.
    pub event: Uuid,
}

/// The key of one subject, ready for use.
pub struct SubjectKey {
    key: Zeroizing<[u8; 32]>,
    sealer: Sealer,
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}

impl SubjectKey {
    /// A new random key.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn generate() -> Result<Self, CryptoFailed> {
        Self::of(Zeroizing::new(random::bytes()?))
    }

    fn of(key: Zeroizing<[u8; 32]>) -> Result<Self, CryptoFailed> {
        Ok(Self { sealer: Sealer::new(&key)?, key })
    }

    /// The key as it is stored: sealed with the installation's key, for this subject of this workspace.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn sealed(&self, keyring: &Keyring, workspace: WorkspaceId, subject: Uuid) -> Result<String, CryptoFailed> {
        keyring.seal(Purpose::SubjectKeys, &owner(workspace, subject), &*self.key)
    }

    /// The key that [`Self::sealed`] stored.
    ///
    /// # Errors
    /// `Open` when it is altered, of another subject, or of another installation's key.
    pub fn open(
        keyring: &Keyring,
        workspace: WorkspaceId,
        subject: Uuid,
        sealed: impl AsRef<[u8]>,
    ) -> Result<Self, SubjectError> {
        let failed = |source| SubjectError::Open { what: "key of a subject".to_owned(), source };
        let opened = keyring.open(Purpose::SubjectKeys, &owner(workspace, subject), sealed).map_err(failed)?;
        let key = opened.as_slice().try_into().map_err(|_| failed(OpenError::Malformed))?;
        Ok(Self::of(Zeroizing::new(key))?)
    }

    /// Encrypts one text; `aad` says where it belongs.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn seal_field(&self, aad: &[u8], text: &str) -> Result<String, CryptoFailed> {
        self.sealer.seal(STRING, aad, text.as_bytes())
    }

    /// The text that [`Self::seal_field`] sealed for the same place.
    ///
    /// # Errors
    /// When it is no sealed text, or altered, or of another key or place.
    pub fn open_field(&self, aad: &[u8], sealed: &str) -> Result<String, OpenError> {
        let opened = self.sealer.open(STRING, aad, sealed.as_bytes())?;
        String::from_utf8(opened).map_err(|_| OpenError::Malformed)
    }

    /// Seals the values at these JSON pointers in place; what is absent or `null` stays so. Costs nothing without
    /// pointers.
    ///
    /// # Errors
    /// When the cryptographic library fails; the payload is then half sealed and must not be used.
    pub fn seal_payload(&self, place: &Place, pointers: &[&str], payload: &mut Value) -> Result<(), CryptoFailed> {
        for pointer in pointers {
            let Some(value) = payload.pointer_mut(pointer).filter(|value| !value.is_null()) else {
                continue;
            };
            let sealed = match &*value {
                Value::String(text) => self.seal_field(&place.aad(STRING, pointer), text)?,
                other => self.sealer.seal(JSON, &place.aad(JSON, pointer), other.to_string().as_bytes())?,
            };
            *value = Value::Object([(MARK.to_owned(), Value::String(sealed))].into_iter().collect());
        }
        Ok(())
    }

    fn open_value(&self, place: &Place, pointer: &str, sealed: &str) -> Result<Value, OpenError> {
        if is_string(sealed) {
            return self.open_field(&place.aad(STRING, pointer), sealed).map(Value::String);
        }
        let opened = self.sealer.open(JSON, &place.aad(JSON, pointer), sealed.as_bytes())?;
        serde_json::from_slice(&opened).map_err(|_| OpenError::Malformed)
    }
}

/// Whether a payload may hold sealed values, from its text alone: a fast no for most events.
#[must_use]
pub fn may_hold_sealed(payload: &str) -> bool {
    payload.contains("\"$sealed\"")
}

/// Opens the values at these JSON pointers in place. Without a key (the subject is erased) a sealed string reads
/// `"erased"` and any other sealed value `null`. Values that are not sealed stay as they are.
///
/// # Errors
/// `Open` with the pointer when a value is altered, or sealed for another place or with another key.
pub fn open_payload(
    key: Option<&SubjectKey>,
    place: &Place,
    pointers: &[&str],
    payload: &mut Value,
) -> Result<(), SubjectError> {
    for pointer in pointers {
        let Some(value) = payload.pointer_mut(pointer) else {
            continue;
        };
        let Some(sealed) = sealed_text(value) else {
            continue;
        };
        let opened = match key {
            Some(key) => key.open_value(place, pointer, sealed),
            None if is_string(sealed) => Ok(Value::String(ERASED.to_owned())),
            None => Ok(Value::Null),
        };
        *value = opened.map_err(|source| SubjectError::Open { what: (*pointer).to_owned(), source })?;
    }
    Ok(())
}

fn sealed_text(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get(MARK)?.as_str()
}

fn is_string(sealed: &str) -> bool {
    sealed.strip_prefix(STRING).is_some_and(|rest| rest.starts_with('.'))
}

impl Place {
    /// Three ids of 16 bytes, the form, a byte that no form holds, the pointer: no two places have the same bytes.
    fn aad(&self, form: &str, pointer: &str) -> Vec<u8> {
        let mut aad = owner(self.workspace, self.subject);
        aad.extend_from_slice(self.event.as_bytes());
        aad.extend_from_slice(form.as_bytes());
        aad.push(0);
        aad.extend_from_slice(pointer.as_bytes());
        aad
    }
}

fn owner(workspace: WorkspaceId, subject: Uuid) -> Vec<u8> {
    [*workspace.0.as_bytes(), *subject.as_bytes()].concat()
}
