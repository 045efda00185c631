//! `Idempotency-Key`: the answer of a request, kept in the transaction of its events.

use uuid::Uuid;

use super::Tx;
use crate::error::StoreError;

/// How long an answer is kept: 24 hours, in microseconds.
pub const REMEMBERED_FOR_US: i64 = 24 * 60 * 60 * 1_000_000;

/// The kept answer of an earlier request with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Hash of the earlier request; another one means that the key is misused (422).
    pub request_hash: Vec<u8>,
    /// HTTP status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub body: String,
    /// When it was given, in microseconds.
    pub created_at: i64,
}

impl Tx<'_> {
    /// The kept answer for a key of this user in the scope's own partition, not older than 24 hours. Call it first in a
    /// work: a parallel twin waits here until the first one has ended.
    ///
    /// # Errors
    /// `Overloaded` when the wait is longer than `lock_wait_max`; `Unavailable`.
    pub async fn remembered(&mut self, user: Uuid, key: &str) -> Result<Option<Remembered>, StoreError> {
        let home = self.home();
        if self.batch().is_none() {
            self.exclusive(&format!("idempotency {home} {user} {key}")).await?;
        }
        let oldest = self.now() - REMEMBERED_FOR_US;
        self.row(
            "SELECT request_hash, status, body, created_at FROM idempotency \
             WHERE workspace_id = ?1 AND user_id = ?2 AND request_key = ?3 AND created_at > ?4",
            &[home.0.into(), user.into(), key.into(), oldest.into()],
            |row| {
                Ok(Remembered {
                    request_hash: row.bytes(0)?,
                    status: u16::try_from(row.int(1)?).map_err(|_| StoreError::bug("status out of range"))?,
                    body: row.string(2)?,
                    created_at: row.int(3)?,
                })
            },
        )
        .await
    }

    /// Keeps the answer for a key, replacing one that is older than 24 hours.
    ///
    /// # Errors
    /// `Duplicate` when an answer is kept already ([`Tx::remembered`] was not asked); `Unavailable`, `Overloaded`.
    pub async fn remember(
        &mut self,
        user: Uuid,
        key: &str,
        request_hash: &[u8],
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        let home = self.home();
        let now = self.now();
        let kept = self
            .execute(
                "INSERT INTO idempotency (workspace_id, user_id, request_key, request_hash, status, body, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (workspace_id, user_id, request_key) DO UPDATE SET \
                 request_hash = excluded.request_hash, status = excluded.status, body = excluded.body, \
                 created_at = excluded.created_at WHERE idempotency.created_at <= ?8",
                &[
                    home.0.into(),
                    user.into(),
                    key.into(),
                    request_hash.into(),
                    i64::from(status).into(),
                    body.into(),
                    now.into(),
                    (now - REMEMBERED_FOR_US).into(),
                ],
            )
            .await?;
        if kept == 0 {
            return Err(StoreError::Duplicate {
                table: "idempotency".to_owned(),
                detail: "the key is taken".to_owned(),
            });
        }
        Ok(())
    }

    /// Forgets at most `limit` answers that are older than 24 hours, over all workspaces (platform scope); how many.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn purge_remembered(&mut self, limit: u32) -> Result<u64, StoreError> {
        self.platform_only()?;
        let oldest = self.now() - REMEMBERED_FOR_US;
        self.execute(
            "DELETE FROM idempotency WHERE (workspace_id, user_id, request_key) IN (SELECT workspace_id, user_id, \
             request_key FROM idempotency WHERE created_at <= ?1 ORDER BY created_at LIMIT ?2)",
            &[oldest.into(), i64::from(limit).into()],
        )
        .await
    }
}
