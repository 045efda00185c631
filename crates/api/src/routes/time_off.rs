//! Time off: asked for, approved, and what it breaks.

use jiff::civil::Date;
use raally_application::App;
use raally_application::absences::Broken;
use raally_domain::access::Action;
use raally_domain::event::TimeOffEvent;
use raally_domain::ids::PersonId;
use raally_domain::model::{TimeOff, TimeOffDetails, TimeOffStatus};
use raally_domain::rules::day_of;
use raally_storage::{Op, OrderBy, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::convert::{answer, caller};
use super::people::Items;
use super::resource::{DeletedQuery, Filters, ListQuery, Patch, add_creating, add_reading, add_removing, list, words};
use crate::answer::Answer;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TimeOffQuery {
    /// Of this person only.
    person_id: Option<PersonId>,
    /// Of this status only.
    status: Option<TimeOffStatus>,
    /// Not over before this day.
    from: Option<Date>,
    /// Begun by this day.
    to: Option<Date>,
    /// Deleted ones: left out, alone, or with the others.
    deleted: Option<DeletedQuery>,
    /// Only what changed after this instant, deleted ones included.
    updated_since: Option<jiff::Timestamp>,
}

impl Filters for TimeOffQuery {
    fn list(&self) -> ListQuery {
        ListQuery { q: None, deleted: self.deleted, updated_since: self.updated_since }
    }
    fn apply(&self, mut query: Query) -> Query {
        if let Some(person) = self.person_id {
            query = query.filter("person_id", Op::Eq, person.0);
        }
        if let Some(status) = self.status {
            let name = match status {
                TimeOffStatus::Pending => "pending",
                TimeOffStatus::Approved => "approved",
                TimeOffStatus::Rejected => "rejected",
            };
            query = query.filter("status", Op::Eq, name);
        }
        if let Some(from) = self.from {
            query = query.filter("ends_on", Op::Ge, day_of(from));
        }
        if let Some(to) = self.to {
            query = query.filter("starts_on", Op::Le, day_of(to));
        }
        query
    }
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let words = words!("time-off", "time-off", "timeOffId", "Time off", "time_off", "time_off_entry");
    let order = OrderBy::Column("starts_on");
    add_reading::<TimeOff, TimeOffQuery>(ops, words, order, Action::ReadPlan);
    add_creating::<TimeOff>(ops, words, Action::RequestTimeOff);
    let operation = Operation::patch(words.one)
        .id(words.change)
        .tag(words.tag)
        .summary("Change the given fields (RFC 7396 merge patch); one's own waits for approval again")
        .access(Access::Workspace(Action::RequestTimeOff))
        .body::<Patch<TimeOffDetails>>()
        .ok_document::<TimeOff>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("timeOffId")?, input.version()?);
        Ok(answer(app.change_time_off(&caller, id, version, input.body.0).await?, ""))
    });
    add_removing::<TimeOff>(ops, words, Action::RequestTimeOff);
    let operation = Operation::post("/api/v1/workspaces/{workspaceId}/time-off/{timeOffId}/restore")
        .id(words.restore)
        .tag(words.tag)
        .summary("Bring a removed one back; one's own waits for approval again")
        .access(Access::Workspace(Action::RequestTimeOff))
        .if_match()
        .idempotent()
        .ok_document::<TimeOff>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("timeOffId")?, input.version()?);
        Ok(answer(app.restore_time_off(&caller, id, version).await?, ""))
    });
    add_answers(ops);
    add_views(ops, order);
}

fn add_views(ops: &mut Operations<App>, order: OrderBy) {
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/people/{personId}/time-off")
        .id("list_time_off_of_person")
        .tag("Time off")
        .summary("One person's time off")
        .access(Access::Workspace(Action::ReadPlan))
        .page_of::<crate::Document<TimeOff>>();
    ops.add(operation, move |app: App, ctx, input: Input| async move {
        let query = TimeOffQuery { person_id: Some(input.id("personId")?), ..TimeOffQuery::default() };
        let input = input.with_query(query);
        list::<TimeOff, TimeOffQuery>(app, ctx, input, order, "list_time_off_of_person").await
    });
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/time-off/{timeOffId}/conflicts")
        .id("list_time_off_conflicts")
        .tag("Time off")
        .summary("The assignments that it breaks, with their minutes on its days")
        .access(Access::Workspace(Action::ReadPlan))
        .ok::<Items<Broken>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        Answer::value(&Items { items: app.broken_by(&caller, input.id("timeOffId")?).await? })
    });
}

/// What becomes of a request.
fn add_answers(ops: &mut Operations<App>) {
    for (path, id, summary, event) in [
        (
            "/api/v1/workspaces/{workspaceId}/time-off/{timeOffId}/approve",
            "approve_time_off",
            "Approve it",
            TimeOffEvent::Approved,
        ),
        (
            "/api/v1/workspaces/{workspaceId}/time-off/{timeOffId}/reject",
            "reject_time_off",
            "Reject it",
            TimeOffEvent::Rejected,
        ),
        (
            "/api/v1/workspaces/{workspaceId}/time-off/{timeOffId}/reopen",
            "reopen_time_off",
            "Let it wait for approval again",
            TimeOffEvent::Reopened,
        ),
    ] {
        let operation = Operation::post(path)
            .id(id)
            .tag("Time off")
            .summary(summary)
            .access(Access::Workspace(Action::ApproveTimeOff))
            .if_match()
            .idempotent()
            .ok_document::<TimeOff>();
        ops.add(operation, move |app: App, ctx, input: Input| {
            let event = event.clone();
            async move {
                let caller = caller(&ctx, &input)?;
                let (id, version) = (input.id("timeOffId")?, input.version()?);
                Ok(answer(app.record::<TimeOff>(&caller, id, version, vec![event]).await?, ""))
            }
        });
    }
}
