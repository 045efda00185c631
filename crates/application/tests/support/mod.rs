//! What every test of use cases begins with: an application on a throw-away database of either engine, a workspace, and
//! callers of every role.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(dead_code, reason = "each test file uses its part")]

pub mod history;
pub mod tamper;

use raally_application::accounts::{Accounts, SignUp};
use raally_application::caller::Caller;
use raally_application::change::Expect;
use raally_application::vault::Vault;
use raally_application::{App, Mint};
use raally_domain::access::{Action, Grant, Permissions, Role, may};
use raally_domain::event::{MembershipEvent, NewUser, NewWorkspace, UserEvent};
use raally_domain::ids::{UserId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{Membership, MembershipStatus, Settings, User};
use raally_identity::Keyring;
use raally_identity::password::HasherLimits;
use raally_storage::testing::TestStore;
use raally_storage::{Scope, Store};
use uuid::Uuid;

/// The installation key of tests.
const SECRET: [u8; 32] = [7; 32];

/// An application on this store, with the system's clock.
pub fn app_on(store: Store) -> App {
    app_with(store, Mint::system())
}

/// An application on this store, with this clock and these ids.
pub fn app_with(store: Store, mint: Mint) -> App {
    let keyring = || Keyring::from_secret(&SECRET).unwrap();
    let accounts = Accounts::new(&keyring(), SignUp::Open, HasherLimits::default()).unwrap();
    App::new(store, mint, Vault::new(keyring()).unwrap(), accounts)
}

/// A throw-away database of each engine that is here: SQLite always, PostgreSQL where it is installed.
pub async fn engines() -> Vec<TestStore> {
    let mut all = vec![TestStore::sqlite().await];
    all.extend(TestStore::postgres().await);
    all
}

/// A user without a password: quick, and enough for everything but signing in.
pub async fn user(app: &App) -> UserId {
    let inner = app.clone();
    app.store()
        .write(Scope::Platform, move |tx| {
            let app = inner.clone();
            Box::pin(async move {
                let user: UserId = app.mint().id();
                let caller = Caller { user: Some(user), ..Caller::system(WorkspaceId::PLATFORM) };
                let email = format!("{}@example.test", user.0.simple());
                let name = format!("User {}", user.0.simple());
                let created = vec![UserEvent::Created(NewUser { email, name, platform_admin: false })];
                app.change::<User>(tx, &caller, user.0, Expect::New, created).await?;
                Ok::<_, raally_application::Failure>(user)
            })
        })
        .await
        .unwrap()
}

/// A new user with a new workspace of default settings: the owner, and the owner as a caller in it.
pub async fn workspace(app: &App) -> (UserId, Caller) {
    workspace_with(app, Settings::default()).await
}

/// As [`workspace`], with these settings.
pub async fn workspace_with(app: &App, settings: Settings) -> (UserId, Caller) {
    let owner = user(app).await;
    let asking = Caller { user: Some(owner), ..Caller::system(WorkspaceId::PLATFORM) };
    let new = NewWorkspace { name: format!("Workspace of {}", owner.0.simple()), settings };
    let made = app.create_workspace(owner, &asking, new).await.unwrap();
    (owner, caller(WorkspaceId(made.id), owner, Role::Owner))
}

/// A caller with this role, and with the right to everything that the role may do at all.
pub fn caller(workspace: WorkspaceId, user: UserId, role: Role) -> Caller {
    Caller { user: Some(user), role, ..Caller::system(workspace) }
}

/// The caller as the door makes it for an action; none when the role may not do it at all.
pub fn caller_for(caller: &Caller, action: Action) -> Option<Caller> {
    match may(caller.role, caller.permissions, action) {
        Grant::No => None,
        grant => Some(Caller { grant, ..caller.clone() }),
    }
}

/// A new user who is a member of the caller's workspace with this role.
pub async fn member(app: &App, owner: &Caller, role: Role) -> Caller {
    let joining = user(app).await;
    let (inner, workspace) = (app.clone(), owner.workspace);
    app.store()
        .write(Scope::Workspace(workspace), move |tx| {
            let app = inner.clone();
            Box::pin(async move {
                let inside = caller(workspace, joining, Role::Owner);
                let membership =
                    Membership { user_id: joining, role, permissions: Vec::new(), status: MembershipStatus::Active };
                let joined = vec![MembershipEvent::Joined(membership)];
                app.change::<Membership>(tx, &inside, joining.0, Expect::New, joined).await?;
                Ok::<_, raally_application::Failure>(())
            })
        })
        .await
        .unwrap();
    Caller { permissions: Permissions::NONE, ..caller(workspace, joining, role) }
}

/// Every row of every read table, as one text: equal texts, equal tables.
pub async fn dump(store: &Store) -> String {
    store
        .read_long(Scope::Platform, |tx| {
            Box::pin(async move {
                let mut lines = String::new();
                tx.dump_read_tables(&Kind::ALL, |line| {
                    lines.push_str(line);
                    lines.push('\n');
                })
                .await?;
                Ok::<_, raally_application::Failure>(lines)
            })
        })
        .await
        .unwrap()
}

/// An id out of a text of JSON, at a pointer.
pub fn id_at(body: &str, pointer: &str) -> Uuid {
    let document: serde_json::Value = serde_json::from_str(body).unwrap();
    document.pointer(pointer).unwrap().as_str().unwrap().parse().unwrap()
}
