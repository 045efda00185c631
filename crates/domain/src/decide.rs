//! Which facts may follow a state. A command is the list of facts that somebody wants to be true; [`decide`]
//! answers with those that are new and allowed, or with the refusal. Facts that change nothing are dropped, so
//! that a repeated order is not a second event.
//!
//! What needs other aggregates (does that person exist, is the code taken, does the booking clash) is asked by the
//! use case in the same transaction; its refusals are here too, so that there is one list of them.

mod form;
mod refusal;
mod rules;
mod validate;

pub use form::Form;
pub use refusal::{Fault, Refusal, Rule};
pub use rules::{Intent, Managed};
pub use validate::{Faults, Validate};

use jiff::Timestamp;
use uuid::Uuid;

use crate::event::{Aggregate, Envelope};

/// What a command comes to: the new facts, and the state after them.
#[derive(Clone, Debug)]
pub struct Decision<A: Aggregate> {
    /// New and allowed; empty when everything asked for was true already.
    pub events: Vec<A::Event>,
    /// The state after them.
    pub after: Envelope<A>,
}

/// Checks the facts that somebody wants to be true against the state, one after the other.
///
/// # Errors
/// The first refusal; then nothing is to be recorded.
pub fn decide<A: Intent + PartialEq>(
    state: Option<Envelope<A>>,
    id: Uuid,
    wanted: Vec<A::Event>,
    now: Timestamp,
) -> Result<Decision<A>, Refusal> {
    let mut events = Vec::with_capacity(wanted.len());
    let mut known = state;
    for event in wanted {
        A::may_follow(known.as_ref(), &event)?;
        let Some(after) = Envelope::after(known.clone(), id, &event, now) else {
            return Err(Refusal::NotFound);
        };
        let same = known.as_ref().is_some_and(|before| {
            before.state == after.state
                && before.money == after.money
                && before.deleted_at.is_some() == after.deleted_at.is_some()
        });
        if same && !A::is_occurrence(&event) {
            continue;
        }
        known = Some(after);
        events.push(event);
    }
    let after = known.ok_or(Refusal::NotFound)?;
    Ok(Decision { events, after })
}
