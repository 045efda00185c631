//! Passwords: checked, stored, changed by who knows the present one, reset by an operator.

use raally_domain::decide::{Form, Refusal, Rule};
use raally_domain::event::{SessionEnd, UserEvent};
use raally_domain::ids::{SessionId, UserId};
use raally_domain::model::User;
use raally_identity::password::{self, HashError, PasswordContext, Weakness};
use raally_identity::{Secret, email};
use raally_storage::{Credential, Scope};

use crate::app::App;
use crate::caller::{Caller, Origin};
use crate::change::Expect;
use crate::failure::Failure;
use crate::managed::bad_field;
use crate::users::user_by_email;

impl App {
    /// Changes a password; every other session ends.
    ///
    /// # Errors
    /// `Invalid` when the current one is wrong or the new one too weak.
    pub async fn change_password(
        &self,
        user: UserId,
        session: SessionId,
        current: Secret,
        new: Secret,
        from: Origin,
    ) -> Result<(), Failure> {
        let account = self.user(user).await?;
        self.throttle(&account.state.email, &from.address).await?;
        let stored = self
            .store()
            .read(Scope::Platform, move |tx| Box::pin(async move { Ok::<_, Failure>(tx.credential(user.0).await?) }))
            .await?;
        let stored = stored.map(|credential| credential.password_hash);
        if !self.accounts().hasher.verify(current, stored).await.map_err(hash_failed)?.matches {
            self.count_failure(&account.state.email, &from, Some(user)).await?;
            return Err(bad_field("/currentPassword", Rule::Malformed(Form::CurrentPassword)));
        }
        check_password(&new, &account.state.email, &account.state.name)
            .map_err(|failure| renamed(failure, "/password", "/newPassword"))?;
        self.set_password(user, new, Some(session)).await
    }

    /// Sets a password and ends sessions; for the command line, which asks for no current one.
    ///
    /// # Errors
    /// `Invalid` when it is too weak.
    pub async fn reset_password(&self, address: &str, new: Secret) -> Result<(), Failure> {
        let address = email::normalise(address).map_err(|_| Refusal::NotFound)?;
        let wanted = address.clone();
        let user = self
            .store()
            .read(Scope::Platform, move |tx| Box::pin(async move { user_by_email(tx, &wanted).await }))
            .await?
            .ok_or(Refusal::NotFound)?;
        check_password(&new, &address, &user.state.name)?;
        self.set_password(UserId(user.id), new, None).await
    }

    async fn set_password(&self, user: UserId, new: Secret, keep: Option<SessionId>) -> Result<(), Failure> {
        let password_hash = self.accounts().hasher.hash(new).await.map_err(hash_failed)?;
        let app = self.clone();
        self.store()
            .write(Scope::Platform, move |tx| {
                let (app, password_hash) = (app.clone(), password_hash.clone());
                Box::pin(async move {
                    let changed_at = app.mint().now_us();
                    tx.put_credential(&Credential { user_id: user.0, password_hash, changed_at }).await?;
                    let (caller, changed) = (Caller::on_platform(Some(user), None), vec![UserEvent::PasswordChanged]);
                    app.change::<User>(tx, &caller, user.0, Expect::Current, changed).await?;
                    app.end_others(tx, user, keep, SessionEnd::PasswordChanged).await
                })
            })
            .await?;
        self.accounts().forget_all();
        Ok(())
    }

    pub(crate) async fn store_password(&self, user: UserId, password: Secret) -> Result<(), Failure> {
        let password_hash = self.accounts().hasher.hash(password).await.map_err(hash_failed)?;
        let changed_at = self.mint().now_us();
        self.store()
            .write(Scope::Platform, move |tx| {
                let password_hash = password_hash.clone();
                Box::pin(async move {
                    Ok::<_, Failure>(
                        tx.put_credential(&Credential { user_id: user.0, password_hash, changed_at }).await?,
                    )
                })
            })
            .await
    }
}

pub(crate) fn hash_failed(error: HashError) -> Failure {
    match error {
        HashError::Overloaded => Failure::OverLimit { retry_after_seconds: 2 },
        other => Failure::bug(other),
    }
}

pub(crate) fn check_password(password: &Secret, address: &str, name: &str) -> Result<(), Failure> {
    let context = PasswordContext { service: "raally", email: address, name, workspace: "", second_factor: false };
    password::check(password, &context).map_err(|weaknesses| {
        let form = match weaknesses.first() {
            Some(Weakness::TooShort { .. }) => Form::PasswordTooShort,
            Some(Weakness::TooLong) => Form::PasswordTooLong,
            _ => Form::PasswordGuessable,
        };
        bad_field("/password", Rule::Malformed(form))
    })
}

fn renamed(failure: Failure, from: &str, to: &str) -> Failure {
    let Failure::Refused(Refusal::Invalid(mut faults)) = failure else { return failure };
    for fault in &mut faults {
        fault.pointer = fault.pointer.replace(from, to);
    }
    Refusal::Invalid(faults).into()
}
