//! Schedule, dashboard and reports: questions to the plan, answered as JSON, CSV or XLSX.

mod filter;

use jiff::civil::Date;
use raally_application::App;
use raally_application::reports::{FileKind, write_table};
use raally_domain::access::Action;
use raally_domain::plan::Plan;
use raally_domain::report::{self, ReportFault, ReportQuery, Tabular, UtilisationBy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::filter::{ByFilter, Filter, PlainFilter};
use super::convert::caller;
use crate::answer::{Answer, JSON};
use crate::context::Ctx;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::{Class, Problem};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What a report may be answered as, besides JSON.
pub(super) const TABLES: &[&str] = &["text/csv", XLSX];

/// How a report is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// Whole.
    #[default]
    Json,
    /// A table, formulas neutralised.
    Csv,
    /// A table as a spreadsheet.
    Xlsx,
}

/// The format asked for: by the parameter, else by the first media type of `Accept` that is one of ours.
pub(super) fn format<B, Q>(asked: Option<Format>, input: &Input<B, Q>) -> Format {
    let accepted = || {
        input.header("accept")?.split(',').find_map(|part| match part.split(';').next().unwrap_or("").trim() {
            "application/json" | "*/*" => Some(Format::Json),
            "text/csv" => Some(Format::Csv),
            XLSX => Some(Format::Xlsx),
            _ => None,
        })
    };
    asked.or_else(accepted).unwrap_or_default()
}

pub(super) fn fault(fault: ReportFault) -> Problem {
    match fault {
        ReportFault::NoSuchAssignment => Problem::not_found(),
        ReportFault::EndBeforeStart => Problem::invalid_field("?to", "range-reversed", "to must not be before from."),
        ReportFault::RangeTooLong { .. } => Problem::invalid_field("?to", "range-too-long", fault.to_string()),
        ReportFault::TooManyCells { .. } => Problem::invalid_field("?grain", "too-many-cells", fault.to_string()),
    }
}

/// What a report answers: its JSON, or its table.
pub(super) fn shape<R: Serialize + Tabular>(result: &R, format: Format, name: &str) -> Result<Shaped, Problem> {
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error.to_string());
    Ok(match format {
        Format::Json => Shaped::Json(result.json().map_err(|error| bug(&error))?),
        Format::Csv => {
            Shaped::File(FileKind::Csv, write_table(result, name, FileKind::Csv).map_err(|error| bug(&error))?)
        }
        Format::Xlsx => {
            Shaped::File(FileKind::Xlsx, write_table(result, name, FileKind::Xlsx).map_err(|error| bug(&error))?)
        }
    })
}

pub(super) enum Shaped {
    Json(Vec<u8>),
    File(FileKind, Vec<u8>),
}

impl Shaped {
    pub(super) fn answer(self, name: &str) -> Answer {
        match self {
            Self::Json(bytes) => Answer::json(bytes),
            Self::File(kind, bytes) => Answer::file(kind.media_type(), format!("{name}.{}", kind.extension()), bytes),
        }
    }
}

/// Asks the plan on a blocking thread and shapes the answer there too.
async fn ask<B, Q, R>(
    app: App,
    ctx: &Ctx,
    input: &Input<B, Q>,
    (query, format): (ReportQuery, Format),
    name: &'static str,
    question: impl FnOnce(&Plan, &ReportQuery, Date) -> Result<R, ReportFault> + Send + 'static,
) -> Result<Answer, Problem>
where
    R: Serialize + Tabular + 'static,
{
    let caller = caller(ctx, input)?;
    let as_of = input.as_of;
    let clock = app.clone();
    let shaped = app
        .ask_plan(caller.workspace, as_of, move |plan| {
            let today = clock.today_date(plan.settings());
            let result = question(plan, &query, today).map_err(fault)?;
            shape(&result, format, name)
        })
        .await??;
    Ok(shaped.answer(name))
}

macro_rules! report {
    ($ops:ident, $path:literal, $id:literal, $name:literal, $summary:literal, $type:ty, $question:expr) => {
        let operation = Operation::get(concat!("/api/v1/workspaces/{workspaceId}/", $path))
            .id($id)
            .tag("Reports")
            .summary($summary)
            .access(Access::Workspace(Action::ReadPlan))
            .ranged()
            .as_of()
            .query::<Filter>()
            .ok::<$type>()
            .file(TABLES)
            .refuses(&[Class::Invalid]);
        $ops.add(operation, |app: App, ctx, input: Input<(), Filter>| async move {
            let asked = (input.query.of(input.range)?, format(input.query.format, &input));
            ask(app, &ctx, &input, asked, $name, $question).await
        });
    };
}

pub(crate) fn add(ops: &mut Operations<App>) {
    report!(
        ops,
        "schedule",
        "get_schedule",
        "schedule",
        "Time-phased rows per person, with their assignments",
        report::ScheduleReport,
        |plan, query, _| report::schedule(plan, query)
    );
    report!(
        ops,
        "schedule/projects",
        "get_project_schedule",
        "project-schedule",
        "Time-phased rows per project",
        report::ProjectScheduleReport,
        |plan, query, _| report::project_schedule(plan, query)
    );
    add_lists(ops);
    add_dashboard(ops);
    add_utilisation(ops);
    add_budget(ops);
}

fn add_lists(ops: &mut Operations<App>) {
    report!(
        ops,
        "reports/hours",
        "report_hours",
        "hours",
        "Hours used against available",
        report::HoursReport,
        |plan, query, _| report::hours(plan, query)
    );
    report!(
        ops,
        "reports/people-per-role",
        "report_people_per_role",
        "people-per-role",
        "People per role",
        report::RolesReport,
        |plan, query, _| report::roles(plan, query)
    );
    report!(
        ops,
        "reports/idleness-per-role",
        "report_idleness_per_role",
        "idleness-per-role",
        "Idleness per role",
        report::RolesReport,
        |plan, query, _| report::roles(plan, query)
    );
    report!(
        ops,
        "reports/availability",
        "report_availability",
        "availability",
        "Busy, partly idle and idle people",
        report::OccupancyReport,
        |plan, query, _| report::occupancy(plan, query)
    );
    report!(
        ops,
        "reports/demand",
        "report_demand",
        "demand",
        "Demand of placeholders",
        report::DemandReport,
        report::demand
    );
    report!(
        ops,
        "reports/overbooking",
        "report_overbooking",
        "overbooking",
        "Overbooked people, days and weeks",
        report::OverbookingReport,
        |plan, query, _| report::overbooking(plan, query)
    );
}

fn add_dashboard(ops: &mut Operations<App>) {
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/dashboard")
        .id("get_dashboard")
        .tag("Reports")
        .summary("The headline figures of a range")
        .access(Access::Workspace(Action::ReadPlan))
        .ranged()
        .as_of()
        .query::<PlainFilter>()
        .ok::<report::Dashboard>()
        .refuses(&[Class::Invalid]);
    ops.add(operation, |app: App, ctx, input: Input<(), PlainFilter>| async move {
        let caller = caller(&ctx, &input)?;
        let query = input.query.of(input.range)?;
        let as_of = input.as_of;
        let clock = app.clone();
        let json = app
            .ask_plan(caller.workspace, as_of, move |plan| {
                let today = clock.today_date(plan.settings());
                let dashboard = report::dashboard(plan, &query, today).map_err(fault)?;
                serde_json::to_vec(&dashboard).map_err(|error| Problem::bug(&error))
            })
            .await??;
        Ok(Answer::whole(JSON, json))
    });
}

fn add_utilisation(ops: &mut Operations<App>) {
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/reports/utilisation")
        .id("report_utilisation")
        .tag("Reports")
        .summary("Utilisation by person, team, role, project, client or workspace")
        .access(Access::Workspace(Action::ReadPlan))
        .ranged()
        .as_of()
        .query::<ByFilter>()
        .ok::<report::UtilisationReport>()
        .file(TABLES)
        .refuses(&[Class::Invalid]);
    ops.add(operation, |app: App, ctx, input: Input<(), ByFilter>| async move {
        let by = input.query.by.unwrap_or(UtilisationBy::Person);
        let asked = (input.query.of(input.range)?, format(input.query.format, &input));
        ask(app, &ctx, &input, asked, "utilisation", move |plan, query, _| report::utilisation(plan, query, by)).await
    });
}

fn add_budget(ops: &mut Operations<App>) {
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/reports/budget")
        .id("report_budget")
        .tag("Reports")
        .summary("Cost and bill against budget; costs only for those who see pay, own projects for project managers")
        .access(Access::Workspace(Action::ReadMoney))
        .ranged()
        .as_of()
        .query::<Filter>()
        .ok::<report::CostReport>()
        .file(TABLES)
        .refuses(&[Class::Invalid]);
    ops.add(operation, |app: App, ctx, input: Input<(), Filter>| async move {
        let caller = caller(&ctx, &input)?;
        let mut query = input.query.of(input.range)?;
        if ctx.grant == raally_domain::access::Grant::Own {
            let own = app.own_projects(&caller).await?;
            let all = query.project_ids.is_empty();
            query.project_ids.retain(|id| own.contains(id));
            if all && !own.is_empty() {
                query.project_ids = own;
            } else if query.project_ids.is_empty() {
                return Err(
                    Problem::new(Class::Denied, "You may see the budgets of your own projects only.").code("not-yours")
                );
            }
        }
        let sees_pay = caller.sees_pay();
        let asked = (query, format(input.query.format, &input));
        ask(app, &ctx, &input, asked, "budget", move |plan, query, today| {
            let full = report::cost(plan, query, today)?;
            Ok(if sees_pay { full } else { full.without_pay() })
        })
        .await
    });
}
