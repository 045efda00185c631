//! People and the effective-dated history of each.

use jiff::civil::Date;
use raally_application::App;
use raally_domain::access::Action;
use raally_domain::event::{From as FromDate, Named, PersonEvent};
use raally_domain::ids::{PersonId, RoleId, SkillId, TeamId, UserId};
use raally_domain::model::{
    Availability, JobTitle, Person, PersonDetails, PersonKind, PersonSkill, Schedule, WorkingTime,
};
use raally_storage::{Op, OrderBy, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::date;
use super::convert::{answer, caller, collection};
use super::resource::{
    DeletedQuery, Filters, ListQuery, add_changing, add_reading, add_removing, add_restoring, words,
};
use crate::answer::Answer;
use crate::context::Ctx;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

pub(super) const EDIT: Access = Access::Workspace(Action::EditPeople);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PeopleQuery {
    /// Part of the name, in any case.
    q: Option<String>,
    /// People or placeholders only.
    kind: Option<PersonKind>,
    /// Deleted ones: left out, alone, or with the others.
    deleted: Option<DeletedQuery>,
    /// Only what changed after this instant, deleted ones included.
    updated_since: Option<jiff::Timestamp>,
}

impl Filters for PeopleQuery {
    fn list(&self) -> ListQuery {
        ListQuery { q: self.q.clone(), deleted: self.deleted, updated_since: self.updated_since }
    }
    fn apply(&self, query: Query) -> Query {
        match self.kind {
            Some(kind) => query.filter("placeholder", Op::Eq, kind == PersonKind::Placeholder),
            None => query,
        }
    }
}

/// A new person, with weekly hours at once if wanted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewPerson {
    /// Shown to people.
    name: String,
    /// Mail address.
    #[serde(default)]
    email: Option<String>,
    /// A person, or the open demand for one.
    #[serde(default)]
    kind: PersonKind,
    /// Plans as.
    #[serde(default)]
    role_id: Option<RoleId>,
    /// Belongs to.
    #[serde(default)]
    team_ids: Vec<TeamId>,
    /// The login of a member who is this person.
    #[serde(default)]
    user_id: Option<UserId>,
    /// Region of public holidays; absent = the workspace's.
    #[serde(default)]
    holiday_region: Option<String>,
    /// First day in the company.
    #[serde(default)]
    starts_on: Option<Date>,
    /// Last day in the company.
    #[serde(default)]
    ends_on: Option<Date>,
    /// Free text.
    #[serde(default)]
    notes: Option<String>,
    /// Key in another system.
    #[serde(default)]
    external_id: Option<String>,
    /// Makes a Monday–Friday schedule of a fifth each.
    #[serde(default)]
    weekly_minutes: Option<i64>,
}

/// Minutes of a week.
const WEEK_MINUTES: i64 = 7 * 1_440;

impl NewPerson {
    /// Not by `flatten`: faults would lose their pointers.
    fn split(self) -> Result<(PersonDetails, Option<i64>), Problem> {
        let Self {
            name,
            email,
            kind,
            role_id,
            team_ids,
            user_id,
            holiday_region,
            starts_on,
            ends_on,
            notes,
            external_id,
            weekly_minutes,
        } = self;
        if weekly_minutes.is_some_and(|minutes| !(0..=WEEK_MINUTES).contains(&minutes)) {
            let detail = format!("This must be between 0 and {WEEK_MINUTES}.");
            return Err(Problem::invalid_field("/weeklyMinutes", "out-of-range", detail));
        }
        let details = PersonDetails {
            name,
            email,
            kind,
            role_id,
            team_ids,
            user_id,
            holiday_region,
            starts_on,
            ends_on,
            notes,
            external_id,
        };
        Ok((details, weekly_minutes))
    }
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let words = words!("people", "person", "personId", "People", "people", "person");
    add_reading::<Person, PeopleQuery>(ops, words, OrderBy::SortKey, Action::ReadPlan);
    let operation = Operation::post(words.many)
        .id("create_person")
        .tag("People")
        .summary("Add a person or a placeholder")
        .access(EDIT)
        .idempotent()
        .body::<NewPerson>()
        .created_document::<Person>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let collection = collection(&input);
        let (details, weekly_minutes) = input.body.split()?;
        Ok(answer(app.add_person(&caller, details, weekly_minutes).await?, &collection))
    });
    add_changing::<Person>(ops, words, Action::EditPeople);
    add_removing::<Person>(ops, words, Action::EditPeople);
    add_restoring::<Person>(
        ops,
        words,
        "/api/v1/workspaces/{workspaceId}/people/{personId}/restore",
        Action::EditPeople,
    );
    add_titles(ops);
    add_schedules(ops);
    add_availability(ops);
    add_skills(ops);
}

/// Records facts of the person in the path.
pub(super) async fn record<B, Q>(
    app: App,
    ctx: Ctx,
    input: Input<B, Q>,
    wanted: Vec<PersonEvent>,
) -> Result<Answer, Problem> {
    let caller = caller(&ctx, &input)?;
    let (id, version) = (input.id("personId")?, input.version()?);
    Ok(answer(app.record::<Person>(&caller, id, version, wanted).await?, ""))
}

/// Lists one part of a person's document.
async fn part<T: Serialize>(
    app: App,
    ctx: Ctx,
    input: Input,
    pick: impl FnOnce(Person) -> Vec<T>,
) -> Result<Answer, Problem> {
    let caller = caller(&ctx, &input)?;
    let (version, person) = app.person(&caller, PersonId(input.id("personId")?), input.as_of).await?;
    Ok(Answer::value(&Items { items: pick(person) })?.version(version))
}

/// A short list, whole.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Items")]
pub(crate) struct Items<T> {
    /// All of them.
    pub items: Vec<T>,
}

macro_rules! dated {
    ($ops:ident, $path:literal, $type:ty, $body:ty, $pick:expr, $set:ident, $clear:ident, $make:expr,
     $list_id:literal, $set_id:literal, $clear_id:literal, $what:literal) => {
        let all = concat!("/api/v1/workspaces/{workspaceId}/people/{personId}/", $path);
        let one = concat!("/api/v1/workspaces/{workspaceId}/people/{personId}/", $path, "/{validFrom}");
        let operation = Operation::get(all)
            .id($list_id)
            .tag("People")
            .summary(concat!("The person's ", $what, ", by date"))
            .access(Access::Workspace(Action::ReadPlan))
            .as_of()
            .ok::<Items<$type>>();
        $ops.add(operation, |app: App, ctx, input| part(app, ctx, input, $pick));
        let operation = Operation::put(one)
            .id($set_id)
            .tag("People")
            .summary(concat!("Set the ", $what, " from a date on"))
            .access(EDIT)
            .body::<$body>()
            .ok_document::<Person>();
        $ops.add(operation, |app: App, ctx, input| async move {
            let valid_from = date(input.segment("validFrom")?)?;
            let make: fn(jiff::civil::Date, &$body) -> $type = $make;
            let wanted = vec![PersonEvent::$set(make(valid_from, &input.body))];
            record(app, ctx, input, wanted).await
        });
        let operation = Operation::delete(one)
            .id($clear_id)
            .tag("People")
            .summary(concat!("Take the ", $what, " of a date back"))
            .access(EDIT)
            .ok_document::<Person>();
        $ops.add(operation, |app: App, ctx, input: Input| async move {
            let valid_from = date(input.segment("validFrom")?)?;
            record(app, ctx, input, vec![PersonEvent::$clear(FromDate { valid_from })]).await
        });
    };
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JobTitleBody {
    /// "Senior developer".
    title: String,
    /// The role that this title plans as.
    #[serde(default)]
    role_id: Option<RoleId>,
}

fn add_titles(ops: &mut Operations<App>) {
    dated!(
        ops,
        "job-titles",
        JobTitle,
        JobTitleBody,
        |person| person.job_titles,
        JobTitleSet,
        JobTitleCleared,
        |valid_from, body| JobTitle { valid_from, title: body.title.clone(), role_id: body.role_id },
        "list_job_titles",
        "set_job_title",
        "clear_job_title",
        "job title"
    );
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ScheduleBody {
    /// Of a calendar of the workspace, or given here.
    working_time: WorkingTime,
}

fn add_schedules(ops: &mut Operations<App>) {
    dated!(
        ops,
        "schedules",
        Schedule,
        ScheduleBody,
        |person| person.schedules,
        ScheduleSet,
        ScheduleCleared,
        |valid_from, body| Schedule { valid_from, working_time: body.working_time.clone() },
        "list_schedules",
        "set_schedule",
        "clear_schedule",
        "working time"
    );
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AvailabilityBody {
    /// 10,000 = 100 %.
    basis_points: i64,
}

fn add_availability(ops: &mut Operations<App>) {
    dated!(
        ops,
        "availability",
        Availability,
        AvailabilityBody,
        |person| person.availability,
        AvailabilitySet,
        AvailabilityCleared,
        |valid_from, body| Availability { valid_from, basis_points: body.basis_points },
        "list_availability",
        "set_availability",
        "clear_availability",
        "availability"
    );
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SkillBody {
    /// 1 (beginner) to 5 (expert).
    level: i64,
}

fn add_skills(ops: &mut Operations<App>) {
    const ALL: &str = "/api/v1/workspaces/{workspaceId}/people/{personId}/skills";
    const ONE: &str = "/api/v1/workspaces/{workspaceId}/people/{personId}/skills/{skillId}";
    let operation = Operation::get(ALL)
        .id("list_person_skills")
        .tag("People")
        .summary("The person's skills")
        .access(Access::Workspace(Action::ReadPlan))
        .as_of()
        .ok::<Items<PersonSkill>>();
    ops.add(operation, |app: App, ctx, input| part(app, ctx, input, |person| person.skills));
    let operation = Operation::put(ONE)
        .id("set_person_skill")
        .tag("People")
        .summary("Set the level of a skill")
        .access(EDIT)
        .body::<SkillBody>()
        .ok_document::<Person>();
    ops.add(operation, |app: App, ctx, input| async move {
        let skill = PersonSkill { skill_id: SkillId(input.id("skillId")?), level: input.body.level };
        record(app, ctx, input, vec![PersonEvent::SkillSet(skill)]).await
    });
    let operation = Operation::delete(ONE)
        .id("clear_person_skill")
        .tag("People")
        .summary("Take a skill away")
        .access(EDIT)
        .ok_document::<Person>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let id = SkillId(input.id("skillId")?);
        record(app, ctx, input, vec![PersonEvent::SkillCleared(Named { id })]).await
    });
}
