//! The state of each aggregate, as the API shows it and as a rebuild from the log gives it back.
//!
//! A `…Details` struct is what a person edits in one piece; a state struct adds what has its own events.
//! What only some may see (pay, rates, budgets) lives in a `…Money` struct, stored and served apart.

pub mod assignment;
pub mod calendar;
pub mod catalogue;
pub mod effort;
pub mod history;
pub mod identity;
pub mod money;
pub mod person;
pub mod project;
pub mod time_off;
pub mod workspace;

pub use assignment::{Assignment, AssignmentDetails, Commitment};
pub use calendar::{Calendar, CalendarException, DayMinutes, Holiday, Observance};
pub use catalogue::{Client, Role, RoleMoney, RoleRate, Skill, Team};
pub use effort::{Effort, Pace, Span};
pub use history::{Dated, in_force, put_dated, remove_dated};
pub use identity::{ImportRun, ImportStatus, Session, User};
pub use money::{Currency, Money};
pub use person::{
    Availability, BillRate, Compensation, CompensationKind, JobTitle, Person, PersonDetails, PersonKind, PersonMoney,
    PersonSkill, Schedule, WorkingTime,
};
pub use project::{
    Budget, Milestone, Phase, Project, ProjectDetails, ProjectKind, ProjectMoney, ProjectRate, ProjectStatus, RateScope,
};
pub use time_off::{TimeOff, TimeOffDetails, TimeOffKind, TimeOffStatus};
pub use workspace::{Branding, ClashPolicy, Logo, LogoType, Membership, MembershipStatus, Settings, Workspace};
