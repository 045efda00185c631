//! Assignments: book, change, confirm, repeat, copy, move. A clash is never saved silently.

use jiff::civil::Date;
use jiff::{Span as TimeSpan, ToSpan};
use raally_domain::decide::{Faults, Refusal, Rule};
use raally_domain::event::AssignmentEvent;
use raally_domain::ids::{AssignmentId, PersonId, ProjectId};
use raally_domain::model::{Assignment, AssignmentDetails, ClashPolicy, Commitment, Effort, Span};
use raally_domain::rules::ClashCheck;
use raally_storage::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::answer::Answer;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Changed, Expect};
use crate::failure::Failure;
use crate::managed::bad_field;
use crate::references::Assured;

/// Most copies that one repeat makes.
pub const REPEATS_MAX: u32 = 200;
/// Most days that an assignment is moved by: from the first day of a plan (1970) to its last (2200).
const MOVED_DAYS_MAX: i32 = 84_370;

/// How an assignment is repeated: `times` copies, each `every` units later than the one before.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repeat {
    /// 1 to 366.
    pub every: u32,
    /// Days, weeks or months.
    pub unit: RepeatUnit,
    /// 1 to 200.
    pub times: u32,
}

/// What a repeat counts in.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant explains itself")]
pub enum RepeatUnit {
    Days,
    Weeks,
    Months,
}

/// Where a copy goes; absent = as the original.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CopyTo {
    /// To somebody else.
    pub person_id: Option<PersonId>,
    /// To another project.
    pub project_id: Option<ProjectId>,
    /// To another first day; the length stays.
    pub starts_on: Option<Date>,
}

/// The documents that one command made or changed, as JSON array text.
pub(crate) fn together(bodies: &[String]) -> String {
    format!("[{}]", bodies.join(","))
}

impl App {
    /// Books somebody.
    ///
    /// # Errors
    /// `Clash` when the policy is to refuse; the refusal.
    pub async fn book(
        &self,
        caller: &Caller,
        details: AssignmentDetails,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let details = details.clone();
            Box::pin(async move {
                let changed = app.book_one(tx, caller, details, on_clash).await?;
                Ok(Answer::created(changed.after.id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Every clash that a booking would make, and what could not be judged; nothing is saved.
    ///
    /// # Errors
    /// `Invalid` when the booking breaks a rule.
    pub async fn check_booking(
        &self,
        caller: &Caller,
        id: Option<Uuid>,
        details: AssignmentDetails,
    ) -> Result<ClashCheck, Failure> {
        let faults = Faults::of(&details);
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        // Also a tentative one is told what would be in its way if it were promised.
        let details = AssignmentDetails { commitment: Commitment::Confirmed, ..details };
        let app = self.clone();
        self.ask_plan(caller.workspace, None, move |plan| {
            plan.check_clash(id.map(AssignmentId), &details, app.today_date(plan.settings()))
        })
        .await
    }

    pub(crate) async fn book_one(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        mut details: AssignmentDetails,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Changed<Assignment>, Failure> {
        let faults = Faults::of(&details);
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        let seen = self.settle_clash(tx, caller, None, &mut details, on_clash).await?;
        let id = self.mint().id();
        let booked = vec![AssignmentEvent::Booked(details)];
        let assured = Assured { alive: &seen, ..Assured::default() };
        self.change_from::<Assignment>(tx, caller, id, None, booked, assured).await
    }

    /// Changes the given fields of an assignment (RFC 7396): move, resize, reassign.
    ///
    /// # Errors
    /// `Clash`, `VersionMismatch`, the refusal.
    pub async fn change_booking(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        patch: Value,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let patch = patch.clone();
            Box::pin(async move {
                let details = app.patched::<Assignment>(tx, id, patch).await?;
                let changed = app.rebook(tx, caller, id, Expect::Version(version), details, on_clash).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    pub(crate) async fn rebook(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        id: Uuid,
        expect: Expect,
        mut details: AssignmentDetails,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Changed<Assignment>, Failure> {
        let faults = Faults::of(&details);
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        // A new note on what was allowed once is no new clash.
        let known = self.load::<Assignment>(tx, id).await?;
        if known.is_none_or(|known| !same_work(&known.state, &details)) {
            self.settle_clash(tx, caller, Some(id), &mut details, on_clash).await?;
        }
        self.change::<Assignment>(tx, caller, id, expect, vec![AssignmentEvent::Changed(details)]).await
    }

    /// Promises a tentative assignment.
    ///
    /// # Errors
    /// `Clash`, `VersionMismatch`, the refusal.
    pub async fn confirm_assignment(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.load::<Assignment>(tx, id).await?.ok_or(Refusal::NotFound)?;
                let mut details = AssignmentDetails { commitment: Commitment::Confirmed, ..known.state };
                app.settle_clash(tx, caller, Some(id), &mut details, on_clash).await?;
                let wanted = match details.commitment {
                    Commitment::Confirmed => vec![AssignmentEvent::Confirmed],
                    Commitment::Tentative => vec![AssignmentEvent::MadeTentative],
                };
                let changed = app.change::<Assignment>(tx, caller, id, Expect::Version(version), wanted).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Brings a removed assignment back; what it would make overbooked is settled like a new booking.
    ///
    /// # Errors
    /// `Clash`, `VersionMismatch`, the refusal.
    pub async fn restore_assignment(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.load::<Assignment>(tx, id).await?.ok_or(Refusal::NotFound)?;
                let mut details = known.state.clone();
                app.settle_clash(tx, caller, Some(id), &mut details, on_clash).await?;
                let mut wanted = vec![AssignmentEvent::Restored];
                if details.commitment != known.state.commitment {
                    wanted.push(AssignmentEvent::MadeTentative);
                }
                let changed = app.change::<Assignment>(tx, caller, id, Expect::Version(version), wanted).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Makes copies at regular distances, all or none.
    ///
    /// # Errors
    /// `Clash` when one of them clashes and the policy is to refuse; the refusal.
    pub async fn repeat_assignment(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        repeat: Repeat,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Answer, Failure> {
        if !(1..=REPEATS_MAX).contains(&repeat.times) {
            return Err(bad_field("/times", Rule::OutOfRange { min: 1, max: i64::from(REPEATS_MAX) }));
        }
        if !(1..=366).contains(&repeat.every) {
            return Err(bad_field("/every", Rule::OutOfRange { min: 1, max: 366 }));
        }
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.at_version(tx, id, version).await?;
                let mut bodies = Vec::new();
                for count in 1..=repeat.times {
                    let steps = i64::from(repeat.every) * i64::from(count);
                    let step = match repeat.unit {
                        RepeatUnit::Days => steps.days(),
                        RepeatUnit::Weeks => steps.weeks(),
                        RepeatUnit::Months => steps.months(),
                    };
                    let starts_on = later(known.starts_on, step)?;
                    let copy = moved(&known, starts_on)?;
                    bodies.push(app.book_one(tx, caller, copy, on_clash).await?.body);
                }
                Ok(Answer::created(id, version, together(&bodies)))
            })
        })
        .await
    }

    /// Copies an assignment, to somebody else, another project or another day if wanted.
    ///
    /// # Errors
    /// `Clash`, the refusal.
    pub async fn copy_assignment(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        to: CopyTo,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.at_version(tx, id, version).await?;
                let mut copy = moved(&known, to.starts_on.unwrap_or(known.starts_on))?;
                copy.person_id = to.person_id.unwrap_or(copy.person_id);
                if let Some(project) = to.project_id.filter(|project| *project != copy.project_id) {
                    copy.project_id = project;
                    copy.phase_id = None;
                }
                let changed = app.book_one(tx, caller, copy, on_clash).await?;
                Ok(Answer::created(changed.after.id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Moves an assignment by whole days, spans and all.
    ///
    /// # Errors
    /// `Clash`, `VersionMismatch`, the refusal.
    pub async fn move_assignment(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        days: i32,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Answer, Failure> {
        if !(-MOVED_DAYS_MAX..=MOVED_DAYS_MAX).contains(&days) {
            let max = i64::from(MOVED_DAYS_MAX);
            return Err(bad_field("/days", Rule::OutOfRange { min: -max, max }));
        }
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.at_version(tx, id, version).await?;
                let mut details = moved(&known, later(known.starts_on, days.days())?)?;
                details.external_id.clone_from(&known.external_id);
                let changed = app.rebook(tx, caller, id, Expect::Version(version), details, on_clash).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    async fn at_version(&self, tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<AssignmentDetails, Failure> {
        let known = self.load::<Assignment>(tx, id).await?.filter(|known| known.deleted_at.is_none());
        let known = known.ok_or(Refusal::NotFound)?;
        if known.version != version {
            return Err(Failure::VersionMismatch { expected: version, actual: known.version });
        }
        Ok(known.state)
    }
}

/// Whether two states of a booking load the same person with the same work.
fn same_work(one: &AssignmentDetails, other: &AssignmentDetails) -> bool {
    let days =
        |details: &AssignmentDetails| (details.person_id, details.starts_on, details.ends_on, details.commitment);
    days(one) == days(other) && one.effort == other.effort
}

fn later(date: Date, step: TimeSpan) -> Result<Date, Failure> {
    date.checked_add(step).map_err(|_| bad_field("/startsOn", Rule::OutOfRange { min: 1970, max: 2200 }))
}

/// The same assignment from another first day on; a copy has no external key.
fn moved(known: &AssignmentDetails, starts_on: Date) -> Result<AssignmentDetails, Failure> {
    let days = starts_on - known.starts_on;
    let shift = |date: Date| later(date, days);
    let effort = match &known.effort {
        Effort::Phased { spans } => Effort::Phased {
            spans: spans
                .iter()
                .map(|span| Ok(Span { from: shift(span.from)?, to: shift(span.to)?, minutes: span.minutes }))
                .collect::<Result<_, Failure>>()?,
        },
        other => other.clone(),
    };
    let ends_on = known.ends_on.map(shift).transpose()?;
    Ok(AssignmentDetails { starts_on, ends_on, effort, external_id: None, ..known.clone() })
}
