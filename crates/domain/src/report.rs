//! What the plan says: pure functions over [`crate::plan::Plan`] with typed results for JSON, and as tables for CSV and XLSX.
//!
//! A rate always stands beside its numerator and denominator and is absent when the capacity is 0. Groups are
//! Σ allocated ÷ Σ capacity, never the mean of rates. Tentative work and pending time off count only when asked for;
//! placeholders only in demand, schedules and a project's cost (PRODUCT rules 5, 6, 7, 10).
//!
//! Load on days of which no capacity is known stands apart as `unknownCapacityMinutes`: it is used time, but in no rate.

mod candidate;
mod candidate_fit;
mod candidates;
mod cost;
mod dashboard;
mod demand;
mod figures;
mod frame;
mod hours;
mod occupancy;
mod overbooking;
mod project_schedule;
mod query;
mod roles;
mod schedule;
mod schedule_json;
mod schedule_table;
mod table;
mod utilisation;

pub use candidate::{Candidate, CandidateQuery, CandidatesReport, FitReason, SkillWanted};
pub use candidates::{candidates, candidates_for_assignment};
pub use cost::{CostReport, MoneySide, ProjectCost, cost};
pub use dashboard::{Dashboard, DashboardProject, dashboard};
pub use demand::{DemandReport, DemandRow, demand};
pub use figures::{Bucket, Minutes, Share};
pub use hours::{HoursReport, HoursRow, hours};
pub use occupancy::{Occupancy, OccupancyCounts, OccupancyReport, OccupancyRow, PersonOccupancy, occupancy};
pub use overbooking::{
    OverbookedBucket, OverbookedDay, OverbookedPerson, OverbookingReport, OverbookingTotals, overbooking,
};
pub use project_schedule::{ProjectBucket, ProjectMember, ProjectScheduleReport, ProjectScheduleRow, project_schedule};
pub use query::{ReportFault, ReportQuery};
pub use roles::{RoleBucket, RoleRow, RolesReport, roles};
pub use schedule::{
    ScheduleAssignment, ScheduleBucket, ScheduleProject, ScheduleReport, ScheduleRow, ScheduleTimeOff, schedule,
};
pub use table::{Cell, Column, Tabular, Unit};
pub use utilisation::{UtilisationBy, UtilisationReport, UtilisationRow, utilisation};
