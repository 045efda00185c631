//! What an absence breaks: the assignments with work on its days.

use raally_domain::decide::Refusal;
use raally_domain::ids::{AssignmentId, ProjectId};
use raally_domain::kind::Kind;
use raally_domain::model::{Assignment, Commitment, TimeOff};
use raally_domain::rules::{Booking, Days, day_of, expand};
use raally_storage::{Op, Query};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::codec::from_record;
use crate::failure::Failure;

/// An assignment with work on the days of an absence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Broken {
    /// Which.
    pub assignment_id: AssignmentId,
    /// Its version, for changing it at once.
    pub version: i64,
    /// On what.
    pub project_id: ProjectId,
    /// Promised or thought of.
    pub commitment: Commitment,
    /// Its minutes on the days of the absence, as if nobody were away.
    pub minutes: i64,
}

impl App {
    /// The assignments that an absence breaks.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn broken_by(&self, caller: &Caller, id: Uuid) -> Result<Vec<Broken>, Failure> {
        let (app, workspace) = (self.clone(), caller.workspace);
        self.store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move {
                    let time_off = app.load::<TimeOff>(tx, id).await?.filter(|known| known.deleted_at.is_none());
                    let time_off = time_off.ok_or(Refusal::NotFound)?.state.details;
                    let range = Days::new(day_of(time_off.starts_on), day_of(time_off.ends_on));
                    let settings = app.settings(tx, workspace).await?;
                    let person = time_off.person_id.0;
                    let Some(mut days) = app.working_days(tx, workspace, person, settings, range).await? else {
                        return Ok(Vec::new());
                    };
                    days.forget_absences();
                    let query = Query::new(Kind::Assignment)
                        .filter("person_id", Op::Eq, person)
                        .filter("starts_on", Op::Le, range.to)
                        .filter("ends_on", Op::Ge, range.from);
                    let mut broken = Vec::new();
                    for record in tx.list(&query).await? {
                        let assignment = from_record::<Assignment>(&record)?;
                        let minutes = expand(&Booking::of(&assignment.state), &days.calendar(), range).minutes;
                        let minutes: i64 = minutes.iter().sum();
                        if minutes > 0 {
                            broken.push(Broken {
                                assignment_id: AssignmentId(record.id),
                                version: record.version,
                                project_id: assignment.state.project_id,
                                commitment: assignment.state.commitment,
                                minutes,
                            });
                        }
                    }
                    Ok(broken)
                })
            })
            .await
    }
}
