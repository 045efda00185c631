//! Logins: found by id or mail address, and named.

use raally_domain::decide::Refusal;
use raally_domain::event::{Envelope, NewName, UserEvent};
use raally_domain::ids::UserId;
use raally_domain::kind::Kind;
use raally_domain::model::User;
use raally_identity::email;
use raally_storage::{Op, Query, Scope, Tx};

use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::from_record;
use crate::failure::Failure;

impl App {
    /// A login.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn user(&self, user: UserId) -> Result<Envelope<User>, Failure> {
        let app = self.clone();
        self.store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move { app.load::<User>(tx, user.0).await?.ok_or_else(|| Refusal::NotFound.into()) })
            })
            .await
    }

    /// The login with this address.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_user(&self, address: &str) -> Result<Option<Envelope<User>>, Failure> {
        let Ok(address) = email::normalise(address) else { return Ok(None) };
        self.store().read(Scope::Platform, move |tx| Box::pin(async move { user_by_email(tx, &address).await })).await
    }

    /// Gives a login another name.
    ///
    /// # Errors
    /// The refusal.
    pub async fn rename_user(&self, user: UserId, name: String) -> Result<Envelope<User>, Failure> {
        let app = self.clone();
        self.store()
            .write(Scope::Platform, move |tx| {
                let (app, name) = (app.clone(), name.clone());
                Box::pin(async move {
                    let renamed = vec![UserEvent::Renamed(NewName { name })];
                    let caller = Caller::on_platform(Some(user), None);
                    Ok(app.change::<User>(tx, &caller, user.0, Expect::Current, renamed).await?.after)
                })
            })
            .await
    }
}

pub(crate) async fn user_by_email(tx: &mut Tx<'_>, address: &str) -> Result<Option<Envelope<User>>, Failure> {
    let query = Query::new(Kind::User).filter("email", Op::Eq, address).limit(1);
    tx.list(&query).await?.first().map(from_record::<User>).transpose()
}
