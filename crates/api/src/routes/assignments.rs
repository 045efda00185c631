//! Assignments: booking people, and every way of moving a booking.

use jiff::civil::Date;
use raally_application::App;
use raally_application::bookings::{CopyTo, Repeat};
use raally_domain::access::Action;
use raally_domain::event::AssignmentEvent;
use raally_domain::ids::{PersonId, PhaseId, ProjectId, RoleId};
use raally_domain::model::{Assignment, AssignmentDetails, ClashPolicy, Commitment, Effort};
use raally_domain::rules::{ClashCheck, day_of};
use raally_storage::{Op, OrderBy, Query};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::convert::{answer, caller, collection};
use super::resource::{DeletedQuery, Filters, ListQuery, Patch, add_reading, add_removing, words};
use crate::answer::Answer;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Class;

pub(super) const EDIT: Access = Access::Workspace(Action::EditAssignments);

macro_rules! item {
    ($action:literal) => {
        concat!("/api/v1/workspaces/{workspaceId}/assignments/{assignmentId}/", $action)
    };
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AssignmentQuery {
    /// Of this person only.
    person_id: Option<PersonId>,
    /// On this project only.
    project_id: Option<ProjectId>,
    /// In this role only.
    role_id: Option<RoleId>,
    /// Confirmed or tentative only.
    commitment: Option<Commitment>,
    /// Not over before this day.
    from: Option<Date>,
    /// Begun by this day.
    to: Option<Date>,
    /// Deleted ones: left out, alone, or with the others.
    deleted: Option<DeletedQuery>,
    /// Only what changed after this instant, deleted ones included.
    updated_since: Option<jiff::Timestamp>,
}

impl Filters for AssignmentQuery {
    fn list(&self) -> ListQuery {
        ListQuery { q: None, deleted: self.deleted, updated_since: self.updated_since }
    }
    fn apply(&self, mut query: Query) -> Query {
        for (column, id) in [
            ("person_id", self.person_id.map(|id| id.0)),
            ("project_id", self.project_id.map(|id| id.0)),
            ("role_id", self.role_id.map(|id| id.0)),
        ] {
            if let Some(id) = id {
                query = query.filter(column, Op::Eq, id);
            }
        }
        if let Some(commitment) = self.commitment {
            query = query.filter("tentative", Op::Eq, commitment == Commitment::Tentative);
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

/// What happens when the booking makes somebody overbooked.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OnClash {
    /// Absent = the workspace's policy.
    on_clash: Option<ClashPolicy>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SplitBody {
    /// First day of the second part.
    on: Date,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MoveBody {
    /// Whole days; negative = earlier.
    days: i32,
}

/// A booking to look at, without saving it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CheckBody {
    /// The assignment that it would replace.
    #[serde(default)]
    id: Option<Uuid>,
    /// Who.
    person_id: PersonId,
    /// On what.
    project_id: ProjectId,
    /// In which phase.
    #[serde(default)]
    phase_id: Option<PhaseId>,
    /// As what.
    #[serde(default)]
    role_id: Option<RoleId>,
    /// First day.
    starts_on: Date,
    /// Last day, inclusive; absent = open.
    #[serde(default)]
    ends_on: Option<Date>,
    /// How much work.
    effort: Effort,
    /// Confirmed or tentative.
    #[serde(default)]
    commitment: Commitment,
    /// Free text.
    #[serde(default)]
    note: Option<String>,
    /// Key in another system.
    #[serde(default)]
    external_id: Option<String>,
}

impl CheckBody {
    /// Not by `flatten`: faults would lose their pointers.
    fn split(self) -> (Option<Uuid>, AssignmentDetails) {
        let Self {
            id,
            person_id,
            project_id,
            phase_id,
            role_id,
            starts_on,
            ends_on,
            effort,
            commitment,
            note,
            external_id,
        } = self;
        let details = AssignmentDetails {
            person_id,
            project_id,
            phase_id,
            role_id,
            starts_on,
            ends_on,
            effort,
            commitment,
            note,
            external_id,
        };
        (id, details)
    }
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let words = words!("assignments", "assignment", "assignmentId", "Assignments", "assignments", "assignment");
    add_reading::<Assignment, AssignmentQuery>(ops, words, OrderBy::Id, Action::ReadPlan);
    let operation = Operation::post(words.many)
        .id("create_assignment")
        .tag("Assignments")
        .summary("Book somebody; a clash is refused, saved as tentative or allowed")
        .access(EDIT)
        .idempotent()
        .body::<AssignmentDetails>()
        .query::<OnClash>()
        .created_document::<Assignment>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let collection = collection(&input);
        Ok(answer(app.book(&caller, input.body, input.query.on_clash).await?, &collection))
    });
    let operation = Operation::patch(words.one)
        .id("change_assignment")
        .tag("Assignments")
        .summary("Change the given fields (RFC 7396 merge patch): move, resize, reassign")
        .access(EDIT)
        .body::<Patch<AssignmentDetails>>()
        .query::<OnClash>()
        .ok_document::<Assignment>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        Ok(answer(app.change_booking(&caller, id, version, input.body.0, input.query.on_clash).await?, ""))
    });
    add_removing::<Assignment>(ops, words, Action::EditAssignments);
    add_commitment(ops);
    add_copies(ops);
    add_check(ops);
}

fn action(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation::post(path).id(id).tag("Assignments").summary(summary).access(EDIT).if_match().idempotent()
}

fn add_commitment(ops: &mut Operations<App>) {
    let operation = action(item!("confirm"), "confirm_assignment", "Promise a tentative assignment")
        .query::<OnClash>()
        .ok_document::<Assignment>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        Ok(answer(app.confirm_assignment(&caller, id, version, input.query.on_clash).await?, ""))
    });
    let operation =
        action(item!("make-tentative"), "make_assignment_tentative", "Take a promise back").ok_document::<Assignment>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        let wanted = vec![AssignmentEvent::MadeTentative];
        Ok(answer(app.record::<Assignment>(&caller, id, version, wanted).await?, ""))
    });
    let operation = action(item!("restore"), "restore_assignment", "Bring a removed assignment back")
        .query::<OnClash>()
        .ok_document::<Assignment>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        Ok(answer(app.restore_assignment(&caller, id, version, input.query.on_clash).await?, ""))
    });
}

fn add_copies(ops: &mut Operations<App>) {
    let operation = action(item!("split"), "split_assignment", "Cut in two; answers both parts")
        .body::<SplitBody>()
        .ok::<Vec<crate::Document<Assignment>>>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        Ok(answer(app.split_assignment(&caller, id, version, input.body.on).await?, ""))
    });
    let operation = action(item!("repeat"), "repeat_assignment", "Make copies at regular distances, all or none")
        .body::<Repeat>()
        .query::<OnClash>()
        .created::<Vec<crate::Document<Assignment>>>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        let repeated = app.repeat_assignment(&caller, id, version, input.body, input.query.on_clash).await?;
        Ok(Answer::created(parent(&input), repeated.body))
    });
    let operation = action(item!("copy"), "copy_assignment", "Copy, to somebody else or another day if wanted")
        .body::<CopyTo>()
        .query::<OnClash>()
        .created_document::<Assignment>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        let collection = parent(&input);
        let copied = app.copy_assignment(&caller, id, version, input.body, input.query.on_clash).await?;
        Ok(answer(copied, &collection))
    });
    let operation = action(item!("move"), "move_assignment", "Move by whole days")
        .body::<MoveBody>()
        .query::<OnClash>()
        .ok_document::<Assignment>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id("assignmentId")?, input.version()?);
        Ok(answer(app.move_assignment(&caller, id, version, input.body.days, input.query.on_clash).await?, ""))
    });
}

/// The collection above `/{id}/{action}`.
fn parent<B, Q>(input: &Input<B, Q>) -> String {
    let path = input.uri().path();
    path.rsplitn(3, '/').last().unwrap_or(path).to_owned()
}

fn add_check(ops: &mut Operations<App>) {
    let operation = Operation::post("/api/v1/workspaces/{workspaceId}/assignments/check")
        .id("check_assignment")
        .tag("Assignments")
        .summary("Every clash that a booking would make; nothing is saved")
        .access(Access::Workspace(Action::ReadPlan))
        .body::<CheckBody>()
        .ok::<ClashCheck>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, assignment) = input.body.split();
        Answer::value(&app.check_booking(&caller, id, assignment).await?)
    });
}
