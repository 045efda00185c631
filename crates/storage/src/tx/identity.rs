//! Secrets and counters of identity that never go to the log: password hashes, signing keys, throttles, and the keys that
//! seal personal text. Users and sessions themselves are streams with read rows.

use raally_domain::ids::WorkspaceId;
use uuid::Uuid;

use super::Tx;
use crate::{error::StoreError, row::RowRef, scope::Scope};

/// A user's password hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The user.
    pub user_id: Uuid,
    /// PHC string.
    pub password_hash: String,
    /// When it was set, in microseconds.
    pub changed_at: i64,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("user_id", &self.user_id)
            .field("changed_at", &self.changed_at)
            .finish_non_exhaustive()
    }
}

/// A key that signs access tokens; the private half is sealed before it comes here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// `kid` of the tokens.
    pub kid: String,
    /// Sealed private key.
    pub sealed_private: Vec<u8>,
    /// Public key.
    pub public: Vec<u8>,
    /// When it was made, in microseconds.
    pub created_at: i64,
    /// Since when it signs nothing new.
    pub retired_at: Option<i64>,
}

/// The key under which one subject's personal text is sealed in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKey {
    /// The person or user.
    pub subject_id: Uuid,
    /// The tenant, or the platform partition for users.
    pub workspace: WorkspaceId,
    /// Sealed key; none once erased.
    pub sealed_key: Option<Vec<u8>>,
    /// When it was destroyed, in microseconds.
    pub erased_at: Option<i64>,
}

fn signing_key(row: &RowRef<'_>) -> Result<SigningKey, StoreError> {
    Ok(SigningKey {
        kid: row.string(0)?,
        sealed_private: row.bytes(1)?,
        public: row.bytes(2)?,
        created_at: row.int(3)?,
        retired_at: row.opt_int(4)?,
    })
}

fn subject_key(row: &RowRef<'_>) -> Result<SubjectKey, StoreError> {
    Ok(SubjectKey {
        subject_id: row.id(0)?,
        workspace: WorkspaceId(row.id(1)?),
        sealed_key: row.opt_bytes(2)?,
        erased_at: row.opt_int(3)?,
    })
}

const SUBJECT_KEY: &str = "SELECT subject_id, workspace_id, sealed_key, erased_at FROM subject_key";

/// All functions here fail with `OutOfScope` outside the platform scope, but for subject keys, which belong to a workspace;
/// and with `Unavailable` or `Overloaded`.
impl Tx<'_> {
    pub(super) fn platform_only(&self) -> Result<(), StoreError> {
        if self.scope == Scope::Platform {
            Ok(())
        } else {
            Err(StoreError::OutOfScope { workspace: WorkspaceId::PLATFORM })
        }
    }

    /// A user's password hash.
    ///
    /// # Errors
    /// As above.
    pub async fn credential(&mut self, user_id: Uuid) -> Result<Option<Credential>, StoreError> {
        self.platform_only()?;
        self.row(
            "SELECT user_id, password_hash, changed_at FROM credential WHERE user_id = ?1",
            &[user_id.into()],
            |row| Ok(Credential { user_id: row.id(0)?, password_hash: row.string(1)?, changed_at: row.int(2)? }),
        )
        .await
    }

    /// Sets or replaces a user's password hash.
    ///
    /// # Errors
    /// As above.
    pub async fn put_credential(&mut self, credential: &Credential) -> Result<(), StoreError> {
        self.platform_only()?;
        self.execute(
            "INSERT INTO credential (user_id, password_hash, changed_at) VALUES (?1, ?2, ?3) ON CONFLICT (user_id) \
             DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at",
            &[credential.user_id.into(), credential.password_hash.as_str().into(), credential.changed_at.into()],
        )
        .await?;
        Ok(())
    }

    /// Every signing key, newest first, retired ones included.
    ///
    /// # Errors
    /// As above.
    pub async fn signing_keys(&mut self) -> Result<Vec<SigningKey>, StoreError> {
        self.platform_only()?;
        self.rows(
            "SELECT kid, sealed_private, public, created_at, retired_at FROM signing_key ORDER BY created_at DESC, kid",
            &[],
            signing_key,
        )
        .await
    }

    /// Adds a signing key.
    ///
    /// # Errors
    /// `Duplicate` when the `kid` exists; as above.
    pub async fn add_signing_key(&mut self, key: &SigningKey) -> Result<(), StoreError> {
        self.platform_only()?;
        self.execute(
            "INSERT INTO signing_key (kid, sealed_private, public, created_at, retired_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[
                key.kid.as_str().into(),
                key.sealed_private.as_slice().into(),
                key.public.as_slice().into(),
                key.created_at.into(),
                key.retired_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Retires a signing key; whether it was in force.
    ///
    /// # Errors
    /// As above.
    pub async fn retire_signing_key(&mut self, kid: &str, at: i64) -> Result<bool, StoreError> {
        self.platform_only()?;
        let text = "UPDATE signing_key SET retired_at = ?2 WHERE kid = ?1 AND retired_at IS NULL";
        Ok(self.execute(text, &[kid.into(), at.into()]).await? == 1)
    }

    /// Deletes signing keys that were retired before an instant; how many.
    ///
    /// # Errors
    /// As above.
    pub async fn remove_signing_keys_retired_before(&mut self, at: i64) -> Result<u64, StoreError> {
        self.platform_only()?;
        self.execute("DELETE FROM signing_key WHERE retired_at < ?1", &[at.into()]).await
    }

    /// Counts a failure under a key (an account, an address) in a window that starts with its first failure; how many
    /// there are in the window now.
    ///
    /// # Errors
    /// As above.
    pub async fn count_failure(&mut self, key: &str, now: i64, window_us: i64) -> Result<i64, StoreError> {
        self.platform_only()?;
        let count = self
            .row(
                "INSERT INTO throttle (throttle_key, window_start, failures) VALUES (?1, ?2, 1) \
                 ON CONFLICT (throttle_key) DO UPDATE SET \
                 failures = CASE WHEN throttle.window_start <= ?3 THEN 1 ELSE throttle.failures + 1 END, \
                 window_start = CASE WHEN throttle.window_start <= ?3 THEN excluded.window_start \
                 ELSE throttle.window_start END RETURNING failures",
                &[key.into(), now.into(), (now - window_us).into()],
                |row| row.int(0),
            )
            .await?;
        Ok(count.unwrap_or(0))
    }

    /// Failures under a key in the window that is open now, and when it started.
    ///
    /// # Errors
    /// As above.
    pub async fn failures(&mut self, key: &str, now: i64, window_us: i64) -> Result<(i64, i64), StoreError> {
        self.platform_only()?;
        let text = "SELECT failures, window_start FROM throttle WHERE throttle_key = ?1 AND window_start > ?2";
        let found =
            self.row(text, &[key.into(), (now - window_us).into()], |row| Ok((row.int(0)?, row.int(1)?))).await?;
        Ok(found.unwrap_or((0, now)))
    }

    /// Forgets the failures under a key.
    ///
    /// # Errors
    /// As above.
    pub async fn clear_failures(&mut self, key: &str) -> Result<(), StoreError> {
        self.platform_only()?;
        self.execute("DELETE FROM throttle WHERE throttle_key = ?1", &[key.into()]).await?;
        Ok(())
    }

    /// Forgets windows that started at or before an instant; how many.
    ///
    /// # Errors
    /// As above.
    pub async fn purge_failures(&mut self, started_at_or_before: i64) -> Result<u64, StoreError> {
        self.platform_only()?;
        self.execute("DELETE FROM throttle WHERE window_start <= ?1", &[started_at_or_before.into()]).await
    }

    /// Adds a subject's sealed key.
    ///
    /// # Errors
    /// `Duplicate` when the subject has one, erased or not; `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn add_subject_key(
        &mut self,
        workspace: WorkspaceId,
        subject_id: Uuid,
        sealed_key: &[u8],
    ) -> Result<(), StoreError> {
        self.scope.check(workspace)?;
        self.execute(
            "INSERT INTO subject_key (subject_id, workspace_id, sealed_key, erased_at) VALUES (?1, ?2, ?3, NULL)",
            &[subject_id.into(), workspace.0.into(), sealed_key.into()],
        )
        .await?;
        Ok(())
    }

    /// A subject's key, erased or not.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn subject_key(
        &mut self,
        workspace: WorkspaceId,
        subject_id: Uuid,
    ) -> Result<Option<SubjectKey>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("{SUBJECT_KEY} WHERE workspace_id = ?1 AND subject_id = ?2");
        self.row(&text, &[workspace.0.into(), subject_id.into()], subject_key).await
    }

    /// All keys of a workspace's subjects, by subject.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn subject_keys(&mut self, workspace: WorkspaceId) -> Result<Vec<SubjectKey>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("{SUBJECT_KEY} WHERE workspace_id = ?1 ORDER BY subject_id");
        self.rows(&text, &[workspace.0.into()], subject_key).await
    }

    /// The key of some subject of a workspace that is not erased.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn any_living_subject_key(&mut self, workspace: WorkspaceId) -> Result<Option<SubjectKey>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("{SUBJECT_KEY} WHERE workspace_id = ?1 AND sealed_key IS NOT NULL LIMIT 1");
        self.row(&text, &[workspace.0.into()], subject_key).await
    }

    /// Destroys a subject's key; whether there was a living one.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn erase_subject_key(
        &mut self,
        workspace: WorkspaceId,
        subject_id: Uuid,
        at: i64,
    ) -> Result<bool, StoreError> {
        self.scope.check(workspace)?;
        let text = "UPDATE subject_key SET sealed_key = NULL, erased_at = ?3 \
                    WHERE workspace_id = ?1 AND subject_id = ?2 AND erased_at IS NULL";
        Ok(self.execute(text, &[workspace.0.into(), subject_id.into(), at.into()]).await? == 1)
    }

    /// Every erased subject of all workspaces (platform scope): what a restore applies again.
    ///
    /// # Errors
    /// As above.
    pub async fn erased_subjects(&mut self) -> Result<Vec<SubjectKey>, StoreError> {
        self.platform_only()?;
        let text = format!("{SUBJECT_KEY} WHERE erased_at IS NOT NULL ORDER BY workspace_id, subject_id");
        self.rows(&text, &[], subject_key).await
    }
}
