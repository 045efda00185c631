//! The facts, by kind of stream. Names are history and never change.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::events;
use crate::access::Role as AccessRole;
use crate::ids::{MilestoneId, PhaseId, RateId, SkillId, UserId, WorkspaceId};
use crate::model::{
    AssignmentDetails, Availability, BillRate, Branding, Budget, Calendar, Client, Compensation, Holiday, JobTitle,
    Membership, Milestone, PersonDetails, PersonSkill, Phase, ProjectDetails, ProjectRate, Role, RoleRate, Schedule,
    Settings, Skill, Team, TimeOffDetails,
};

/// The entry that was in force from this date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct From {
    /// Its date.
    pub valid_from: Date,
}

/// An entry named by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<I> {
    /// Which.
    pub id: I,
}

/// A login as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUser {
    /// Mail address, lower case; sealed in the log.
    pub email: String,
    /// Shown to people; sealed in the log.
    pub name: String,
    /// May run the installation.
    #[serde(default)]
    pub platform_admin: bool,
}

/// A device as it signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewSession {
    /// Whose.
    pub user_id: UserId,
    /// What the client calls itself; sealed in the log.
    pub client: String,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant explains itself")]
pub enum SessionEnd {
    SignedOut,
    Revoked,
    RefreshReused,
    Expired,
    PasswordChanged,
    UserSuspended,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSession {
    /// Why.
    pub reason: SessionEnd,
}

/// A user's access to a workspace that they granted themselves as platform admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SelfGrant {
    /// Where.
    pub workspace_id: WorkspaceId,
}

/// A new role of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRole {
    /// Which.
    pub role: AccessRole,
}

/// Permissions beyond the role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPermissions {
    /// All of them.
    pub permissions: Vec<String>,
}

/// An import as it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewImport {
    /// The file's name.
    pub file_name: String,
    /// SHA-256 of the file, in hex.
    pub file_sha256: String,
}

/// What an import did, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportOutcome {
    /// As the API reports it.
    pub summary: serde_json::Value,
}

/// A workspace as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewWorkspace {
    /// Shown to people.
    pub name: String,
    /// How it plans.
    pub settings: Settings,
}

/// A new name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewName {
    /// Shown to people.
    pub name: String,
}

events! {
    /// Facts of a workspace.
    WorkspaceEvent {
        /// It was made.
        Created(NewWorkspace) = "workspace-created" v 1,
        /// It got another name.
        Renamed(NewName) = "workspace-renamed" v 1,
        /// Settings as a whole.
        SettingsChanged(Settings) = "workspace-settings-changed" v 1,
        /// Colour and logo as a whole.
        BrandingChanged(Branding) = "workspace-branding-changed" v 1,
        /// Soft-deleted.
        Removed = "workspace-removed" v 1,
        /// Back again.
        Restored = "workspace-restored" v 1,
    }
}
events! {
    /// Facts of a membership; the stream has the user's id.
    MembershipEvent {
        /// Somebody joined.
        Joined(Membership) = "member-joined" v 1,
        /// A platform admin let themselves in.
        Entered(Membership) = "member-entered-as-platform-admin" v 1,
        /// Another role.
        RoleChanged(NewRole) = "member-role-changed" v 1,
        /// Other permissions.
        PermissionsChanged(NewPermissions) = "member-permissions-changed" v 1,
        /// Sees nothing for now.
        Suspended = "member-suspended" v 1,
        /// Sees again.
        Reinstated = "member-reinstated" v 1,
        /// Left or was removed.
        Removed = "member-removed" v 1,
    }
}
events! {
    /// Facts of a person.
    PersonEvent {
        /// Somebody can be planned.
        Added(PersonDetails) = "person-added" v 1,
        /// Details as a whole.
        Changed(PersonDetails) = "person-changed" v 1,
        /// Soft-deleted.
        Removed = "person-removed" v 1,
        /// Back again.
        Restored = "person-restored" v 1,
        /// A title from a date on.
        JobTitleSet(JobTitle) = "job-title-set" v 1,
        /// The title of that date never was.
        JobTitleCleared(From) = "job-title-cleared" v 1,
        /// Working time from a date on.
        ScheduleSet(Schedule) = "schedule-set" v 1,
        /// The schedule of that date never was.
        ScheduleCleared(From) = "schedule-cleared" v 1,
        /// Availability from a date on.
        AvailabilitySet(Availability) = "availability-set" v 1,
        /// The availability of that date never was.
        AvailabilityCleared(From) = "availability-cleared" v 1,
        /// An ability with a level.
        SkillSet(PersonSkill) = "person-skill-set" v 1,
        /// The ability is gone.
        SkillCleared(Named<SkillId>) = "person-skill-cleared" v 1,
        /// Pay from a date on.
        CompensationSet(Compensation) = "compensation-set" v 1,
        /// The pay of that date never was.
        CompensationCleared(From) = "compensation-cleared" v 1,
        /// A bill rate from a date on.
        BillRateSet(BillRate) = "bill-rate-set" v 1,
        /// The bill rate of that date never was.
        BillRateCleared(From) = "bill-rate-cleared" v 1,
    }
}
events! {
    /// Facts of an absence.
    TimeOffEvent {
        /// Asked for.
        Requested(TimeOffDetails) = "time-off-requested" v 1,
        /// Details as a whole; an approved one waits for approval again when its days change.
        Changed(TimeOffDetails) = "time-off-changed" v 1,
        /// Counts from now on.
        Approved = "time-off-approved" v 1,
        /// Does not count.
        Rejected = "time-off-rejected" v 1,
        /// Waits for approval again.
        Reopened = "time-off-reopened" v 1,
        /// Soft-deleted.
        Removed = "time-off-removed" v 1,
        /// Back again.
        Restored = "time-off-restored" v 1,
    }
}
events! {
    /// Facts of a project.
    ProjectEvent {
        /// It exists.
        Added(ProjectDetails) = "project-added" v 1,
        /// Details as a whole.
        Changed(ProjectDetails) = "project-changed" v 1,
        /// Soft-deleted.
        Removed = "project-removed" v 1,
        /// Back again.
        Restored = "project-restored" v 1,
        /// A phase, new or changed.
        PhaseSet(Phase) = "phase-set" v 1,
        /// The phase is gone.
        PhaseCleared(Named<PhaseId>) = "phase-cleared" v 1,
        /// A milestone, new or changed.
        MilestoneSet(Milestone) = "milestone-set" v 1,
        /// The milestone is gone.
        MilestoneCleared(Named<MilestoneId>) = "milestone-cleared" v 1,
        /// The budget as a whole.
        BudgetSet(Budget) = "budget-set" v 1,
        /// A line of the rate card, new or changed.
        RateSet(ProjectRate) = "project-rate-set" v 1,
        /// The line is gone.
        RateCleared(Named<RateId>) = "project-rate-cleared" v 1,
    }
}
events! {
    /// Facts of an assignment.
    AssignmentEvent {
        /// Somebody was booked.
        Booked(AssignmentDetails) = "assignment-booked" v 1,
        /// Details as a whole.
        Changed(AssignmentDetails) = "assignment-changed" v 1,
        /// Promised now.
        Confirmed = "assignment-confirmed" v 1,
        /// Thought of only.
        MadeTentative = "assignment-made-tentative" v 1,
        /// Soft-deleted.
        Removed = "assignment-removed" v 1,
        /// Back again.
        Restored = "assignment-restored" v 1,
    }
}
events! {
    /// Facts of a client.
    ClientEvent {
        /// It exists.
        Added(Client) = "client-added" v 1,
        /// Details as a whole.
        Changed(Client) = "client-changed" v 1,
        /// Soft-deleted.
        Removed = "client-removed" v 1,
        /// Back again.
        Restored = "client-restored" v 1,
    }
}
events! {
    /// Facts of a team.
    TeamEvent {
        /// It exists.
        Added(Team) = "team-added" v 1,
        /// Details as a whole.
        Changed(Team) = "team-changed" v 1,
        /// Soft-deleted.
        Removed = "team-removed" v 1,
        /// Back again.
        Restored = "team-restored" v 1,
    }
}
events! {
    /// Facts of a skill.
    SkillEvent {
        /// It exists.
        Added(Skill) = "skill-added" v 1,
        /// Details as a whole.
        Changed(Skill) = "skill-changed" v 1,
        /// Soft-deleted.
        Removed = "skill-removed" v 1,
        /// Back again.
        Restored = "skill-restored" v 1,
    }
}
events! {
    /// Facts of a role.
    RoleEvent {
        /// It exists.
        Added(Role) = "role-added" v 1,
        /// Details as a whole.
        Changed(Role) = "role-changed" v 1,
        /// Soft-deleted.
        Removed = "role-removed" v 1,
        /// Back again.
        Restored = "role-restored" v 1,
        /// Rates from a date on.
        RateSet(RoleRate) = "role-rate-set" v 1,
        /// The rates of that date never were.
        RateCleared(From) = "role-rate-cleared" v 1,
    }
}
events! {
    /// Facts of a calendar.
    CalendarEvent {
        /// It exists.
        Added(Calendar) = "calendar-added" v 1,
        /// Details as a whole.
        Changed(Calendar) = "calendar-changed" v 1,
        /// Soft-deleted.
        Removed = "calendar-removed" v 1,
        /// Back again.
        Restored = "calendar-restored" v 1,
    }
}
events! {
    /// Facts of a public holiday, as a workspace observes it.
    HolidayEvent {
        /// It exists.
        Added(Holiday) = "holiday-added" v 1,
        /// Details as a whole.
        Changed(Holiday) = "holiday-changed" v 1,
        /// Soft-deleted.
        Removed = "holiday-removed" v 1,
        /// Back again.
        Restored = "holiday-restored" v 1,
    }
}
events! {
    /// Facts of a login, in the platform partition.
    UserEvent {
        /// It exists.
        Created(NewUser) = "user-created" v 1,
        /// Another name.
        Renamed(NewName) = "user-renamed" v 1,
        /// Signed in.
        SignedIn = "user-signed-in" v 1,
        /// A wrong password.
        SignInFailed = "user-sign-in-failed" v 1,
        /// Another password; the password itself is never in the log.
        PasswordChanged = "user-password-changed" v 1,
        /// Can't sign in.
        Suspended = "user-suspended" v 1,
        /// Can sign in again.
        Reinstated = "user-reinstated" v 1,
        /// Runs the installation.
        MadePlatformAdmin = "user-made-platform-admin" v 1,
        /// Runs it no more.
        UnmadePlatformAdmin = "user-unmade-platform-admin" v 1,
        /// A platform admin let themselves into a workspace; its owners see it.
        EnteredWorkspace(SelfGrant) = "user-entered-workspace" v 1,
    }
}
events! {
    /// Facts of a signed-in device, in the platform partition.
    SessionEvent {
        /// Signed in.
        Started(NewSession) = "session-started" v 1,
        /// Over.
        Ended(EndedSession) = "session-ended" v 1,
    }
}
events! {
    /// Facts of an import.
    ImportEvent {
        /// It began.
        Started(NewImport) = "import-started" v 1,
        /// It ended well.
        Completed(ImportOutcome) = "import-completed" v 1,
        /// It ended badly and left nothing.
        Failed(ImportOutcome) = "import-failed" v 1,
        /// What it did was taken back.
        Undone(ImportOutcome) = "import-undone" v 1,
    }
}
