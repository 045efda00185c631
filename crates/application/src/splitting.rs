//! An assignment cut in two at a day, the work of each half where it was planned.

use jiff::civil::Date;
use raally_domain::decide::{Form, Refusal, Rule};
use raally_domain::event::AssignmentEvent;
use raally_domain::model::{Assignment, AssignmentDetails, Effort, Span};
use raally_domain::rules::{Days, day_of};
use raally_storage::Tx;
use uuid::Uuid;

use crate::answer::Answer;
use crate::app::App;
use crate::bookings::together;
use crate::caller::Caller;
use crate::change::Expect;
use crate::failure::Failure;
use crate::managed::bad_field;

impl App {
    /// Cuts an assignment in two: the second begins on `on`. Minutes are conserved.
    ///
    /// # Errors
    /// `Invalid` when `on` is not inside the range; `VersionMismatch`.
    pub async fn split_assignment(&self, caller: &Caller, id: Uuid, version: i64, on: Date) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.load::<Assignment>(tx, id).await?.ok_or(Refusal::NotFound)?;
                let (first, second) = app.halves(tx, caller, &known.state, on).await?;
                let wanted = vec![AssignmentEvent::Changed(first)];
                let kept = app.change::<Assignment>(tx, caller, id, Expect::Version(version), wanted).await?;
                let new_id = app.mint().id();
                let wanted = vec![AssignmentEvent::Booked(second)];
                let new = app.change::<Assignment>(tx, caller, new_id, Expect::New, wanted).await?;
                Ok(Answer::changed(id, kept.after.version, together(&[kept.body, new.body])))
            })
        })
        .await
    }

    async fn halves(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        whole: &AssignmentDetails,
        on: Date,
    ) -> Result<(AssignmentDetails, AssignmentDetails), Failure> {
        let inside = on > whole.starts_on && whole.ends_on.is_none_or(|end| on <= end);
        if !inside {
            return Err(bad_field("/on", Rule::Malformed(Form::SplitOutside)));
        }
        let last = on.yesterday().map_err(Failure::bug)?;
        let before = Days::of_dates(whole.starts_on, Some(last));
        let used = match whole.effort {
            Effort::Total { .. } | Effort::TotalUntilDone { .. } | Effort::Phased { .. } => {
                let expansion = self.expansion(tx, caller.workspace, whole, before).await?;
                if expansion.unknown {
                    return Err(bad_field("/on", Rule::Malformed(Form::SplitUnscheduled)));
                }
                expansion.minutes
            }
            _ => Vec::new(),
        };
        let (first_effort, second_effort) = divide(&whole.effort, on, day_of(whole.starts_on), &used);
        let (Some(first_effort), Some(second_effort)) = (first_effort, second_effort) else {
            return Err(bad_field("/on", Rule::Malformed(Form::SplitEmpty)));
        };
        let first = AssignmentDetails { ends_on: Some(last), effort: first_effort, ..whole.clone() };
        let second = AssignmentDetails { starts_on: on, effort: second_effort, external_id: None, ..whole.clone() };
        Ok((first, second))
    }
}

/// The effort before and from `on`; `used` are the minutes per day before it, from `first_day` on.
fn divide(effort: &Effort, on: Date, first_day: i32, used: &[i64]) -> (Option<Effort>, Option<Effort>) {
    let before: i64 = used.iter().sum();
    let some = |minutes: i64| (minutes > 0).then_some(minutes);
    match effort {
        Effort::HoursPerDay { .. } | Effort::HoursPerWeek { .. } | Effort::Percent { .. } => {
            (Some(effort.clone()), Some(effort.clone()))
        }
        Effort::Total { minutes } => (
            some(before).map(|minutes| Effort::Total { minutes }),
            some(minutes - before).map(|minutes| Effort::Total { minutes }),
        ),
        Effort::TotalUntilDone { minutes, pace } => (
            some(before).map(|minutes| Effort::TotalUntilDone { minutes, pace: *pace }),
            some(minutes - before).map(|minutes| Effort::TotalUntilDone { minutes, pace: *pace }),
        ),
        Effort::Phased { spans } => {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for span in spans {
                if span.to < on {
                    first.push(*span);
                } else if span.from >= on {
                    second.push(*span);
                } else if let Ok(last) = on.yesterday() {
                    let skip = usize::try_from(day_of(span.from) - first_day).unwrap_or(0);
                    let minutes: i64 = used.iter().skip(skip).sum();
                    first.push(Span { from: span.from, to: last, minutes });
                    second.push(Span { from: on, to: span.to, minutes: span.minutes - minutes });
                }
            }
            let phased = |spans: Vec<Span>| (!spans.is_empty()).then_some(Effort::Phased { spans });
            (phased(first), phased(second))
        }
    }
}
