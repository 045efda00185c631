//! A workspace's plan in memory: compact, built row by row in any order, read by all reports.
//!
//! Putting the same value twice changes nothing; the order of puts does not matter. What is removed (soft-deleted)
//! counts nowhere but keeps its name. An assignment counts while it, its person and its project are there.
//!
//! A clone is cheap: it shares everything with its source until one of them changes a part, so that a reader can
//! keep a snapshot while a writer goes on. Working days are computed when first asked for and kept per person.

mod assignment_row;
mod breaks;
mod clash;
mod entry;
mod holidays;
mod person_slot;
mod put;
mod read;
mod shards;

pub use assignment_row::AssignmentRow;
pub use entry::Entry;
pub use person_slot::{PersonSlot, TimeOffRow};

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ids::{
    AssignmentId, CalendarId, ClientId, PersonId, PhaseId, ProjectId, RoleId, SkillId, TeamId, TimeOffId,
};
use crate::model::{Calendar, Client, Project, ProjectMoney, Role, RoleMoney, Settings, Skill, Team};
use entry::Slots;
use holidays::Holidays;
use shards::Shards;

/// A workspace's plan in memory.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    settings: Arc<Settings>,
    /// Changes whenever something that all people's working days hang on does; compared by identity.
    calendar_edition: Arc<()>,
    people: Slots<PersonId, PersonSlot>,
    projects: Slots<ProjectId, Entry<ProjectId, Project, ProjectMoney>>,
    roles: Slots<RoleId, Entry<RoleId, Role, RoleMoney>>,
    clients: Slots<ClientId, Entry<ClientId, Client>>,
    teams: Slots<TeamId, Entry<TeamId, Team>>,
    skills: Slots<SkillId, Entry<SkillId, Skill>>,
    /// Only so that a row names its phase in four bytes.
    phases: Slots<PhaseId, PhaseId>,
    calendars: Arc<FxHashMap<CalendarId, Arc<Calendar>>>,
    holidays: Arc<Holidays>,
    assignments: Shards<AssignmentId>,
    time_off: Shards<TimeOffId>,
}
