//! The installation as a platform admin sees it: logins and workspaces, never a workspace's plan.
//!
//! Whoever wants to see a plan has to become a member; that is a fact in the workspace's own trail.

use raally_domain::access::Role;
use raally_domain::decide::Refusal;
use raally_domain::event::{Envelope, MembershipEvent, SelfGrant, SessionEnd, UserEvent};
use raally_domain::ids::{UserId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{Membership, MembershipStatus, User, Workspace};
use raally_storage::{After, LIST_LIMIT_MAX, Op, Partition, Query, Record, Scope, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::from_record;
use crate::failure::Failure;
use crate::references::Assured;

/// What serialises the changes of platform admins.
const ADMINS: &str = "platform admins";

/// Owners of a workspace that are named; more are counted only.
const OWNERS_MAX: u32 = 5;

/// A login as platform admins see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlatformUser {
    /// Which.
    pub id: UserId,
    /// Mail address.
    pub email: String,
    /// Shown to people.
    pub name: String,
    /// May run the installation.
    pub platform_admin: bool,
    /// Can't sign in.
    pub suspended: bool,
    /// When it was made.
    pub created_at: jiff::Timestamp,
    /// Workspaces that it belongs to.
    pub workspaces: u64,
    /// Devices that it is signed in on.
    pub sessions: u64,
}

/// A workspace as platform admins see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlatformWorkspace {
    /// Which.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: jiff::Timestamp,
    /// Everybody who belongs to it.
    pub members: u64,
    /// Mail addresses of the first owners.
    pub owners: Vec<String>,
    /// The caller's own role there; absent without a membership.
    pub role: Option<Role>,
}

/// Some entries, and where the rest begins.
#[derive(Clone, Debug)]
pub struct Part<T> {
    /// In order.
    pub items: Vec<T>,
    /// None at the end.
    pub next: Option<After>,
}

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Part of the mail address or name, whatever its case.
    pub text: Option<String>,
    /// After this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: u32,
}

impl Wanted {
    fn query(self, kind: Kind) -> Query {
        let mut query = Query::new(kind).partition(Partition::All).limit(self.limit.saturating_add(1));
        query.text = self.text;
        query.after = self.after;
        query
    }
}

fn admin(user: UserId, workspace: WorkspaceId, trace: Option<String>) -> Caller {
    Caller { user: Some(user), trace, ..Caller::system(workspace) }
}

impl App {
    /// Logins by mail address; the text is looked for in the address and in the name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn platform_users(&self, mut wanted: Wanted) -> Result<Part<PlatformUser>, Failure> {
        let limit = wanted.limit as usize;
        let text = wanted.text.take().map(|text| text.to_lowercase()).filter(|text| !text.is_empty());
        let query = wanted.query(Kind::User);
        self.store()
            .read(Scope::Platform, move |tx| {
                let (query, text) = (query.clone(), text.clone());
                Box::pin(async move {
                    let mut records = match text {
                        Some(text) => users_with(tx, query.clone(), &text).await?,
                        None => tx.list(&query).await?,
                    };
                    let next =
                        (records.len() > limit).then(|| records.get(limit - 1).map(|last| query.after_record(last)));
                    records.truncate(limit);
                    let mut items = Vec::with_capacity(records.len());
                    for record in &records {
                        items.push(user(tx, from_record(record)?).await?);
                    }
                    Ok(Part { items, next: next.flatten() })
                })
            })
            .await
    }

    /// One login.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn platform_user(&self, id: UserId) -> Result<PlatformUser, Failure> {
        self.store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let record = tx.get(Kind::User, id.0).await?.ok_or(Refusal::NotFound)?;
                    user(tx, from_record(&record)?).await
                })
            })
            .await
    }

    /// Suspends a login, which ends its sessions, or lets it in again.
    ///
    /// # Errors
    /// `NotFound`; `BadRequest` for one's own login.
    pub async fn suspend_user(
        &self,
        by: UserId,
        trace: Option<String>,
        id: UserId,
        suspended: bool,
    ) -> Result<PlatformUser, Failure> {
        if by == id {
            return Err(Failure::bad_request("own-account", "Nobody suspends their own login."));
        }
        let (app, caller) = (self.clone(), admin(by, WorkspaceId::PLATFORM, trace));
        self.store()
            .write(Scope::Platform, move |tx| {
                let (app, caller) = (app.clone(), caller.clone());
                Box::pin(async move {
                    let fact = if suspended { UserEvent::Suspended } else { UserEvent::Reinstated };
                    tx.exclusive(ADMINS).await?;
                    app.change::<User>(tx, &caller, id.0, Expect::Current, vec![fact]).await?;
                    keep_an_admin(tx).await?;
                    if suspended {
                        app.end_all(tx, &caller, id, SessionEnd::UserSuspended).await?;
                    }
                    Ok::<_, Failure>(())
                })
            })
            .await?;
        self.accounts().forget_all();
        self.platform_user(id).await
    }

    /// Makes a login one that may run the installation, or takes that away, also from oneself.
    ///
    /// # Errors
    /// `NotFound`; `BadRequest` for the last one who may sign in.
    pub async fn set_platform_admin(
        &self,
        by: UserId,
        trace: Option<String>,
        id: UserId,
        wanted: bool,
    ) -> Result<PlatformUser, Failure> {
        let (app, caller) = (self.clone(), admin(by, WorkspaceId::PLATFORM, trace));
        self.store()
            .write(Scope::Platform, move |tx| {
                let (app, caller) = (app.clone(), caller.clone());
                Box::pin(async move {
                    let fact = if wanted { UserEvent::MadePlatformAdmin } else { UserEvent::UnmadePlatformAdmin };
                    tx.exclusive(ADMINS).await?;
                    app.change::<User>(tx, &caller, id.0, Expect::Current, vec![fact]).await?;
                    keep_an_admin(tx).await
                })
            })
            .await?;
        self.accounts().forget_all();
        self.platform_user(id).await
    }

    /// Living workspaces by name, with what the asking admin is there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn platform_workspaces(&self, by: UserId, wanted: Wanted) -> Result<Part<PlatformWorkspace>, Failure> {
        let limit = wanted.limit as usize;
        let query = wanted.query(Kind::Workspace);
        self.store()
            .read(Scope::Platform, move |tx| {
                let query = query.clone();
                Box::pin(async move {
                    let mut records = tx.list(&query).await?;
                    let next =
                        (records.len() > limit).then(|| records.get(limit - 1).map(|last| query.after_record(last)));
                    records.truncate(limit);
                    let mut items = Vec::with_capacity(records.len());
                    for record in &records {
                        items.push(workspace(tx, by, from_record(record)?).await?);
                    }
                    Ok(Part { items, next: next.flatten() })
                })
            })
            .await
    }

    /// Makes a platform admin a member of a workspace: a fact of its trail and of the admin's own.
    ///
    /// # Errors
    /// `NotFound`; `AlreadyExists` for a member; `Denied` for the role of an owner, which only owners give.
    pub async fn enter_workspace(
        &self,
        by: UserId,
        trace: Option<String>,
        id: WorkspaceId,
        role: Role,
    ) -> Result<PlatformWorkspace, Failure> {
        if role == Role::Owner {
            return Err(Failure::Denied);
        }
        let app = self.clone();
        let entered = self
            .store()
            .write(Scope::Platform, move |tx| {
                let (app, trace) = (app.clone(), trace.clone());
                Box::pin(async move {
                    let place = tx.get_in(id, Kind::Workspace, id.0).await?;
                    let place = place.filter(|record| record.deleted_at.is_none()).ok_or(Refusal::NotFound)?;
                    let known = tx.get_in(id, Kind::Membership, by.0).await?;
                    let before = known.as_ref().map(from_record::<Membership>).transpose()?;
                    let membership =
                        Membership { user_id: by, role, permissions: Vec::new(), status: MembershipStatus::Active };
                    let facts = vec![MembershipEvent::Entered(membership)];
                    let inside = admin(by, id, trace.clone());
                    app.change_from::<Membership>(tx, &inside, by.0, before, facts, Assured::default()).await?;
                    let facts = vec![UserEvent::EnteredWorkspace(SelfGrant { workspace_id: id })];
                    let caller = admin(by, WorkspaceId::PLATFORM, trace);
                    app.change::<User>(tx, &caller, by.0, Expect::Current, facts).await?;
                    workspace(tx, by, from_record(&place)?).await
                })
            })
            .await?;
        self.accounts().forget_all();
        Ok(entered)
    }
}

/// Lends every login after a place, in the list's order.
async fn each_user(
    tx: &mut Tx<'_>,
    mut after: Option<After>,
    mut each: impl FnMut(Uuid, User) + Send,
) -> Result<(), Failure> {
    loop {
        let mut query = Query::new(Kind::User).limit(LIST_LIMIT_MAX);
        query.after = after.take();
        let mut fault = None;
        let count = tx
            .visit(&query, |row| {
                match serde_json::from_str::<Envelope<User>>(row.body) {
                    Ok(user) => each(row.id, user.state),
                    Err(error) => fault = Some(error),
                }
                after = Some(After { key: row.sort_key.to_owned().into(), id: row.id });
            })
            .await?;
        if let Some(error) = fault {
            return Err(Failure::bug(error));
        }
        if count < u64::from(LIST_LIMIT_MAX) {
            return Ok(());
        }
    }
}

/// The first rows of the query whose address or name holds the text, which is in lower case. No column has the name:
/// all rows are looked at, which for a search by hand is quick enough.
async fn users_with(tx: &mut Tx<'_>, query: Query, text: &str) -> Result<Vec<Record>, Failure> {
    let (mut ids, limit) = (Vec::new(), query.limit as usize);
    each_user(tx, query.after, |id, user| {
        let fits = || user.email.to_lowercase().contains(text) || user.name.to_lowercase().contains(text);
        if ids.len() < limit && fits() {
            ids.push(id);
        }
    })
    .await?;
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        records.extend(tx.get(Kind::User, id).await?);
    }
    Ok(records)
}

/// Called after a change of platform admins, in its transaction and under the lock [`ADMINS`].
async fn keep_an_admin(tx: &mut Tx<'_>) -> Result<(), Failure> {
    let mut found = false;
    each_user(tx, None, |_, user| found |= user.platform_admin && !user.suspended).await?;
    let refusal = || Failure::bad_request("last-platform-admin", "At least one platform admin who may sign in stays.");
    found.then_some(()).ok_or_else(refusal)
}

fn memberships(user: UserId) -> Query {
    Query::new(Kind::Membership).partition(Partition::All).filter("user_id", Op::Eq, user.0)
}

async fn user(tx: &mut Tx<'_>, envelope: Envelope<User>) -> Result<PlatformUser, Failure> {
    let id = UserId(envelope.id);
    let sessions = Query::new(Kind::Session).filter("user_id", Op::Eq, id.0);
    let User { email, name, platform_admin, suspended } = envelope.state;
    Ok(PlatformUser {
        id,
        email,
        name,
        platform_admin,
        suspended,
        created_at: envelope.created_at,
        workspaces: tx.count(&memberships(id)).await?,
        sessions: tx.count(&sessions).await?,
    })
}

async fn workspace(tx: &mut Tx<'_>, by: UserId, envelope: Envelope<Workspace>) -> Result<PlatformWorkspace, Failure> {
    let id = WorkspaceId(envelope.id);
    let members = Query::new(Kind::Membership).partition(Partition::In(id));
    let owning = members.clone().filter("role", Op::Eq, Role::Owner.name()).limit(OWNERS_MAX);
    let mut owners = Vec::new();
    for record in tx.list(&owning).await? {
        if let Some(record) = tx.get(Kind::User, record.id).await? {
            owners.push(from_record::<User>(&record)?.state.email);
        }
    }
    let own = tx.get_in(id, Kind::Membership, by.0).await?.filter(|record| record.deleted_at.is_none());
    let own = own.as_ref().map(from_record::<Membership>).transpose()?;
    Ok(PlatformWorkspace {
        id,
        name: envelope.state.name,
        created_at: envelope.created_at,
        members: tx.count(&members).await?,
        owners,
        role: own.map(|membership| membership.state.role),
    })
}
