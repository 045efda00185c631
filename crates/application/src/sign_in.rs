//! Signing up and in, and the logins that do.
//!
//! What a stranger hears does not tell whether an account exists: a wrong password and an unknown address take the same
//! time and get the same answer, and a sign-up with a taken address is answered like a weak one would be: by a refusal
//! that names the field only.

use raally_domain::decide::{Form, Refusal, Rule};
use raally_domain::event::{Envelope, NewSession, NewUser, SessionEvent, UserEvent};
use raally_domain::ids::{SessionId, UserId};
use raally_domain::model::{Session, User};
use raally_identity::token::TOKEN_LIFE_S;
use raally_identity::{Secret, email};
use raally_storage::{Credential, RefreshState, Scope, Tx};

use crate::accounts::SignUp;
use crate::app::App;
use crate::caller::{Caller, Origin};
use crate::change::Expect;
use crate::failure::Failure;
use crate::managed::bad_field;
use crate::members::use_link;
use crate::passwords::{check_password, hash_failed};
use crate::users::user_by_email;

/// What a client gets when it signs in or refreshes.
#[derive(Debug)]
pub struct Tokens {
    /// Good for ten minutes.
    pub access: Secret,
    /// Seconds that it is good for.
    pub expires_in: i64,
    /// Good once.
    pub refresh: Secret,
    /// The session.
    pub session: SessionId,
    /// Whose.
    pub user: Envelope<User>,
}

/// A new login.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Mail address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// Shown to people.
    pub name: String,
    /// A join link's token.
    pub join_token: Option<String>,
}

/// Of a mail address that has a login; says no more than it must.
const ADDRESS_TAKEN: Rule = Rule::Malformed(Form::AddressTaken);

fn is_address_taken(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(Refusal::Invalid(faults)) if faults.iter().any(|fault| fault.rule == ADDRESS_TAKEN))
}

impl App {
    /// Signs up, if that is open or a join link comes with it, and signs in.
    ///
    /// That an address has a login already can't be kept from who asks for a session with it, as long as no mail is sent
    /// first. It is kept from who has no valid link where one is needed, it takes as long as making a login, and asking is
    /// throttled like guessing: by network address, so that nobody can lock out the login's owner.
    ///
    /// # Errors
    /// `Denied` when sign-up is closed; `Invalid` with every bad field; `OverLimit` after too many addresses that have one.
    pub async fn sign_up(&self, new: NewAccount, from: Origin) -> Result<Tokens, Failure> {
        match self.accounts().sign_up {
            SignUp::Closed => return Err(Failure::Denied),
            SignUp::Link if new.join_token.is_none() => return Err(Failure::Denied),
            SignUp::Link | SignUp::Open => {}
        }
        let join = new.join_token.clone();
        self.throttle("", &from.address).await?;
        match self.create_user(new, false, join, from.trace.clone()).await {
            Ok(user) => self.start_session(user, from).await,
            Err(failure) => {
                if is_address_taken(&failure) {
                    self.count_failure_of(vec![format!("address {}", from.address)], None, &from).await?;
                }
                Err(failure)
            }
        }
    }

    /// Makes a login. For the command line and sign-up.
    ///
    /// # Errors
    /// `Invalid` with every bad field.
    pub async fn create_user(
        &self,
        new: NewAccount,
        platform_admin: bool,
        join_token: Option<String>,
        trace: Option<String>,
    ) -> Result<UserId, Failure> {
        let address =
            email::normalise(&new.email).map_err(|_| bad_field("/email", Rule::Malformed(Form::MailAddress)))?;
        check_password(&new.password, &address, &new.name)?;
        let password_hash = self.accounts().hasher.hash(new.password.clone()).await.map_err(hash_failed)?;
        let (app, name) = (self.clone(), new.name.trim().to_owned());
        self.store()
            .write(Scope::Platform, move |tx| {
                let (app, name, address) = (app.clone(), name.clone(), address.clone());
                let (password_hash, join_token, trace) = (password_hash.clone(), join_token.clone(), trace.clone());
                Box::pin(async move {
                    let (user, changed_at): (UserId, i64) = (app.mint().id(), app.mint().now_us());
                    let link = match join_token {
                        Some(token) => {
                            let hash = crate::accounts::join_token_hash(&token);
                            Some(use_link(tx, user, &hash, changed_at, "/joinToken").await?)
                        }
                        None => None,
                    };
                    tx.exclusive(&format!("email {address}")).await?;
                    if user_by_email(tx, &address).await?.is_some() {
                        return Err(bad_field("/email", ADDRESS_TAKEN));
                    }
                    let caller = Caller::on_platform(Some(user), trace);
                    let created = vec![UserEvent::Created(NewUser { email: address, name, platform_admin })];
                    app.change::<User>(tx, &caller, user.0, Expect::New, created).await?;
                    tx.put_credential(&Credential { user_id: user.0, password_hash, changed_at }).await?;
                    if let Some(link) = link {
                        app.join_by(tx, user, &link).await?;
                    }
                    Ok(user)
                })
            })
            .await
    }

    /// Signs in.
    ///
    /// # Errors
    /// `Unauthenticated` for every wrong pair alike; `OverLimit` after too many.
    pub async fn sign_in(&self, address: &str, password: Secret, from: Origin) -> Result<Tokens, Failure> {
        let address = email::normalise(address).unwrap_or_else(|_| "nobody@invalid.invalid".into());
        self.throttle(&address, &from.address).await?;
        let known = {
            let address = address.clone();
            self.store()
                .read(Scope::Platform, move |tx| Box::pin(async move { credential_of(tx, &address).await }))
                .await?
        };
        let stored = known.as_ref().map(|(_, credential)| credential.password_hash.clone());
        let verdict = self.accounts().hasher.verify(password.clone(), stored).await.map_err(hash_failed)?;
        let suspended = known.as_ref().is_none_or(|(user, _)| user.state.suspended);
        let user = known.map(|(user, _)| UserId(user.id));
        let Some(user) = user.filter(|_| verdict.matches && !suspended) else {
            self.count_failure(&address, &from, user).await?;
            return Err(Failure::Unauthenticated);
        };
        if verdict.needs_rehash {
            self.store_password(user, password).await?;
        }
        self.forgive(&address).await?;
        self.start_session(user, from).await
    }

    async fn start_session(&self, user: UserId, from: Origin) -> Result<Tokens, Failure> {
        let app = self.clone();
        let (session, user) = self
            .store()
            .write(Scope::Platform, move |tx| {
                let (app, from) = (app.clone(), from.clone());
                Box::pin(async move {
                    let session: SessionId = app.mint().id();
                    let caller = Caller::on_platform(Some(user), from.trace.clone());
                    let client: String = from.client.chars().filter(|c| !c.is_control()).take(200).collect();
                    let started = vec![SessionEvent::Started(NewSession { user_id: user, client })];
                    app.change::<Session>(tx, &caller, session.0, Expect::New, started).await?;
                    let rotated_at = app.mint().now_us();
                    tx.put_refresh_state(session.0, RefreshState { generation: 1, rotated_at }).await?;
                    let signed_in = vec![UserEvent::SignedIn];
                    let changed = app.change::<User>(tx, &caller, user.0, Expect::Current, signed_in).await?;
                    Ok::<_, Failure>((session, changed.after))
                })
            })
            .await?;
        self.tokens(user, session, 1).await
    }

    pub(crate) async fn tokens(
        &self,
        user: Envelope<User>,
        session: SessionId,
        generation: i64,
    ) -> Result<Tokens, Failure> {
        let keys = self.signing_keys().await?;
        let issued = keys.signer.issue(UserId(user.id), session, self.mint().now_us()).map_err(Failure::bug)?;
        let refresh = self.accounts().refresh.mint(session, generation);
        Ok(Tokens { access: issued.token, expires_in: TOKEN_LIFE_S, refresh, session, user })
    }
}

async fn credential_of(tx: &mut Tx<'_>, address: &str) -> Result<Option<(Envelope<User>, Credential)>, Failure> {
    let Some(user) = user_by_email(tx, address).await? else { return Ok(None) };
    Ok(tx.credential(user.id).await?.map(|credential| (user, credential)))
}
