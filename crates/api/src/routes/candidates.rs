//! Who could take this: candidates for work that somebody is wanted for.

use jiff::civil::Date;
use raally_application::{App, Failure};
use raally_domain::access::Action;
use raally_domain::decide::{Fault, Faults, Refusal, Validate};
use raally_domain::ids::{AssignmentId, ProjectId, RoleId, TeamId};
use raally_domain::model::{Effort, PersonSkill};
use raally_domain::plan::Plan;
use raally_domain::report::{self, ReportFault, SkillWanted};
use schemars::JsonSchema;
use serde::Deserialize;

use super::convert::caller;
use super::reports::{Format, TABLES, fault, format, shape};
use crate::gate::Access;
use crate::input::Range;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::{Class, Problem};

/// The work that somebody is wanted for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CandidatesQuery {
    /// An assignment (usually a placeholder's) that somebody could take; then the rest may be absent.
    assignment_id: Option<AssignmentId>,
    /// Full hours on each working day, in minutes.
    minutes_per_day: Option<i64>,
    /// A total over the range, in minutes.
    minutes: Option<i64>,
    /// Of which role.
    role_id: Option<RoleId>,
    /// With which skills: an id, or an id and the least level as `id:3`.
    #[serde(default)]
    skill: Vec<String>,
    /// Only people of any of these teams.
    #[serde(default)]
    team_id: Vec<TeamId>,
    /// Those who have worked on it know it.
    project_id: Option<ProjectId>,
    /// Tentative assignments take capacity too.
    #[serde(default)]
    include_tentative: bool,
    /// At most so many; absent = 20.
    limit: Option<usize>,
    /// JSON, or a table as a file; absent = what `Accept` names.
    #[serde(default)]
    format: Option<Format>,
}

fn skill_wanted(text: &str) -> Result<SkillWanted, Problem> {
    let bad = || Problem::invalid_field("?skill", "malformed", "skill takes an id, or an id and a level: id:3.");
    let (id, level) = text.split_once(':').unwrap_or((text, "1"));
    let level: i64 = level.parse().map_err(|_| bad())?;
    let wanted = SkillWanted { skill_id: id.parse().map_err(|_| bad())?, minimum_level: level };
    valid(&PersonSkill { skill_id: wanted.skill_id, level }, |_| "?skill".to_owned())?;
    Ok(wanted)
}

/// Keeps to the rules that hold where such a thing is saved; faults point to the parameter.
fn valid(value: &impl Validate, parameter: impl Fn(&str) -> String) -> Result<(), Problem> {
    let faults = Faults::of(value);
    if faults.is_empty() {
        return Ok(());
    }
    let at = |fault: Fault| Fault { pointer: parameter(&fault.pointer), ..fault };
    Err(Failure::from(Refusal::Invalid(faults.into_iter().map(at).collect())).into())
}

/// A question about candidates, on a day.
type AskCandidates = Box<dyn FnOnce(&Plan, Date) -> Result<report::CandidatesReport, ReportFault> + Send>;

pub(crate) fn add(ops: &mut Operations<App>) {
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/reports/candidates")
        .id("report_candidates")
        .tag("Reports")
        .summary("Who could take this: ranked by free capacity, role and skills, with reasons")
        .access(Access::Workspace(Action::ReadPlan))
        .ranged()
        .as_of()
        .query::<CandidatesQuery>()
        .ok::<report::CandidatesReport>()
        .file(TABLES)
        .refuses(&[Class::Invalid]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let asked = input.query.clone();
        let as_of = input.as_of;
        let format = format(asked.format, &input);
        let question: AskCandidates = match asked.assignment_id {
            Some(id) => {
                let until = input.range.to;
                Box::new(move |plan, today| {
                    let year = today.checked_add(jiff::Span::new().days(366)).unwrap_or(today);
                    report::candidates_for_assignment(plan, id, until.unwrap_or(year))
                })
            }
            None => {
                let query = candidate_query(input.range, asked)?;
                Box::new(move |plan, _| report::candidates(plan, &query))
            }
        };
        let clock = app.clone();
        let shaped = app
            .ask_plan(caller.workspace, as_of, move |plan| {
                let result = question(plan, clock.today_date(plan.settings())).map_err(fault)?;
                shape(&result, format, "candidates")
            })
            .await??;
        Ok(shaped.answer("candidates"))
    });
}

fn candidate_query(range: Range, asked: CandidatesQuery) -> Result<report::CandidateQuery, Problem> {
    let (from, to) = range.both()?;
    let effort = match (asked.minutes_per_day, asked.minutes) {
        (Some(minutes_per_day), None) => Some(Effort::HoursPerDay { minutes_per_day }),
        (None, Some(minutes)) => Some(Effort::Total { minutes }),
        (None, None) => None,
        (Some(_), Some(_)) => {
            return Err(Problem::invalid_field("?minutes", "malformed", "Give minutes or minutesPerDay, not both."));
        }
    };
    if let Some(effort) = &effort {
        valid(effort, |pointer| pointer.replacen('/', "?", 1))?;
    }
    Ok(report::CandidateQuery {
        from,
        to,
        effort,
        role_id: asked.role_id,
        skills: asked.skill.iter().map(|text| skill_wanted(text)).collect::<Result<_, _>>()?,
        team_ids: asked.team_id,
        project_id: asked.project_id,
        include_tentative: asked.include_tentative,
        include_pending: false,
        limit: asked.limit.unwrap_or(0).min(200),
    })
}
