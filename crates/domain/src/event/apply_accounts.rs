//! Folds the facts of workspaces, logins and import runs; what [`super::apply`] says holds here too.

use super::aggregate::{Aggregate, Life};
use super::kinds::{ImportEvent, MembershipEvent, SessionEvent, UserEvent, WorkspaceEvent};
use crate::kind::Kind;
use crate::model::{Branding, ImportRun, ImportStatus, Membership, MembershipStatus, Session, User, Workspace};

impl Aggregate for Workspace {
    const KIND: Kind = Kind::Workspace;
    type Event = WorkspaceEvent;
    type Money = ();
    fn born(event: &WorkspaceEvent) -> Option<Self> {
        match event {
            WorkspaceEvent::Created(new) => {
                Some(Self { name: new.name.clone(), settings: new.settings.clone(), branding: Branding::default() })
            }
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &WorkspaceEvent) -> Life {
        match event {
            WorkspaceEvent::Created(new) => {
                self.name.clone_from(&new.name);
                self.settings = new.settings.clone();
            }
            WorkspaceEvent::Renamed(new) => self.name.clone_from(&new.name),
            WorkspaceEvent::SettingsChanged(settings) => self.settings = settings.clone(),
            WorkspaceEvent::BrandingChanged(branding) => self.branding = branding.clone(),
            WorkspaceEvent::Removed => return Life::Deleted,
            WorkspaceEvent::Restored => return Life::Present,
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.name.to_lowercase()
    }
}

impl Aggregate for Membership {
    const KIND: Kind = Kind::Membership;
    type Event = MembershipEvent;
    type Money = ();
    fn born(event: &MembershipEvent) -> Option<Self> {
        match event {
            MembershipEvent::Joined(membership) | MembershipEvent::Entered(membership) => Some(membership.clone()),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &MembershipEvent) -> Life {
        match event {
            MembershipEvent::Joined(membership) | MembershipEvent::Entered(membership) => {
                *self = membership.clone();
                return Life::Present;
            }
            MembershipEvent::RoleChanged(new) => self.role = new.role,
            MembershipEvent::PermissionsChanged(new) => self.permissions.clone_from(&new.permissions),
            MembershipEvent::Suspended => self.status = MembershipStatus::Suspended,
            MembershipEvent::Reinstated => self.status = MembershipStatus::Active,
            MembershipEvent::Removed => return Life::Deleted,
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.user_id.to_string()
    }
}

impl Aggregate for User {
    const KIND: Kind = Kind::User;
    type Event = UserEvent;
    type Money = ();
    fn born(event: &UserEvent) -> Option<Self> {
        match event {
            UserEvent::Created(new) => Some(Self {
                email: new.email.clone(),
                name: new.name.clone(),
                platform_admin: new.platform_admin,
                suspended: false,
            }),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &UserEvent) -> Life {
        match event {
            UserEvent::Renamed(new) => self.name.clone_from(&new.name),
            UserEvent::Suspended => self.suspended = true,
            UserEvent::Reinstated => self.suspended = false,
            UserEvent::MadePlatformAdmin => self.platform_admin = true,
            UserEvent::UnmadePlatformAdmin => self.platform_admin = false,
            UserEvent::Created(_)
            | UserEvent::SignedIn
            | UserEvent::SignInFailed
            | UserEvent::PasswordChanged
            | UserEvent::EnteredWorkspace(_) => {}
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.email.clone()
    }
}

impl Aggregate for Session {
    const KIND: Kind = Kind::Session;
    type Event = SessionEvent;
    type Money = ();
    fn born(event: &SessionEvent) -> Option<Self> {
        match event {
            SessionEvent::Started(new) => Some(Self { user_id: new.user_id, client: new.client.clone(), ended: None }),
            SessionEvent::Ended(_) => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &SessionEvent) -> Life {
        match event {
            SessionEvent::Started(_) => Life::Same,
            SessionEvent::Ended(end) => {
                self.ended = Some(end.reason);
                Life::Deleted
            }
        }
    }
    fn sort_key(&self) -> String {
        self.user_id.to_string()
    }
}

impl Aggregate for ImportRun {
    const KIND: Kind = Kind::Import;
    type Event = ImportEvent;
    type Money = ();
    fn born(event: &ImportEvent) -> Option<Self> {
        match event {
            ImportEvent::Started(new) => Some(Self {
                file_name: new.file_name.clone(),
                file_sha256: new.file_sha256.clone(),
                status: ImportStatus::Running,
                summary: serde_json::Value::Null,
            }),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &ImportEvent) -> Life {
        let (status, outcome) = match event {
            ImportEvent::Started(_) => return Life::Same,
            ImportEvent::Completed(outcome) => (ImportStatus::Completed, outcome),
            ImportEvent::Failed(outcome) => (ImportStatus::Failed, outcome),
            ImportEvent::Undone(outcome) => (ImportStatus::Undone, outcome),
        };
        self.status = status;
        self.summary = outcome.summary.clone();
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.file_name.to_lowercase()
    }
}
