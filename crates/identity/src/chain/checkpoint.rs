//! Checkpoints: a signed statement of where a workspace's chain stands. Kept elsewhere, it also finds a cut tail and a
//! chain that was rewritten as a whole.

use std::fmt;
use std::path::Path;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use raally_domain::ids::WorkspaceId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::event::Digest;
use super::seal::StoredSeal;
use crate::encoding;
use crate::keyfile::{self, KeyFileError};
use crate::random::{self, CryptoFailed};
use crate::token::PublicKey;

const LABEL: &[u8] = b"raally audit checkpoint v1\0";
const FORMAT: &str = "raally-audit-checkpoint-v1";
const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
/// Longest exported checkpoint that is read, in bytes.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// The public key that checks checkpoints.
pub type AuditPublicKey = PublicKey;

/// A signed statement; the fields are the table's. The hash binds everything before, the number of events included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The tenant, or the platform partition.
    pub workspace: WorkspaceId,
    /// Position of the last sealed event.
    pub position: i64,
    /// Hash of the last seal.
    pub hash: Vec<u8>,
    /// Ed25519.
    pub signature: Vec<u8>,
    /// Thumbprint of the key that signed.
    pub key_id: String,
    /// Microseconds since the epoch.
    pub signed_at: i64,
}

/// The key that signs checkpoints; it lies in a file, outside of the database that it vouches for.
pub struct AuditKey {
    pair: Ed25519KeyPair,
    public: AuditPublicKey,
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditKey").field("public", &self.public).finish_non_exhaustive()
    }
}

impl AuditKey {
    /// Reads the key file, PKCS#8 as PEM (`openssl genpkey -algorithm ed25519`) or a raw seed of 32 bytes; makes one,
    /// with mode 0600, when there is none.
    ///
    /// # Errors
    /// When the file can't be read or made, is open to its group or the world, or holds no Ed25519 key.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        Self::of_content(path, &keyfile::load_or_create(path, Self::fresh)?)
    }

    /// The content of a file with a new key.
    pub(super) fn fresh() -> Result<Zeroizing<Vec<u8>>, CryptoFailed> {
        let pair = crate::token::pair_of(&*Zeroizing::new(random::bytes::<32>()?))?;
        pem_of(&pair)
    }

    pub(super) fn of_content(path: &Path, content: &[u8]) -> Result<Self, KeyFileError> {
        pair_in(content).and_then(|pair| Self::of(pair).ok()).ok_or_else(|| KeyFileError::NotAKey {
            path: path.to_owned(),
            reason: "it should hold an Ed25519 key, as PKCS#8 PEM or as a raw seed of 32 bytes",
        })
    }

    /// From a seed that is at hand: for tests.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, CryptoFailed> {
        Self::of(crate::token::pair_of(seed)?)
    }

    fn of(pair: Ed25519KeyPair) -> Result<Self, CryptoFailed> {
        Ok(Self { public: crate::token::public_of(&pair)?, pair })
    }

    /// For whoever verifies.
    #[must_use]
    pub const fn public(&self) -> AuditPublicKey {
        self.public
    }

    /// Signs where the chain stands after its last seal; `now` in microseconds. None when the seal is not readable.
    #[must_use]
    pub fn checkpoint(&self, last: &StoredSeal, now: i64) -> Option<Checkpoint> {
        let mut checkpoint = Checkpoint {
            workspace: last.workspace,
            position: last.to_position,
            hash: last.hash()?.0.to_vec(),
            signature: Vec::new(),
            key_id: self.public.kid(),
            signed_at: now,
        };
        checkpoint.signature = self.pair.sign(&checkpoint.signed_bytes()).as_ref().to_vec();
        Some(checkpoint)
    }
}

impl Checkpoint {
    /// Whether one of the trusted keys signed this.
    #[must_use]
    pub fn is_signed_by_one_of(&self, trusted: &[AuditPublicKey]) -> bool {
        let Some(key) = trusted.iter().find(|key| key.kid() == self.key_id) else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key.0).verify(&self.signed_bytes(), &self.signature).is_ok()
    }

    pub(super) fn digest(&self) -> Option<Digest> {
        Digest::from_bytes(&self.hash)
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = LABEL.to_vec();
        bytes.extend_from_slice(self.workspace.0.as_bytes());
        bytes.extend_from_slice(&self.position.to_be_bytes());
        bytes.extend_from_slice(&self.signed_at.to_be_bytes());
        for part in [self.hash.as_slice(), self.key_id.as_bytes()] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// A checkpoint as a file to keep elsewhere. It carries the public key, so that it can be checked where the key file is
/// not: trust that key as far as the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedCheckpoint {
    /// The statement.
    pub checkpoint: Checkpoint,
    /// Of the key that signed it.
    pub public_key: AuditPublicKey,
}

/// The text is no exported checkpoint, or its signature is not by the key that it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no exported checkpoint, or an altered one")]
pub struct NotACheckpoint;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wire {
    format: String,
    workspace_id: WorkspaceId,
    position: i64,
    hash: String,
    signed_at: i64,
    key_id: String,
    public_key: String,
    signature: String,
}

impl ExportedCheckpoint {
    /// JSON, with bytes in base64url and the instant in microseconds.
    #[must_use]
    pub fn to_json(&self) -> String {
        let checkpoint = &self.checkpoint;
        let wire = Wire {
            format: FORMAT.to_owned(),
            workspace_id: checkpoint.workspace,
            position: checkpoint.position,
            hash: encoding::encode(&checkpoint.hash),
            signed_at: checkpoint.signed_at,
            key_id: checkpoint.key_id.clone(),
            public_key: encoding::encode(&self.public_key.0),
            signature: encoding::encode(&checkpoint.signature),
        };
        serde_json::to_string_pretty(&wire).expect("plain data always serialises")
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// When it is something else, or altered.
    pub fn from_json(text: &[u8]) -> Result<Self, NotACheckpoint> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(NotACheckpoint);
        }
        let wire: Wire = serde_json::from_slice(text).map_err(|_| NotACheckpoint)?;
        let bytes = |text: &str| encoding::decode(text.as_bytes()).ok_or(NotACheckpoint);
        let exported = Self {
            checkpoint: Checkpoint {
                workspace: wire.workspace_id,
                position: wire.position,
                hash: bytes(&wire.hash)?,
                signature: bytes(&wire.signature)?,
                key_id: wire.key_id,
                signed_at: wire.signed_at,
            },
            public_key: PublicKey::from_bytes(&bytes(&wire.public_key)?).ok_or(NotACheckpoint)?,
        };
        let good = wire.format == FORMAT && exported.checkpoint.is_signed_by_one_of(&[exported.public_key]);
        if good { Ok(exported) } else { Err(NotACheckpoint) }
    }
}

fn pem_of(pair: &Ed25519KeyPair) -> Result<Zeroizing<Vec<u8>>, CryptoFailed> {
    // Version 1, which every tool reads; it is one line of base64.
    let der = pair.to_pkcs8v1()?;
    let body = Zeroizing::new(STANDARD.encode(der.as_ref()));
    Ok(Zeroizing::new(format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", *body).into_bytes()))
}

fn pair_in(content: &[u8]) -> Option<Ed25519KeyPair> {
    let pem = std::str::from_utf8(content).ok().and_then(|text| text.split_once(PEM_BEGIN));
    let Some((_, rest)) = pem else {
        let seed =
            content.len() == 32 && !content.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
        return seed.then(|| Ed25519KeyPair::from_seed_unchecked(content).ok()).flatten();
    };
    let (body, _) = rest.split_once(PEM_END)?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok()
}
