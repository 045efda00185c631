//! Projects with phases, milestones, budget and rate card.

use jiff::civil::Date;
use raally_application::App;
use raally_domain::access::Action;
use raally_domain::event::{Named, ProjectEvent};
use raally_domain::ids::{ClientId, MilestoneId, PhaseId, RateId};
use raally_domain::model::{Budget, Milestone, Money, Phase, Project, ProjectMoney, ProjectRate, RateScope};
use raally_storage::{Op, OrderBy, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::convert::{answer, caller, collection};
use super::people::Items;
use super::resource::{
    DeletedQuery, Filters, ListQuery, Patch, add_changing, add_reading, add_removing, add_restoring, words,
};
use crate::answer::Answer;
use crate::context::Ctx;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

const EDIT: Access = Access::Workspace(Action::EditProjects);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ProjectQuery {
    /// Part of the name, in any case.
    q: Option<String>,
    /// With exactly this code.
    code: Option<String>,
    /// For this client only.
    client_id: Option<ClientId>,
    /// Deleted ones: left out, alone, or with the others.
    deleted: Option<DeletedQuery>,
    /// Only what changed after this instant, deleted ones included.
    updated_since: Option<jiff::Timestamp>,
}

impl Filters for ProjectQuery {
    fn list(&self) -> ListQuery {
        ListQuery { q: self.q.clone(), deleted: self.deleted, updated_since: self.updated_since }
    }
    fn apply(&self, mut query: Query) -> Query {
        if let Some(code) = &self.code {
            query = query.filter("code", Op::Eq, code.clone());
        }
        if let Some(client) = self.client_id {
            query = query.filter("client_id", Op::Eq, client.0);
        }
        query
    }
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let words = words!("projects", "project", "projectId", "Projects", "projects", "project");
    add_reading::<Project, ProjectQuery>(ops, words, OrderBy::SortKey, Action::ReadPlan);
    let operation = Operation::post(words.many)
        .id("create_project")
        .tag("Projects")
        .summary("Add a project; a project manager becomes its manager")
        .access(EDIT)
        .idempotent()
        .body::<raally_domain::model::ProjectDetails>()
        .created_document::<Project>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let collection = collection(&input);
        Ok(answer(app.add_project(&caller, input.body).await?, &collection))
    });
    add_changing::<Project>(ops, words, Action::EditProjects);
    add_removing::<Project>(ops, words, Action::EditProjects);
    add_restoring::<Project>(
        ops,
        words,
        "/api/v1/workspaces/{workspaceId}/projects/{projectId}/restore",
        Action::EditProjects,
    );
    add_phases(ops);
    add_milestones(ops);
    add_money(ops);
}

async fn record<B, Q>(app: App, ctx: Ctx, input: Input<B, Q>, wanted: Vec<ProjectEvent>) -> Result<Answer, Problem> {
    let caller = caller(&ctx, &input)?;
    let (id, version) = (input.id("projectId")?, input.version()?);
    Ok(answer(app.record::<Project>(&caller, id, version, wanted).await?, ""))
}

/// A phase without its id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PhaseBody {
    /// Shown to people.
    name: String,
    /// First day.
    #[serde(default)]
    starts_on: Option<Date>,
    /// Last day, inclusive.
    #[serde(default)]
    ends_on: Option<Date>,
}

fn add_phases(ops: &mut Operations<App>) {
    const ALL: &str = "/api/v1/workspaces/{workspaceId}/projects/{projectId}/phases";
    const ONE: &str = "/api/v1/workspaces/{workspaceId}/projects/{projectId}/phases/{phaseId}";
    let operation = Operation::get(ALL)
        .id("list_phases")
        .tag("Projects")
        .summary("The project's phases")
        .access(Access::Workspace(Action::ReadPlan))
        .as_of()
        .ok::<Items<Phase>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let (version, project) = app.project(&caller, input.id("projectId")?, input.as_of).await?;
        Ok(Answer::value(&Items { items: project.phases })?.version(version))
    });
    let operation = Operation::post(ALL)
        .id("create_phase")
        .tag("Projects")
        .summary("Add a phase")
        .access(EDIT)
        .if_match()
        .idempotent()
        .body::<PhaseBody>()
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input| async move {
        let PhaseBody { name, starts_on, ends_on } = input.body.clone();
        let phase = Phase { id: app.mint().id(), name, starts_on, ends_on, external_id: None };
        record(app, ctx, input, vec![ProjectEvent::PhaseSet(phase)]).await
    });
    let operation = Operation::patch(ONE)
        .id("change_phase")
        .tag("Projects")
        .summary("Change the given fields of a phase")
        .access(EDIT)
        .body::<Patch<PhaseBody>>()
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let id: PhaseId = input.id("phaseId")?;
        let (_, project) = app.project(&caller, input.id("projectId")?, None).await?;
        let known = project.phases.into_iter().find(|phase| phase.id == id).ok_or_else(Problem::not_found)?;
        let phase: Phase = raally_application::managed::patch_value(&known, input.body.0.clone())?;
        record(app, ctx, input, vec![ProjectEvent::PhaseSet(Phase { id, ..phase })]).await
    });
    let operation = Operation::delete(ONE)
        .id("clear_phase")
        .tag("Projects")
        .summary("Take a phase away")
        .access(EDIT)
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let id = PhaseId(input.id("phaseId")?);
        record(app, ctx, input, vec![ProjectEvent::PhaseCleared(Named { id })]).await
    });
}

/// A milestone without its id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MilestoneBody {
    /// Shown to people.
    name: String,
    /// The day.
    on: Date,
    /// Reached.
    #[serde(default)]
    done: bool,
}

fn add_milestones(ops: &mut Operations<App>) {
    const ALL: &str = "/api/v1/workspaces/{workspaceId}/projects/{projectId}/milestones";
    const ONE: &str = "/api/v1/workspaces/{workspaceId}/projects/{projectId}/milestones/{milestoneId}";
    let operation = Operation::get(ALL)
        .id("list_milestones")
        .tag("Projects")
        .summary("The project's milestones")
        .access(Access::Workspace(Action::ReadPlan))
        .as_of()
        .ok::<Items<Milestone>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let (version, project) = app.project(&caller, input.id("projectId")?, input.as_of).await?;
        Ok(Answer::value(&Items { items: project.milestones })?.version(version))
    });
    let operation = Operation::post(ALL)
        .id("create_milestone")
        .tag("Projects")
        .summary("Add a milestone")
        .access(EDIT)
        .if_match()
        .idempotent()
        .body::<MilestoneBody>()
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input| async move {
        let MilestoneBody { name, on, done } = input.body.clone();
        let milestone = Milestone { id: app.mint().id(), name, on, done, external_id: None };
        record(app, ctx, input, vec![ProjectEvent::MilestoneSet(milestone)]).await
    });
    let operation = Operation::patch(ONE)
        .id("change_milestone")
        .tag("Projects")
        .summary("Change the given fields of a milestone")
        .access(EDIT)
        .body::<Patch<MilestoneBody>>()
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let id: MilestoneId = input.id("milestoneId")?;
        let (_, project) = app.project(&caller, input.id("projectId")?, None).await?;
        let known = project.milestones.into_iter().find(|one| one.id == id).ok_or_else(Problem::not_found)?;
        let milestone: Milestone = raally_application::managed::patch_value(&known, input.body.0.clone())?;
        record(app, ctx, input, vec![ProjectEvent::MilestoneSet(Milestone { id, ..milestone })]).await
    });
    let operation = Operation::delete(ONE)
        .id("clear_milestone")
        .tag("Projects")
        .summary("Take a milestone away")
        .access(EDIT)
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let id = MilestoneId(input.id("milestoneId")?);
        record(app, ctx, input, vec![ProjectEvent::MilestoneCleared(Named { id })]).await
    });
}

/// A line of the rate card without its id.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RateBody {
    /// Whom it is for.
    scope: RateScope,
    /// First day.
    valid_from: Date,
    /// Billed per hour.
    bill_per_hour: Money,
}

async fn money<Q>(app: App, ctx: Ctx, input: Input<(), Q>) -> Result<(i64, ProjectMoney), Problem> {
    let caller = caller(&ctx, &input)?;
    Ok(app.read_money::<Project>(&caller, input.id("projectId")?, input.as_of).await?)
}

fn add_money(ops: &mut Operations<App>) {
    const BUDGET: &str = "/api/v1/workspaces/{workspaceId}/projects/{projectId}/budget";
    const RATES: &str = "/api/v1/workspaces/{workspaceId}/projects/{projectId}/rates";
    const RATE: &str = "/api/v1/workspaces/{workspaceId}/projects/{projectId}/rates/{rateId}";
    let read = Access::Workspace(Action::ReadMoney);
    let edit = Access::Workspace(Action::EditMoney);
    let operation = Operation::get(BUDGET)
        .id("get_budget")
        .tag("Money")
        .summary("The project's budget")
        .access(read)
        .as_of()
        .ok::<Budget>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let (version, money) = money(app, ctx, input).await?;
        Ok(Answer::value(&money.budget)?.version(version))
    });
    let operation = Operation::put(BUDGET)
        .id("set_budget")
        .tag("Money")
        .summary("Set the project's budget")
        .access(edit)
        .body::<Budget>()
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input| async move {
        let wanted = vec![ProjectEvent::BudgetSet(input.body)];
        record(app, ctx, input, wanted).await
    });
    let operation = Operation::get(RATES)
        .id("list_rates")
        .tag("Money")
        .summary("The project's rate card")
        .access(read)
        .as_of()
        .ok::<Items<ProjectRate>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let (version, money) = money(app, ctx, input).await?;
        Ok(Answer::value(&Items { items: money.rates })?.version(version))
    });
    let operation = Operation::post(RATES)
        .id("create_rate")
        .tag("Money")
        .summary("Add a line to the rate card")
        .access(edit)
        .if_match()
        .idempotent()
        .body::<RateBody>()
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input| async move {
        let RateBody { scope, valid_from, bill_per_hour } = input.body;
        let rate = ProjectRate { id: app.mint().id(), scope, valid_from, bill_per_hour };
        record(app, ctx, input, vec![ProjectEvent::RateSet(rate)]).await
    });
    let operation = Operation::delete(RATE)
        .id("clear_rate")
        .tag("Money")
        .summary("Take a line off the rate card")
        .access(edit)
        .ok_document::<Project>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let id = RateId(input.id("rateId")?);
        record(app, ctx, input, vec![ProjectEvent::RateCleared(Named { id })]).await
    });
}
