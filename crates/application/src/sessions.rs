//! Sessions: refreshed by a token that is good once, listed and ended.

use raally_domain::decide::Refusal;
use raally_domain::event::{EndedSession, Envelope, SessionEnd, SessionEvent};
use raally_domain::ids::{SessionId, UserId};
use raally_domain::kind::Kind;
use raally_domain::model::{Session, User};
use raally_identity::Secret;
use raally_identity::refresh::{Presented, Rotation, SessionState, rotate};
use raally_storage::{Op, Query, RefreshState, Scope, Tx};

use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::{from_record, instant};
use crate::failure::Failure;
use crate::sign_in::Tokens;

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Which.
    pub id: SessionId,
    /// What the client called itself.
    pub client: String,
    /// When it began.
    pub created_at: jiff::Timestamp,
    /// When it was refreshed last.
    pub last_used_at: jiff::Timestamp,
}

impl App {
    /// Exchanges a refresh token for new tokens. One that was used before ends its session.
    ///
    /// # Errors
    /// `Unauthenticated` for every token that is not good any more.
    pub async fn refresh(&self, token: &Secret) -> Result<Tokens, Failure> {
        let presented = self.accounts().refresh.read(token.expose()).ok_or(Failure::Unauthenticated)?;
        let app = self.clone();
        let outcome = self
            .store()
            .write(Scope::Platform, move |tx| {
                let app = app.clone();
                Box::pin(async move { app.rotate_session(tx, presented).await })
            })
            .await?;
        let Some((user, generation)) = outcome else {
            self.accounts().forget_all();
            return Err(Failure::Unauthenticated);
        };
        self.tokens(user, presented.session, generation).await
    }

    async fn rotate_session(
        &self,
        tx: &mut Tx<'_>,
        presented: Presented,
    ) -> Result<Option<(Envelope<User>, i64)>, Failure> {
        let session = presented.session;
        tx.lock(Kind::Session, &[session.0]).await?;
        let Some(known) = self.load::<Session>(tx, session.0).await? else { return Ok(None) };
        let Some(stored) = tx.refresh_state(session.0).await? else { return Ok(None) };
        let now = self.mint().now_us();
        let state = SessionState {
            id: session,
            generation: stored.generation,
            rotated_at: stored.rotated_at,
            created_at: known.created_at.as_microsecond(),
            ended: known.deleted_at.is_some(),
        };
        let user_id = known.state.user_id;
        let generation = match rotate(&state, presented, now) {
            Rotation::Rotated { generation } => {
                tx.put_refresh_state(session.0, RefreshState { generation, rotated_at: now }).await?;
                generation
            }
            Rotation::SameSuccessor { generation } => generation,
            Rotation::Reused => return self.end_refused(tx, session, SessionEnd::RefreshReused).await,
            Rotation::Expired => return self.end_refused(tx, session, SessionEnd::Expired).await,
            Rotation::Invalid => return Ok(None),
        };
        let user = self.load::<User>(tx, user_id.0).await?.filter(|user| !user.state.suspended);
        Ok(user.map(|user| (user, generation)))
    }

    async fn end_refused<T>(
        &self,
        tx: &mut Tx<'_>,
        session: SessionId,
        reason: SessionEnd,
    ) -> Result<Option<T>, Failure> {
        self.end(tx, &Caller::on_platform(None, None), session, reason).await?;
        Ok(None)
    }

    async fn end(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        session: SessionId,
        reason: SessionEnd,
    ) -> Result<(), Failure> {
        let ended = vec![SessionEvent::Ended(EndedSession { reason })];
        match self.change::<Session>(tx, caller, session.0, Expect::Current, ended).await {
            Ok(_) | Err(Failure::Refused(Refusal::Deleted)) => {}
            Err(failure) => return Err(failure),
        }
        tx.remove_refresh_state(session.0).await?;
        Ok(())
    }

    /// Ends one of a user's sessions.
    ///
    /// # Errors
    /// `NotFound` when it is not one of theirs.
    pub async fn end_session(&self, user: UserId, session: SessionId, reason: SessionEnd) -> Result<(), Failure> {
        let app = self.clone();
        self.store()
            .write(Scope::Platform, move |tx| {
                let app = app.clone();
                Box::pin(async move {
                    let known = app.load::<Session>(tx, session.0).await?;
                    let own = known.is_some_and(|known| known.state.user_id == user && known.deleted_at.is_none());
                    if !own {
                        return Err(Refusal::NotFound.into());
                    }
                    app.end(tx, &Caller::on_platform(Some(user), None), session, reason).await
                })
            })
            .await?;
        self.accounts().forget_all();
        Ok(())
    }

    /// Ends all sessions of a user, on somebody else's behalf.
    pub(crate) async fn end_all(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        user: UserId,
        reason: SessionEnd,
    ) -> Result<(), Failure> {
        let query = Query::new(Kind::Session).filter("user_id", Op::Eq, user.0);
        for record in tx.list(&query).await? {
            self.end(tx, caller, SessionId(record.id), reason).await?;
        }
        Ok(())
    }

    /// Ends all sessions of a user but one.
    pub(crate) async fn end_others(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        but: Option<SessionId>,
        reason: SessionEnd,
    ) -> Result<(), Failure> {
        let query = Query::new(Kind::Session).filter("user_id", Op::Eq, user.0);
        for record in tx.list(&query).await? {
            if Some(SessionId(record.id)) != but {
                self.end(tx, &Caller::on_platform(Some(user), None), SessionId(record.id), reason).await?;
            }
        }
        Ok(())
    }

    /// A user's living sessions, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<SessionView>, Failure> {
        self.store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let query = Query::new(Kind::Session).filter("user_id", Op::Eq, user.0).limit(1_000);
                    let mut views = Vec::new();
                    for record in tx.list(&query).await? {
                        let session = from_record::<Session>(&record)?;
                        let id = SessionId(record.id);
                        let used = tx.refresh_state(id.0).await?.map(|stored| instant(stored.rotated_at));
                        views.push(SessionView {
                            id,
                            client: session.state.client,
                            created_at: session.created_at,
                            last_used_at: used.unwrap_or(session.created_at),
                        });
                    }
                    views.sort_by_key(|view| std::cmp::Reverse(view.last_used_at));
                    Ok(views)
                })
            })
            .await
    }
}
