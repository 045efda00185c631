//! Which refresh token of a session is the current one. Not in the log: it changes every few minutes and proves nothing.

use uuid::Uuid;

use super::Tx;
use crate::error::StoreError;

/// How far a session's refresh token has been rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshState {
    /// Which token is the current one, from 1.
    pub generation: i64,
    /// When it became that, in microseconds.
    pub rotated_at: i64,
}

/// All are for the platform scope and fail with `OutOfScope`, `Unavailable` or `Overloaded`.
impl Tx<'_> {
    /// The state of a session's refresh token.
    ///
    /// # Errors
    /// As above.
    pub async fn refresh_state(&mut self, session: Uuid) -> Result<Option<RefreshState>, StoreError> {
        self.platform_only()?;
        let text = "SELECT generation, rotated_at FROM refresh WHERE session_id = ?1";
        self.row(text, &[session.into()], |row| Ok(RefreshState { generation: row.int(0)?, rotated_at: row.int(1)? }))
            .await
    }

    /// Keeps the state of a session's refresh token.
    ///
    /// # Errors
    /// As above.
    pub async fn put_refresh_state(&mut self, session: Uuid, state: RefreshState) -> Result<(), StoreError> {
        self.platform_only()?;
        self.execute(
            "INSERT INTO refresh (session_id, generation, rotated_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, rotated_at = excluded.rotated_at",
            &[session.into(), state.generation.into(), state.rotated_at.into()],
        )
        .await?;
        Ok(())
    }

    /// Forgets a session's refresh token; whether there was one.
    ///
    /// # Errors
    /// As above.
    pub async fn remove_refresh_state(&mut self, session: Uuid) -> Result<bool, StoreError> {
        self.platform_only()?;
        Ok(self.execute("DELETE FROM refresh WHERE session_id = ?1", &[session.into()]).await? == 1)
    }
}
