//! Leases: one consumer at a time over all processes, with a fencing token.

use super::Tx;
use crate::error::StoreError;

/// A lease that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What is leased: the name of a consumer.
    pub name: String,
    /// Who holds it; unique per process.
    pub owner: String,
    /// Grows with each change of owner; whoever comes with an older one has lost the lease.
    pub token: i64,
    /// Until when, in microseconds.
    pub until: i64,
}

impl Tx<'_> {
    /// Acquires or renews a lease (platform scope). None when somebody else holds it.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn acquire_lease(
        &mut self,
        name: &str,
        owner: &str,
        now: i64,
        lease_us: i64,
    ) -> Result<Option<Lease>, StoreError> {
        self.platform_only()?;
        let until = now + lease_us;
        let token = self
            .row(
                "INSERT INTO lease (name, owner, token, until_at) VALUES (?1, ?2, 1, ?3) ON CONFLICT (name) DO UPDATE SET \
                 token = CASE WHEN lease.owner = excluded.owner THEN lease.token ELSE lease.token + 1 END, \
                 owner = excluded.owner, until_at = excluded.until_at \
                 WHERE lease.owner = excluded.owner OR lease.until_at <= ?4 RETURNING token",
                &[name.into(), owner.into(), until.into(), now.into()],
                |row| row.int(0),
            )
            .await?;
        Ok(token.map(|token| Lease { name: name.to_owned(), owner: owner.to_owned(), token, until }))
    }

    /// Whether the lease is still held by this owner with this token; keeps others from taking it until this transaction
    /// ends. To be asked in the transaction that does the leased work.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn holds_lease(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        self.platform_only()?;
        let text = self.pick(
            "SELECT 1 FROM lease WHERE name = ?1 AND owner = ?2 AND token = ?3",
            "SELECT 1::bigint FROM lease WHERE name = ?1 AND owner = ?2 AND token = ?3 FOR UPDATE",
        );
        let params = [lease.name.as_str().into(), lease.owner.as_str().into(), lease.token.into()];
        Ok(self.row(text, &params, |row| row.int(0)).await?.is_some())
    }

    /// Gives a lease back, so that the next one needs not wait.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn release_lease(&mut self, lease: &Lease) -> Result<(), StoreError> {
        self.platform_only()?;
        self.execute(
            "UPDATE lease SET until_at = 0, owner = '' WHERE name = ?1 AND owner = ?2 AND token = ?3",
            &[lease.name.as_str().into(), lease.owner.as_str().into(), lease.token.into()],
        )
        .await?;
        Ok(())
    }
}
