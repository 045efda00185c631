//! Lists of the assignments of a person or on a project.
//!
//! On SQLite the read table has no index on either: bookings of one person and of one project lie
//! far apart, and keeping two such indexes cost a booking more than all its other rows together. Whose they are is
//! known by the plan in memory; the database is then asked for these rows, with all conditions, so that what has
//! changed since the plan was asked is judged by its row.

use raally_domain::ids::{PersonId, ProjectId};
use raally_domain::kind::Kind;
use raally_domain::plan::Plan;
use raally_storage::{Deleted, Filter, Op, OrderBy, Query, Value};
use uuid::Uuid;

use crate::answer::Page;
use crate::app::App;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::paging::Paging;

/// Rows that are asked for by one statement.
const STEP_MAX: usize = 500;

/// Whose assignments a list asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whose {
    person: Option<PersonId>,
    project: Option<ProjectId>,
}

impl Whose {
    /// What the conditions of a list say; none when the list is not of this sort.
    pub(crate) fn of(query: &Query) -> Option<Self> {
        if query.kind != Kind::Assignment || query.order != OrderBy::Id || query.deleted == Deleted::Only {
            return None;
        }
        let equal = |column: &str| {
            query.filters.iter().find_map(|filter| match filter {
                Filter::Is(name, Op::Eq, Value::Id(id)) if *name == column => Some(*id),
                _ => None,
            })
        };
        let whose = Self { person: equal("person_id").map(PersonId), project: equal("project_id").map(ProjectId) };
        (whose.person.is_some() || whose.project.is_some()).then_some(whose)
    }
}

impl App {
    /// A page of somebody's or a project's assignments.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn list_narrowed(&self, caller: &Caller, query: Query, whose: Whose) -> Result<Page, Failure> {
        let question = move |plan: &Plan| -> Vec<Uuid> {
            plan.assignment_ids(whose.person, whose.project).iter().map(|id| id.0).collect()
        };
        let mut ids = self.ask_plan(caller.workspace, None, question).await?;
        self.store()
            .read_long(caller.scope(), move |tx| {
                Box::pin(async move {
                    if query.deleted == Deleted::Include {
                        // The removed ones are no part of a plan; they are few and have an index.
                        let removed = query.clone().deleted(Deleted::Only).order(OrderBy::Id);
                        ids.extend(tx.list(&Query { after: None, ..removed }).await?.iter().map(|row| row.id));
                    }
                    ids.sort_unstable();
                    if query.descending {
                        ids.reverse();
                    }
                    if let Some(after) = &query.after {
                        let passed = |id: &Uuid| if query.descending { *id >= after.id } else { *id <= after.id };
                        ids.drain(..ids.partition_point(passed));
                    }
                    let mut paging = Paging::new(query.limit);
                    for some in ids.chunks(STEP_MAX.min(query.limit as usize + 1)) {
                        let mut rows = query.clone().one_of("id", some.iter().copied());
                        rows.limit = query.limit.saturating_add(1);
                        paging.visit(tx, &rows).await?;
                        if paging.is_full() {
                            break;
                        }
                    }
                    Ok(paging.page())
                })
            })
            .await
    }
}
