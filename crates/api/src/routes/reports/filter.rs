//! What reports can be narrowed to: the filters that they share, and those of one.

use raally_domain::ids::{ClientId, PersonId, ProjectId, RoleId, SkillId, TeamId};
use raally_domain::report::{ReportQuery, UtilisationBy};
use raally_domain::rules::Grain as PlanGrain;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Format;
use crate::input::{Grain, Range};
use crate::problem::Problem;

/// Not by `flatten`: parameters would lose their types.
macro_rules! filter {
    ($(#[$about:meta])* $name:ident { $($(#[$own_about:meta])* $own:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", default)]
        pub(super) struct $name {
            /// People of any of these teams.
            team_id: Vec<TeamId>,
            /// People in any of these roles.
            role_id: Vec<RoleId>,
            /// Work on any of these projects.
            project_id: Vec<ProjectId>,
            /// Work for any of these clients.
            client_id: Vec<ClientId>,
            /// These people.
            person_id: Vec<PersonId>,
            /// People with any of these skills.
            skill_id: Vec<SkillId>,
            /// Tentative assignments count too.
            include_tentative: bool,
            /// Time off that waits for approval lowers capacity too.
            include_pending: bool,
            $($(#[$own_about])* pub(super) $own: $type,)*
        }

        impl $name {
            /// The question of a range.
            pub(super) fn of(&self, range: Range) -> Result<ReportQuery, Problem> {
                let (from, to) = range.both()?;
                let mut query = ReportQuery::new(from, to, grain(range.grain));
                query.team_ids.clone_from(&self.team_id);
                query.role_ids.clone_from(&self.role_id);
                query.project_ids.clone_from(&self.project_id);
                query.client_ids.clone_from(&self.client_id);
                query.person_ids.clone_from(&self.person_id);
                query.skill_ids.clone_from(&self.skill_id);
                query.include_tentative = self.include_tentative;
                query.include_pending = self.include_pending;
                Ok(query)
            }
        }
    };
}

filter! {
    /// Filters of what is answered as JSON only. An empty filter filters nothing; several must all match.
    PlainFilter {}
}

filter! {
    /// Filters of a report. An empty filter filters nothing; several must all match.
    Filter {
        /// JSON, or a table as a file; absent = what `Accept` prefers.
        format: Option<Format>,
    }
}

filter! {
    /// Filters of the utilisation report.
    ByFilter {
        /// What is grouped.
        by: Option<UtilisationBy>,
        /// JSON, or a table as a file; absent = what `Accept` prefers.
        format: Option<Format>,
    }
}

fn grain(grain: Option<Grain>) -> PlanGrain {
    match grain.unwrap_or(Grain::Week) {
        Grain::Day => PlanGrain::Day,
        Grain::Week => PlanGrain::Week,
        Grain::Month => PlanGrain::Month,
        Grain::Quarter => PlanGrain::Quarter,
        Grain::Year => PlanGrain::Year,
        Grain::Total => PlanGrain::Total,
    }
}
