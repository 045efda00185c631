//! Workspaces' plans in memory: built from the read tables, kept by position, thrown away when idle.
//!
//! Another process's commits are noticed because each use asks the database for the log's position first; only rows
//! that are newer than the plan are fetched. The plan as of an instant is folded from the log (`past.rs`).

use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use raally_domain::ids::{
    AssignmentId, CalendarId, ClientId, HolidayId, PersonId, ProjectId, RoleId, SkillId, TeamId, TimeOffId, WorkspaceId,
};
use raally_domain::kind::Kind;
use raally_domain::model::{
    Assignment, Calendar, Client, Holiday, Person, Project, Role, Skill, Team, TimeOff, Workspace,
};
use raally_domain::plan::Plan;
use raally_storage::{Deleted, OrderBy, Query, Record, Scope, Tx};
use uuid::Uuid;

use crate::app::App;
use crate::codec::from_parts;
use crate::failure::Failure;
use crate::replay::{Past, State};

/// Plans kept in memory at a time.
const PLANS_MAX: u64 = 64;
/// A plan that nobody asked for that long is dropped.
const IDLE_MAX: Duration = Duration::from_secs(600);

/// The kinds that a plan is made of; settings and calendars first.
pub(crate) const PLANNED: [Kind; 11] = [
    Kind::Workspace,
    Kind::Calendar,
    Kind::Holiday,
    Kind::Role,
    Kind::Skill,
    Kind::Team,
    Kind::Client,
    Kind::Person,
    Kind::Project,
    Kind::TimeOff,
    Kind::Assignment,
];

#[derive(Default)]
struct Kept {
    plan: Plan,
    position: i64,
}

/// A plan that is shared by its readers.
#[derive(Default)]
pub struct Slot {
    kept: RwLock<Kept>,
    /// Whose turn it is to fill it: many who find it old at once need one fetch, not one each.
    filling: tokio::sync::Mutex<()>,
}

impl Slot {
    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The plans in memory.
pub struct Plans {
    slots: moka::sync::Cache<WorkspaceId, Arc<Slot>>,
    /// One for each core.
    turns: tokio::sync::Semaphore,
}

impl Default for Plans {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            slots: moka::sync::Cache::builder().max_capacity(PLANS_MAX).time_to_idle(IDLE_MAX).build(),
            turns: tokio::sync::Semaphore::new(cores),
        }
    }
}

impl Plans {
    /// Lets go of idle ones: the cache does so by itself only while it is used.
    fn let_go(&self) {
        self.slots.run_pending_tasks();
    }

    /// How many are kept.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.slots.entry_count()
    }
}

impl App {
    /// Asks the plan of a workspace, as it is now or as it was at an instant.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn ask_plan<T: Send + 'static>(
        &self,
        workspace: WorkspaceId,
        as_of: Option<i64>,
        question: impl FnOnce(&Plan) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let slot = match as_of {
            None => self.fresh_plan(workspace).await?,
            Some(at) => self.plan_as_of(workspace, at).await?,
        };
        // More at a time would answer none of them sooner, and each holds an answer of megabytes.
        let _turn = self.plans().turns.acquire().await.map_err(Failure::bug)?;
        let (answer, answered) = tokio::sync::oneshot::channel();
        // A box, so that the runtime's part is compiled once and not once a question.
        let ask: Box<dyn FnOnce() + Send> = Box::new(move || {
            // Whoever is gone needs no answer.
            _ = answer.send(question(&slot.read().plan));
        });
        tokio::task::spawn_blocking(ask).await.map_err(Failure::bug)?;
        answered.await.map_err(Failure::bug)
    }

    /// Lets go of plans that are idle and of what is kept of the past too long. To be called now and then.
    pub fn let_go_of_plans(&self) {
        self.plans().let_go();
        self.pasts().let_go();
    }

    async fn fresh_plan(&self, workspace: WorkspaceId) -> Result<Arc<Slot>, Failure> {
        let slot = self.plans().slots.get_with(workspace, Arc::default);
        let head = self.head(workspace).await?;
        if slot.read().position < head {
            self.fill(&slot, workspace, head).await?;
        }
        Ok(slot)
    }

    /// Brings a plan up to a position of the log at least, unless somebody else has done so meanwhile.
    async fn fill(&self, slot: &Arc<Slot>, workspace: WorkspaceId, head: i64) -> Result<(), Failure> {
        let _turn = slot.filling.lock().await;
        if slot.read().position >= head {
            return Ok(());
        }
        let filled = Arc::clone(slot);
        self.store()
            .read_long(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move { refresh(tx, &filled, workspace).await })
            })
            .await
    }

    /// The plan that the log gives up to a position.
    pub(crate) async fn fold_plan(&self, workspace: WorkspaceId, through: i64) -> Result<Arc<Slot>, Failure> {
        let app = self.clone();
        self.store()
            .read_long(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move {
                    let past = Past { workspace, kind: None, stream: None, through: Some(through) };
                    let states = app.fold(tx, past).await?;
                    let mut rows: Vec<State> = states.into_values().map(|(state, _)| state).collect();
                    rows.sort_by_key(|state| PLANNED.iter().position(|kind| *kind == state.kind()));
                    let slot = Slot::default();
                    for state in rows {
                        let deleted = state.record(workspace, 0)?.deleted_at.is_some();
                        put(&mut slot.write().plan, state, deleted);
                    }
                    Ok::<_, Failure>(Arc::new(slot))
                })
            })
            .await
    }
}

/// Fetches what is newer than the plan, then puts it in. An older fetch does no harm: rows are states, not differences, and
/// it is dropped.
async fn refresh(tx: &mut Tx<'_>, slot: &Slot, workspace: WorkspaceId) -> Result<(), Failure> {
    let known = slot.read().position;
    let head = tx.head(workspace).await?.position;
    let rows = fetch(tx, known).await?;
    let mut kept = slot.write();
    if kept.position < head {
        for (state, deleted) in rows {
            put(&mut kept.plan, state, deleted);
        }
        kept.position = head;
    }
    Ok(())
}

/// Every planned state of the transaction's workspace that changed after a position, and whether it is deleted.
pub(crate) async fn fetch(tx: &mut Tx<'_>, known: i64) -> Result<Vec<(State, bool)>, Failure> {
    let mut rows = Vec::new();
    for kind in PLANNED {
        let mut query = Query::new(kind).deleted(Deleted::Include).order(OrderBy::Position);
        query.position_after = Some(known);
        loop {
            let (mut failed, mut last) = (None, None);
            let count = tx
                .visit(&query, |row| {
                    last = Some((row.position, row.id));
                    match decode(kind, row.body, row.money) {
                        Ok(state) => rows.push((state, row.deleted_at.is_some())),
                        Err(failure) => failed = Some(failure),
                    }
                })
                .await?;
            if let Some(failure) = failed {
                return Err(failure);
            }
            match last {
                Some((position, id)) if count >= u64::from(query.limit) => {
                    query.after = Some(raally_storage::After { key: position.into(), id });
                }
                _ => break,
            }
        }
    }
    Ok(rows)
}

/// The planned state of a row, and whether it is deleted.
pub(crate) fn decode_record(kind: Kind, record: &Record) -> Result<(State, bool), Failure> {
    Ok((decode(kind, &record.body, record.money.as_deref())?, record.deleted_at.is_some()))
}

fn decode(kind: Kind, body: &str, money: Option<&str>) -> Result<State, Failure> {
    macro_rules! state {
        ($variant:ident, $type:ty) => {
            Ok(State::$variant(Box::new(from_parts::<$type>(body, money)?)))
        };
    }
    match kind {
        Kind::Workspace => state!(Workspace, Workspace),
        Kind::Calendar => state!(Calendar, Calendar),
        Kind::Holiday => state!(Holiday, Holiday),
        Kind::Role => state!(Role, Role),
        Kind::Skill => state!(Skill, Skill),
        Kind::Team => state!(Team, Team),
        Kind::Client => state!(Client, Client),
        Kind::Person => state!(Person, Person),
        Kind::Project => state!(Project, Project),
        Kind::TimeOff => state!(TimeOff, TimeOff),
        Kind::Assignment => state!(Assignment, Assignment),
        Kind::Membership | Kind::User | Kind::Session | Kind::Import => Err(Failure::bug("not a kind of the plan")),
    }
}

/// Takes an object out of the plan; the workspace itself stays.
pub(crate) fn remove(plan: &mut Plan, kind: Kind, id: Uuid) {
    match kind {
        Kind::Calendar => plan.remove_calendar(CalendarId(id)),
        Kind::Skill => plan.remove_skill(SkillId(id)),
        Kind::Team => plan.remove_team(TeamId(id)),
        Kind::Client => plan.remove_client(ClientId(id)),
        Kind::Holiday => plan.remove_holiday(HolidayId(id)),
        Kind::TimeOff => plan.remove_time_off(TimeOffId(id)),
        Kind::Assignment => plan.remove_assignment(AssignmentId(id)),
        Kind::Role => plan.remove_role(RoleId(id)),
        Kind::Person => plan.remove_person(PersonId(id)),
        Kind::Project => plan.remove_project(ProjectId(id)),
        Kind::Workspace | Kind::Membership | Kind::User | Kind::Session | Kind::Import => {}
    }
}

pub(crate) fn put(plan: &mut Plan, state: State, deleted: bool) {
    if deleted {
        return remove(plan, state.kind(), state.id());
    }
    match state {
        State::Workspace(found) => plan.put_settings(found.state.settings),
        State::Calendar(found) => plan.put_calendar(CalendarId(found.id), found.state),
        State::Skill(found) => plan.put_skill(SkillId(found.id), found.state),
        State::Team(found) => plan.put_team(TeamId(found.id), found.state),
        State::Client(found) => plan.put_client(ClientId(found.id), found.state),
        State::Holiday(found) => plan.put_holiday(HolidayId(found.id), &found.state),
        State::TimeOff(found) => plan.put_time_off(TimeOffId(found.id), &found.state),
        State::Assignment(found) => plan.put_assignment(AssignmentId(found.id), found.version, &found.state),
        State::Role(found) => {
            plan.put_role(RoleId(found.id), found.state);
            plan.put_role_money(RoleId(found.id), found.money);
        }
        State::Person(found) => {
            plan.put_person(PersonId(found.id), found.state);
            plan.put_person_money(PersonId(found.id), found.money);
        }
        State::Project(found) => {
            plan.put_project(ProjectId(found.id), found.state);
            plan.put_project_money(ProjectId(found.id), found.money);
        }
        State::Membership(_) | State::User(_) | State::Session(_) | State::Import(_) => {}
    }
}
