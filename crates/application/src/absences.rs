//! What is particular to time off: who may only ask can't keep an approval, and what an absence breaks.

use raally_domain::access::Grant;
use raally_domain::decide::Refusal;
use raally_domain::event::{Envelope, TimeOffEvent};
use raally_domain::ids::{AssignmentId, ProjectId, TimeOffId};
use raally_domain::model::{Commitment, TimeOff, TimeOffStatus};
use raally_domain::plan::AssignmentRow;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::answer::Answer;
use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
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

/// An approval holds for what was asked: who may only ask for the own time off lets it wait again.
fn reopened(caller: &Caller, known: &Envelope<TimeOff>) -> Option<TimeOffEvent> {
    let decided = known.state.status != TimeOffStatus::Pending;
    (decided && caller.grant == Grant::Own).then_some(TimeOffEvent::Reopened)
}

impl App {
    /// Changes the given fields of an absence (RFC 7396).
    ///
    /// # Errors
    /// The refusal; `VersionMismatch`.
    pub async fn change_time_off(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        patch: Value,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let patch = patch.clone();
            Box::pin(async move {
                let known = app.load::<TimeOff>(tx, id).await?.ok_or(Refusal::NotFound)?;
                let details = app.patched::<TimeOff>(tx, id, patch).await?;
                let again = reopened(caller, &known).filter(|_| details != known.state.details);
                let mut wanted = vec![TimeOffEvent::Changed(details)];
                wanted.extend(again);
                let changed = app.change::<TimeOff>(tx, caller, id, Expect::Version(version), wanted).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Brings a removed absence back.
    ///
    /// # Errors
    /// The refusal; `VersionMismatch`.
    pub async fn restore_time_off(&self, caller: &Caller, id: Uuid, version: i64) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.load::<TimeOff>(tx, id).await?.ok_or(Refusal::NotFound)?;
                let mut wanted = vec![TimeOffEvent::Restored];
                wanted.extend(reopened(caller, &known));
                let changed = app.change::<TimeOff>(tx, caller, id, Expect::Version(version), wanted).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// The assignments that an absence breaks.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn broken_by(&self, caller: &Caller, id: Uuid) -> Result<Vec<Broken>, Failure> {
        self.ask_plan(caller.workspace, None, move |plan| {
            let broken = plan.broken_by(TimeOffId(id)).ok_or(Refusal::NotFound)?;
            let told = |(row, minutes): (&AssignmentRow, i64)| {
                let project_id = plan.project_of(row)?.id;
                let (version, commitment) = (i64::from(row.version), row.commitment);
                Some(Broken { assignment_id: row.id, version, project_id, commitment, minutes })
            };
            Ok(broken.into_iter().filter_map(told).collect())
        })
        .await?
    }
}
