//! Who may what in a workspace: the written rules as one table.
//!
//! Leaves out who somebody is (that is `identity`) and which objects are one's own: a grant of
//! [`Grant::Own`] tells the use case to compare the object's owner with the caller.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a membership makes of a user in one workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything, also making and removing owners and deleting the workspace.
    Owner,
    /// Everything but what only an owner may.
    Admin,
    /// Plans people across projects.
    ResourceManager,
    /// Plans the own projects.
    ProjectManager,
    /// Reads the plan, asks for the own time off.
    Member,
    /// Reads the plan.
    Viewer,
}

impl Role {
    /// Every role, from the strongest to the weakest.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::ResourceManager, Self::ProjectManager, Self::Member, Self::Viewer];

    /// The name on the wire and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::ResourceManager => "resource-manager",
            Self::ProjectManager => "project-manager",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A permission that a membership can have beyond its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// `pay:read`: sees pay and cost rates.
    PayRead,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 1] = [Self::PayRead];

    /// The name on the wire and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PayRead => "pay:read",
        }
    }

    /// The permission with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }
}

/// The permissions of one membership.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u8);

impl Permissions {
    /// Nothing beyond the role.
    pub const NONE: Self = Self(0);

    /// These and one more.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u8)
    }

    /// Whether the permission is among these.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & 1 << permission as u8 != 0
    }

    /// The permissions named; a name that this build does not know gives nothing.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(Permission::from_name).fold(Self::NONE, Self::with)
    }
}

/// Something that a rule is about. Every operation in a workspace names exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Read people, projects, schedule and reports, without money.
    ReadPlan,
    /// Change people, titles, teams, skills, roles, calendars, holidays, clients.
    EditPeople,
    /// Import files and undo imports.
    Import,
    /// Change assignments.
    EditAssignments,
    /// Change projects, phases, milestones.
    EditProjects,
    /// Read bill rates and budgets.
    ReadMoney,
    /// Change bill rates and budgets.
    EditMoney,
    /// Read pay and cost rates.
    ReadPay,
    /// Change pay and cost rates.
    EditPay,
    /// Ask for time off.
    RequestTimeOff,
    /// Approve or refuse time off.
    ApproveTimeOff,
    /// Change the settings of the workspace.
    ManageSettings,
    /// Read and change members and join links, but for owners.
    ManageMembers,
    /// Make and remove owners.
    ManageOwners,
    /// Read the audit trail.
    ReadAudit,
    /// Delete the workspace.
    DeleteWorkspace,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 16] = [
        Self::ReadPlan,
        Self::EditPeople,
        Self::Import,
        Self::EditAssignments,
        Self::EditProjects,
        Self::ReadMoney,
        Self::EditMoney,
        Self::ReadPay,
        Self::EditPay,
        Self::RequestTimeOff,
        Self::ApproveTimeOff,
        Self::ManageSettings,
        Self::ManageMembers,
        Self::ManageOwners,
        Self::ReadAudit,
        Self::DeleteWorkspace,
    ];

    /// The name in the OpenAPI document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadPlan => "read-plan",
            Self::EditPeople => "edit-people",
            Self::Import => "import",
            Self::EditAssignments => "edit-assignments",
            Self::EditProjects => "edit-projects",
            Self::ReadMoney => "read-money",
            Self::EditMoney => "edit-money",
            Self::ReadPay => "read-pay",
            Self::EditPay => "edit-pay",
            Self::RequestTimeOff => "request-time-off",
            Self::ApproveTimeOff => "approve-time-off",
            Self::ManageSettings => "manage-settings",
            Self::ManageMembers => "manage-members",
            Self::ManageOwners => "manage-owners",
            Self::ReadAudit => "read-audit",
            Self::DeleteWorkspace => "delete-workspace",
        }
    }
}

/// The answer of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    /// On every object of the workspace.
    Yes,
    /// On one's own only (own projects, own person): the use case finishes the check.
    Own,
    /// Not at all.
    No,
}

impl Grant {
    /// Whether an operation may start at all.
    #[must_use]
    pub const fn is_some(self) -> bool {
        !matches!(self, Self::No)
    }
}

/// What a role, with its extra permissions, may do.
///
/// Pay is refused to a viewer and stays one's own for a member whatever the permissions say.
///
/// Source: PRODUCT.md, "Who may what", and rule 9 for pay.
#[must_use]
pub const fn may(role: Role, permissions: Permissions, action: Action) -> Grant {
    use Grant::{No, Own, Yes};
    let with_pay = if permissions.has(Permission::PayRead) { Yes } else { No };
    // In the order of `Role::ALL`.
    let row = match action {
        Action::ReadPlan => [Yes, Yes, Yes, Yes, Yes, Yes],
        Action::EditPeople | Action::Import => [Yes, Yes, Yes, No, No, No],
        Action::EditAssignments | Action::EditProjects | Action::ReadMoney | Action::EditMoney => {
            [Yes, Yes, Yes, Own, No, No]
        }
        Action::ReadPay => [Yes, Yes, with_pay, with_pay, Own, No],
        Action::EditPay => [Yes, Yes, with_pay, No, No, No],
        Action::RequestTimeOff => [Yes, Yes, Yes, No, Own, No],
        Action::ApproveTimeOff => [Yes, Yes, Yes, No, No, No],
        Action::ManageSettings | Action::ManageMembers | Action::ReadAudit => [Yes, Yes, No, No, No, No],
        Action::ManageOwners | Action::DeleteWorkspace => [Yes, No, No, No, No, No],
    };
    row[role as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of PRODUCT.md, in letters: y = yes, o = own, p = with `pay:read`, - = no.
    const WRITTEN: [(Action, &str); 16] = [
        (Action::ReadPlan, "yyyyyy"),
        (Action::EditPeople, "yyy---"),
        (Action::Import, "yyy---"),
        (Action::EditAssignments, "yyyo--"),
        (Action::EditProjects, "yyyo--"),
        (Action::ReadMoney, "yyyo--"),
        (Action::EditMoney, "yyyo--"),
        (Action::ReadPay, "yyppo-"),
        (Action::EditPay, "yyp---"),
        (Action::RequestTimeOff, "yyy-o-"),
        (Action::ApproveTimeOff, "yyy---"),
        (Action::ManageSettings, "yy----"),
        (Action::ManageMembers, "yy----"),
        (Action::ManageOwners, "y-----"),
        (Action::ReadAudit, "yy----"),
        (Action::DeleteWorkspace, "y-----"),
    ];

    #[test]
    fn the_table_says_what_is_written() {
        assert_eq!(WRITTEN.map(|(action, _)| action), Action::ALL);
        for (action, letters) in WRITTEN {
            for (role, letter) in Role::ALL.into_iter().zip(letters.chars()) {
                for pay in [false, true] {
                    let extra = if pay { Permissions::NONE.with(Permission::PayRead) } else { Permissions::NONE };
                    let wanted = match (letter, pay) {
                        ('y', _) | ('p', true) => Grant::Yes,
                        ('o', _) => Grant::Own,
                        _ => Grant::No,
                    };
                    assert_eq!(may(role, extra, action), wanted, "{role:?} {action:?} pay:read={pay}");
                }
            }
        }
    }

    #[test]
    fn a_weaker_role_is_never_granted_more() {
        let rank = |grant| match grant {
            Grant::Yes => 2,
            Grant::Own => 1,
            Grant::No => 0,
        };
        for action in Action::ALL {
            if action == Action::RequestTimeOff || action == Action::ReadPay {
                continue; // a member's own time off and pay, which a project manager has no row for
            }
            for pair in Role::ALL.windows(2) {
                let [strong, weak] = pair else { continue };
                let ranks = [*strong, *weak].map(|role| rank(may(role, Permissions::NONE, action)));
                assert!(ranks[0] >= ranks[1], "{weak:?} may more than {strong:?} in {action:?}");
            }
        }
    }

    #[test]
    fn names_lead_back_to_roles_and_permissions() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
            assert_eq!(Role::ALL[role as usize], role);
            assert_eq!(serde_json::to_value(role).ok(), Some(role.name().into()));
        }
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).ok(), Some(action.name().into()));
        }
        let some = Permissions::from_names(["pay:read", "fly"]);
        assert!(some.has(Permission::PayRead));
        assert_eq!(some, Permissions::NONE.with(Permission::PayRead));
        assert_eq!(Role::from_name("platform-admin"), None);
    }
}
