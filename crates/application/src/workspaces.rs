//! Workspaces: making one, settings, removal; and those that a user belongs to.

use raally_domain::access::Role;
use raally_domain::decide::{Fault, Faults, Refusal};
use raally_domain::event::{Envelope, MembershipEvent, NewName, NewWorkspace, WorkspaceEvent};
use raally_domain::ids::{UserId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{Membership, MembershipStatus, Settings, Workspace};
use raally_storage::{Op, Partition, Query, Scope, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::answer::Answer;
use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::from_record;
use crate::failure::Failure;
use crate::managed::patch_value;
use crate::references::Assured;

/// A workspace that a user belongs to.
#[derive(Clone, Debug)]
pub struct Belonging {
    /// As what.
    pub membership: Membership,
    /// The workspace.
    pub workspace: Envelope<Workspace>,
}

/// What a change of the settings may touch.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Editable {
    name: String,
    settings: Settings,
}

impl App {
    /// A new workspace whose owner is the caller.
    ///
    /// # Errors
    /// The refusal.
    pub async fn create_workspace(&self, owner: UserId, caller: &Caller, new: NewWorkspace) -> Result<Answer, Failure> {
        self.command_in(Scope::Platform, caller, move |app, tx, caller| {
            let new = new.clone();
            Box::pin(async move {
                let id: WorkspaceId = app.mint().id();
                let inside = Caller { workspace: id, ..caller.clone() };
                let created = vec![WorkspaceEvent::Created(new)];
                let changed = app.change::<Workspace>(tx, &inside, id.0, Expect::New, created).await?;
                app.join(tx, &inside, owner, Role::Owner).await?;
                Ok(Answer::created(id.0, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Makes a user a member; the transaction's scope covers the workspace.
    ///
    /// # Errors
    /// `AlreadyExists` when the user is a member.
    pub(crate) async fn join(&self, tx: &mut Tx<'_>, caller: &Caller, user: UserId, role: Role) -> Result<(), Failure> {
        let membership = Membership { user_id: user, role, permissions: Vec::new(), status: MembershipStatus::Active };
        let known = tx.get_in(caller.workspace, Kind::Membership, user.0).await?;
        let before = known.as_ref().map(from_record::<Membership>).transpose()?;
        let joined = vec![MembershipEvent::Joined(membership)];
        self.change_from::<Membership>(tx, caller, user.0, before, joined, Assured::default()).await?;
        Ok(())
    }

    /// The workspaces that a user belongs to, by name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn workspaces_of(&self, user: UserId) -> Result<Vec<Belonging>, Failure> {
        self.store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let query = Query::new(Kind::Membership)
                        .partition(Partition::All)
                        .filter("user_id", Op::Eq, user.0)
                        .limit(1_000);
                    let mut found = Vec::new();
                    for record in tx.list(&query).await? {
                        let membership = from_record::<Membership>(&record)?.state;
                        if membership.status == MembershipStatus::Suspended {
                            continue;
                        }
                        let id = record.workspace;
                        let Some(record) = tx.get_in(id, Kind::Workspace, id.0).await? else { continue };
                        let workspace = from_record::<Workspace>(&record)?;
                        if workspace.deleted_at.is_none() {
                            found.push(Belonging { membership, workspace });
                        }
                    }
                    found.sort_by(|a, b| a.workspace.state.name.cmp(&b.workspace.state.name));
                    Ok(found)
                })
            })
            .await
    }

    /// The settings of a workspace.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn settings(&self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Settings, Failure> {
        let record = tx.get_in(workspace, Kind::Workspace, workspace.0).await?.ok_or(Refusal::NotFound)?;
        Ok(from_record::<Workspace>(&record)?.state.settings)
    }

    /// Changes name and settings (RFC 7396 merge patch on `{name, settings}`).
    ///
    /// # Errors
    /// The refusal; `VersionMismatch`.
    pub async fn change_workspace(&self, caller: &Caller, version: i64, patch: Value) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let patch = patch.clone();
            Box::pin(async move {
                let id = caller.workspace.0;
                let known = app.load::<Workspace>(tx, id).await?.ok_or(Refusal::NotFound)?;
                let Workspace { name, settings, .. } = known.state.clone();
                let wanted: Editable = patch_value(&Editable { name, settings }, patch)?;
                let faults = Faults::of(&wanted.settings).into_iter();
                let faults: Vec<Fault> =
                    faults.map(|fault| Fault { pointer: format!("/settings{}", fault.pointer), ..fault }).collect();
                if !faults.is_empty() {
                    return Err(Refusal::Invalid(faults).into());
                }
                let mut events = vec![WorkspaceEvent::SettingsChanged(wanted.settings)];
                if wanted.name != known.state.name {
                    events.push(WorkspaceEvent::Renamed(NewName { name: wanted.name }));
                }
                let changed = app.change::<Workspace>(tx, caller, id, Expect::Version(version), events).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Soft-deletes a workspace: from then on it answers as one that does not exist.
    ///
    /// # Errors
    /// The refusal; `VersionMismatch`.
    pub async fn remove_workspace(&self, caller: &Caller, version: i64) -> Result<Answer, Failure> {
        let answer = self
            .command(caller, move |app, tx, caller| {
                Box::pin(async move {
                    let id = caller.workspace.0;
                    let wanted = vec![WorkspaceEvent::Removed];
                    let changed = app.change::<Workspace>(tx, caller, id, Expect::Version(version), wanted).await?;
                    Ok(Answer::gone(id, changed.after.version))
                })
            })
            .await?;
        self.accounts().forget_all();
        Ok(answer)
    }

    /// A living workspace by its id, or by its exact name where that is unambiguous: for the command line.
    ///
    /// # Errors
    /// `BadRequest` when none or several have the name.
    pub async fn find_workspace(&self, id_or_name: &str) -> Result<WorkspaceId, Failure> {
        let wanted = id_or_name.to_owned();
        self.store()
            .read(Scope::Platform, move |tx| {
                let wanted = wanted.clone();
                Box::pin(async move {
                    if let Ok(id) = Uuid::parse_str(&wanted) {
                        let found = tx.get_in(WorkspaceId(id), Kind::Workspace, id).await?;
                        if found.is_some_and(|record| record.deleted_at.is_none()) {
                            return Ok(WorkspaceId(id));
                        }
                    }
                    let query = Query::new(Kind::Workspace)
                        .partition(Partition::All)
                        .filter("sort_key", Op::Eq, wanted.to_lowercase())
                        .limit(2);
                    let found = tx.list(&query).await?;
                    match found.as_slice() {
                        [one] => Ok(WorkspaceId(one.id)),
                        [] => {
                            Err(Failure::bad_request("unknown-workspace", format!("no workspace is called {wanted:?}")))
                        }
                        _ => Err(Failure::bad_request(
                            "ambiguous-workspace",
                            format!("several workspaces are called {wanted:?}; give the id"),
                        )),
                    }
                })
            })
            .await
    }
}
