//! Who calls: access tokens, living sessions, memberships. On the path of every request, so cached for less than a second.

use std::sync::Arc;
use std::time::Duration;

use raally_domain::access::Permissions;
use raally_domain::ids::{SessionId, UserId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{Membership, MembershipStatus, Session, User};
use raally_identity::token::{
    Jwks, KeyAge, NewSigningKey, PublicKey, Rotation, Signer, TokenError, Verifier, active, plan_rotation,
};
use raally_storage::{Scope, SigningKey};

use crate::accounts::{Keys, Live, Right};
use crate::app::App;
use crate::codec::from_record;
use crate::failure::Failure;

/// Issuer and audience of access tokens.
const ISSUER: &str = "raally";
/// How often an open stream asks whether it may go on: with [`FRESH_FOR`](crate::accounts::FRESH_FOR) less than a second.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Keys that were read so long ago are read again, in microseconds: 30 s.
const KEYS_FRESH_US: i64 = 30_000_000;

impl App {
    /// Whose token this is, if it is good and its session lives.
    ///
    /// # Errors
    /// `Unauthenticated`, or `Unavailable` when it can't be told.
    pub async fn authenticate(&self, token: &str) -> Result<(SessionId, Live), Failure> {
        let now = self.mint().now_us();
        let accounts = self.accounts();
        let known = accounts.tokens.get(token).filter(|claims| claims.exp > now / 1_000_000);
        let claims = match known {
            Some(claims) => claims,
            None => {
                let claims = self.check_token(token, now).await?;
                accounts.tokens.insert(token.into(), claims.clone());
                claims
            }
        };
        let live = self.fresh_live(claims.sid).await?;
        live.filter(|live| live.user == claims.sub).map(|live| (claims.sid, live)).ok_or(Failure::Unauthenticated)
    }

    async fn check_token(&self, token: &str, now: i64) -> Result<raally_identity::token::Claims, Failure> {
        let keys = self.signing_keys().await?;
        match keys.verifier.verify(token, now) {
            Ok(claims) => Ok(claims),
            // Another process may have made a key since.
            Err(TokenError::UnknownKey) if now - keys.read_at > 1_000_000 => {
                let keys = self.read_keys().await?;
                keys.verifier.verify(token, now).map_err(|_| Failure::Unauthenticated)
            }
            Err(_) => Err(Failure::Unauthenticated),
        }
    }

    /// What a session is good for, not older than [`FRESH_FOR`](crate::accounts::FRESH_FOR).
    async fn fresh_live(&self, session: SessionId) -> Result<Option<Live>, Failure> {
        if let Some(live) = self.accounts().sessions.get(&session) {
            return Ok(live);
        }
        let live = self.live(session).await?;
        self.accounts().sessions.insert(session, live);
        Ok(live)
    }

    /// What a session is good for now; none when it is over or its user suspended.
    async fn live(&self, session: SessionId) -> Result<Option<Live>, Failure> {
        self.store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let Some(record) = tx.get(Kind::Session, session.0).await? else { return Ok(None) };
                    if record.deleted_at.is_some() {
                        return Ok(None);
                    }
                    let user_id = from_record::<Session>(&record)?.state.user_id;
                    let Some(record) = tx.get(Kind::User, user_id.0).await? else { return Ok(None) };
                    let user = from_record::<User>(&record)?.state;
                    Ok((!user.suspended).then_some(Live { user: user_id, platform_admin: user.platform_admin }))
                })
            })
            .await
    }

    /// What a user may do in a workspace; none without membership, and alike when there is no such workspace.
    ///
    /// # Errors
    /// `Unavailable` when it can't be told.
    pub async fn right(&self, user: UserId, workspace: WorkspaceId) -> Result<Option<Right>, Failure> {
        if let Some(right) = self.accounts().rights.get(&(user, workspace)) {
            return Ok(right);
        }
        let right = self
            .store()
            .read(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move {
                    let place = tx.get(Kind::Workspace, workspace.0).await?;
                    if place.is_none_or(|record| record.deleted_at.is_some()) {
                        return Ok::<_, Failure>(None);
                    }
                    let Some(record) = tx.get(Kind::Membership, user.0).await? else { return Ok(None) };
                    let membership = from_record::<Membership>(&record)?.state;
                    let active = record.deleted_at.is_none() && membership.status == MembershipStatus::Active;
                    let permissions = Permissions::from_names(membership.permissions.iter().map(String::as_str));
                    Ok(active.then_some(Right { role: membership.role, permissions }))
                })
            })
            .await?;
        self.accounts().rights.insert((user, workspace), right);
        Ok(right)
    }

    /// Ends when the session, or the right in the workspace, is no more; within a second also when another process
    /// revoked it. What can't be told ends it too: clients come back by themselves.
    pub async fn until_revoked(&self, session: SessionId, user: UserId, workspace: Option<WorkspaceId>) {
        let mut revocations = self.accounts().revocations.subscribe();
        loop {
            let alive = self.fresh_live(session).await.is_ok_and(|live| live.is_some());
            let member = match workspace {
                Some(workspace) => self.right(user, workspace).await.is_ok_and(|right| right.is_some()),
                None => true,
            };
            if !alive || !member {
                return;
            }
            tokio::select! {
                changed = revocations.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// The keys in use; reads and, on schedule, makes them.
    ///
    /// # Errors
    /// When storage fails or a key can't be opened.
    pub async fn signing_keys(&self) -> Result<Arc<Keys>, Failure> {
        let now = self.mint().now_us();
        match self.accounts().keys_now() {
            Some(keys) if now - keys.read_at < KEYS_FRESH_US => Ok(keys),
            _ => self.read_keys().await,
        }
    }

    async fn read_keys(&self) -> Result<Arc<Keys>, Failure> {
        let app = self.clone();
        let stored = self
            .store()
            .read(Scope::Platform, move |tx| Box::pin(async move { Ok::<_, Failure>(tx.signing_keys().await?) }))
            .await?;
        let now = self.mint().now_us();
        let due = plan_rotation(&ages(&stored), now, false) != Rotation::default();
        let stored = if due { self.rotate_keys(false).await? } else { stored };
        let keys = Arc::new(app.keys_of(&stored, now)?);
        self.accounts().keys.store(Some(Arc::clone(&keys)));
        Ok(keys)
    }

    fn keys_of(&self, stored: &[SigningKey], now: i64) -> Result<Keys, Failure> {
        let public: Vec<PublicKey> = stored.iter().filter_map(|key| PublicKey::from_bytes(&key.public)).collect();
        let ages = ages(stored);
        let kid = active(&ages, now).ok_or_else(|| Failure::bug("no signing key is active"))?.kid.clone();
        let key = stored.iter().find(|key| key.kid == kid).ok_or_else(|| Failure::bug("the active key is gone"))?;
        let sealed = key.sealed_private.as_slice();
        let signer = Signer::open(self.vault().keyring(), &key.kid, sealed, ISSUER, ISSUER).map_err(Failure::bug)?;
        Ok(Keys { signer, verifier: Verifier::new(ISSUER, ISSUER, &public), jwks: Jwks::of(&public), read_at: now })
    }

    /// Makes, retires and drops signing keys as the schedule says; `force` makes a new one in any case.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn rotate_keys(&self, force: bool) -> Result<Vec<SigningKey>, Failure> {
        let app = self.clone();
        self.store()
            .write(Scope::Platform, move |tx| {
                let app = app.clone();
                Box::pin(async move {
                    tx.exclusive("signing keys").await?;
                    let now = app.mint().now_us();
                    let stored = tx.signing_keys().await?;
                    let plan = plan_rotation(&ages(&stored), now, force);
                    for kid in &plan.retire {
                        tx.retire_signing_key(kid, now).await?;
                    }
                    let over =
                        stored.iter().filter(|key| plan.remove.contains(&key.kid)).filter_map(|key| key.retired_at);
                    if let Some(at) = over.max() {
                        tx.remove_signing_keys_retired_before(at + 1).await?;
                    }
                    if plan.generate {
                        let new = NewSigningKey::generate(app.vault().keyring()).map_err(Failure::bug)?;
                        tx.add_signing_key(&SigningKey {
                            kid: new.kid,
                            sealed_private: new.sealed_private.into_bytes(),
                            public: new.public.0.to_vec(),
                            created_at: now,
                            retired_at: None,
                        })
                        .await?;
                    }
                    Ok::<_, Failure>(tx.signing_keys().await?)
                })
            })
            .await
    }
}

fn ages(stored: &[SigningKey]) -> Vec<KeyAge> {
    stored
        .iter()
        .map(|key| KeyAge { kid: key.kid.clone(), created_at: key.created_at, retired_at: key.retired_at })
        .collect()
}
