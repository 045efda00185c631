//! Who belongs to a workspace: roles, permissions, suspension, removal, and join links.

use raally_domain::access::Role;
use raally_domain::decide::{Form, Refusal, Rule};
use raally_domain::event::{Envelope, MembershipEvent, NewPermissions, NewRole};
use raally_domain::ids::{UserId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{Membership, MembershipStatus, User};
use raally_storage::{JoinLink, LinkUse, Op, Query, Scope, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::answer::Answer;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Expect, user_of};
use crate::codec::{from_record, instant};
use crate::failure::Failure;
use crate::managed::bad_field;

/// A member with the login's name and address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The login.
    pub user_id: UserId,
    /// Its name.
    pub name: String,
    /// Its mail address.
    pub email: String,
    /// May what.
    pub role: Role,
    /// Permissions beyond the role.
    pub permissions: Vec<String>,
    /// A suspended member sees nothing.
    pub status: MembershipStatus,
    /// Of the membership.
    pub version: i64,
}

/// What may be changed of a membership; absent = as it is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MemberChange {
    /// Another role; only an owner makes or unmakes owners.
    pub role: Option<Role>,
    /// All permissions beyond the role.
    pub permissions: Option<Vec<String>>,
    /// Suspended members see nothing.
    pub status: Option<MembershipStatus>,
}

/// A one-time invitation as an admin sees it; the token itself is shown once, when it is made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinLinkView {
    /// Which.
    pub id: Uuid,
    /// What whoever uses it becomes.
    pub role: Role,
    /// Until when it works.
    pub expires_at: jiff::Timestamp,
    /// When it was used.
    pub used_at: Option<jiff::Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<jiff::Timestamp>,
    /// The token, in the answer to its making only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl App {
    /// All members by name, with the logins' names and addresses.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>, Failure> {
        self.store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let query = Query::new(Kind::Membership).partition(raally_storage::Partition::In(workspace));
                    let mut members = Vec::new();
                    for record in tx.list(&query).await? {
                        members.push(member(tx, from_record(&record)?).await?);
                    }
                    members.sort_by(|a, b| (&a.name, a.user_id).cmp(&(&b.name, b.user_id)));
                    Ok(members)
                })
            })
            .await
    }

    /// One member.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn member(&self, workspace: WorkspaceId, user: UserId) -> Result<Member, Failure> {
        self.store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let record = tx.get_in(workspace, Kind::Membership, user.0).await?;
                    let record = record.filter(|record| record.deleted_at.is_none()).ok_or(Refusal::NotFound)?;
                    member(tx, from_record(&record)?).await
                })
            })
            .await
    }

    /// Changes role, permissions or status of a member.
    ///
    /// # Errors
    /// `Denied` when owners are concerned and the caller is none; `LastOwner`.
    pub async fn change_member(
        &self,
        caller: &Caller,
        user: UserId,
        version: i64,
        change: MemberChange,
    ) -> Result<Answer, Failure> {
        let answer = self
            .command(caller, move |app, tx, caller| {
                let change = change.clone();
                Box::pin(async move {
                    let known = app.guarded_member(tx, caller, user, change.role).await?;
                    let mut wanted = Vec::new();
                    if let Some(role) = change.role
                        && role != known.state.role
                    {
                        wanted.push(MembershipEvent::RoleChanged(NewRole { role }));
                    }
                    if let Some(permissions) = change.permissions {
                        wanted.push(MembershipEvent::PermissionsChanged(NewPermissions { permissions }));
                    }
                    match change.status {
                        Some(MembershipStatus::Suspended) => wanted.push(MembershipEvent::Suspended),
                        Some(MembershipStatus::Active) => wanted.push(MembershipEvent::Reinstated),
                        None => {}
                    }
                    let expect = Expect::Version(version);
                    let changed = app.change::<Membership>(tx, caller, user.0, expect, wanted).await?;
                    app.keep_an_owner(tx).await?;
                    Ok(Answer::changed(user.0, changed.after.version, changed.body))
                })
            })
            .await?;
        self.accounts().forget_all();
        Ok(answer)
    }

    /// Removes a member.
    ///
    /// # Errors
    /// `Denied` when it is an owner and the caller is none; `LastOwner`.
    pub async fn remove_member(&self, caller: &Caller, user: UserId, version: i64) -> Result<Answer, Failure> {
        let answer = self
            .command(caller, move |app, tx, caller| {
                Box::pin(async move {
                    app.guarded_member(tx, caller, user, None).await?;
                    let (expect, wanted) = (Expect::Version(version), vec![MembershipEvent::Removed]);
                    let changed = app.change::<Membership>(tx, caller, user.0, expect, wanted).await?;
                    app.keep_an_owner(tx).await?;
                    Ok(Answer::gone(user.0, changed.after.version))
                })
            })
            .await?;
        self.accounts().forget_all();
        Ok(answer)
    }

    /// The member, after the rule on owners is kept. Works of a workspace are serial, so nobody else changes one meanwhile.
    async fn guarded_member(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        user: UserId,
        new_role: Option<Role>,
    ) -> Result<Envelope<Membership>, Failure> {
        let known = self.load::<Membership>(tx, user.0).await?;
        let known = known.filter(|known| known.deleted_at.is_none()).ok_or(Refusal::NotFound)?;
        let about_owners = known.state.role == Role::Owner || new_role == Some(Role::Owner);
        if about_owners && caller.role != Role::Owner {
            return Err(Failure::Denied);
        }
        Ok(known)
    }

    /// Called after a change of members, in its transaction.
    async fn keep_an_owner(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let query = Query::new(Kind::Membership).filter("role", Op::Eq, Role::Owner.name());
        for record in tx.list(&query).await? {
            if from_record::<Membership>(&record)?.state.status == MembershipStatus::Active {
                return Ok(());
            }
        }
        Err(Refusal::LastOwner.into())
    }

    /// A new join link; its token is in this answer and nowhere else.
    ///
    /// # Errors
    /// `Denied` when it would make an owner and the caller is none.
    pub async fn create_join_link(&self, caller: &Caller, role: Role) -> Result<JoinLinkView, Failure> {
        if role == Role::Owner && caller.role != Role::Owner {
            return Err(Failure::Denied);
        }
        let created_by = user_of(caller)?;
        let (token, token_hash) = crate::accounts::new_join_token()?;
        let now = self.mint().now_us();
        let link = JoinLink {
            token_hash,
            workspace: caller.workspace,
            id: self.mint().id(),
            role: role.name().into(),
            created_by: created_by.0,
            created_at: now,
            expires_at: now + crate::accounts::JOIN_LINK_LIFE_US,
            used_at: None,
            used_by: None,
            revoked_at: None,
        };
        let stored = link.clone();
        self.store()
            .write(caller.scope(), move |tx| {
                let link = stored.clone();
                Box::pin(async move { Ok::<_, Failure>(tx.add_join_link(&link).await?) })
            })
            .await?;
        Ok(JoinLinkView { token: Some(token), ..view(&link) })
    }

    /// The join links of a workspace, without their tokens.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn join_links(&self, caller: &Caller) -> Result<Vec<JoinLinkView>, Failure> {
        let workspace = caller.workspace;
        self.store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move { Ok(tx.join_links(workspace).await?.iter().map(view).collect()) })
            })
            .await
    }

    /// Takes a join link back.
    ///
    /// # Errors
    /// `NotFound` when there is none to take back.
    pub async fn revoke_join_link(&self, caller: &Caller, id: Uuid) -> Result<(), Failure> {
        let (workspace, now) = (caller.workspace, self.mint().now_us());
        self.store()
            .write(caller.scope(), move |tx| {
                Box::pin(async move {
                    if tx.revoke_join_link(workspace, id, now).await? { Ok(()) } else { Err(Refusal::NotFound.into()) }
                })
            })
            .await
    }

    /// Uses a join link: whoever has it becomes a member, once.
    ///
    /// # Errors
    /// One refusal for every link that does not work.
    pub async fn use_join_link(&self, user: UserId, token: &str) -> Result<WorkspaceId, Failure> {
        let token_hash = crate::accounts::join_token_hash(token);
        let (app, now) = (self.clone(), self.mint().now_us());
        let workspace = self
            .store()
            .write(Scope::Platform, move |tx| {
                let (app, token_hash) = (app.clone(), token_hash.clone());
                Box::pin(async move { app.consume_link(tx, user, &token_hash, now, "/token").await })
            })
            .await?;
        self.accounts().forget_all();
        Ok(workspace)
    }

    pub(crate) async fn consume_link(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        token_hash: &[u8],
        now: i64,
        pointer: &str,
    ) -> Result<WorkspaceId, Failure> {
        let link = use_link(tx, user, token_hash, now, pointer).await?;
        self.join_by(tx, user, &link).await
    }

    /// Makes a user the member that a link is for.
    pub(crate) async fn join_by(&self, tx: &mut Tx<'_>, user: UserId, link: &JoinLink) -> Result<WorkspaceId, Failure> {
        let role = Role::from_name(&link.role).ok_or_else(|| Failure::bug("a join link of no known role"))?;
        let mut caller = Caller::system(link.workspace);
        caller.user = Some(user);
        self.join(tx, &caller, user, role).await?;
        Ok(link.workspace)
    }
}

/// Uses a link up, once. Nothing is kept of it when the transaction isn't.
pub(crate) async fn use_link(
    tx: &mut Tx<'_>,
    user: UserId,
    token_hash: &[u8],
    now: i64,
    pointer: &str,
) -> Result<JoinLink, Failure> {
    match tx.consume_join_link(token_hash, user.0, now).await? {
        LinkUse::Consumed(link) => Ok(link),
        LinkUse::Invalid => Err(bad_field(pointer, Rule::Malformed(Form::Link))),
    }
}

async fn member(tx: &mut Tx<'_>, membership: Envelope<Membership>) -> Result<Member, Failure> {
    let record = tx.get_in(WorkspaceId::PLATFORM, Kind::User, membership.state.user_id.0).await?;
    let user = record.as_ref().map(from_record::<User>).transpose()?;
    let (name, email) = user.map_or_else(Default::default, |user| (user.state.name, user.state.email));
    let Membership { user_id, role, permissions, status } = membership.state;
    Ok(Member { user_id, name, email, role, permissions, status, version: membership.version })
}

fn view(link: &JoinLink) -> JoinLinkView {
    JoinLinkView {
        id: link.id,
        role: Role::from_name(&link.role).unwrap_or(Role::Viewer),
        expires_at: instant(link.expires_at),
        used_at: link.used_at.map(instant),
        revoked_at: link.revoked_at.map(instant),
        token: None,
    }
}
