//! Between HTTP and use cases: callers, answers, refusals.

use raally_application::{self as app, Caller, Done, Failure};
use raally_domain::decide::Refusal;
use serde_json::json;

use crate::answer::Answer;
use crate::context::Ctx;
use crate::input::{Idempotency, Input};
use crate::problem::{Class, Fault, Problem};

/// The caller of an operation inside a workspace.
///
/// # Errors
/// A bug, when the operation is not in a workspace.
pub(crate) fn caller<B, Q>(ctx: &Ctx, input: &Input<B, Q>) -> Result<Caller, Problem> {
    let membership = ctx.membership()?;
    Ok(Caller {
        workspace: membership.workspace,
        user: Some(ctx.user()?),
        role: membership.role,
        permissions: membership.permissions,
        grant: ctx.grant,
        trace: Some(ctx.trace.to_string()),
        import: None,
        idempotency: input.idempotency.as_ref().map(key),
    })
}

fn key(idempotency: &Idempotency) -> app::Idempotency {
    app::Idempotency { key: idempotency.key.clone(), fingerprint: idempotency.fingerprint.clone() }
}

/// The answer to a command or a reading; a new object is found below `collection`.
pub(crate) fn answer(answer: app::Answer, collection: &str) -> Answer {
    let app::Answer { done, id, version, body } = answer;
    match done {
        Done::Created => Answer::created(format!("{collection}/{id}"), body).version(version),
        Done::Ok => Answer::json(body).version(version),
        Done::Gone => Answer::no_content(),
    }
}

/// The path of the request without its query: the collection, in an operation that adds to it.
pub(crate) fn collection<B, Q>(input: &Input<B, Q>) -> String {
    input.uri().path().trim_end_matches('/').to_owned()
}

fn fault(fault: raally_domain::decide::Fault) -> Fault {
    let code = fault.rule.code();
    let (min, max) = fault.rule.bounds();
    Fault::new(fault.pointer, code, format!("This {}.", fault.rule)).between(min, max)
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refused(refusal),
            Failure::VersionMismatch { .. } => Self::version_mismatch(),
            Failure::BadRequest { code, detail } => Self::new(Class::Invalid, detail).code(code),
            Failure::Denied => Self::denied(),
            Failure::Unauthenticated => Self::unauthenticated(),
            Failure::IdempotencyMismatch => {
                Self::new(Class::Invalid, "This Idempotency-Key was used for another request.")
                    .code("idempotency-mismatch")
            }
            Failure::OverLimit { retry_after_seconds } => {
                Self::over_limit(u32::try_from(retry_after_seconds).unwrap_or(u32::MAX))
            }
            Failure::Unavailable { detail } => Self::unavailable(1).private(detail),
            Failure::Bug { detail } => Self::bug(detail),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyExists => Problem::conflict("already-exists", "It exists already."),
        Refusal::Deleted => Problem::conflict("deleted", "It is deleted; restore it first."),
        Refusal::NotDeleted => Problem::conflict("not-deleted", "It is not deleted."),
        Refusal::Invalid(faults) => Problem::invalid(faults.into_iter().map(fault).collect()),
        Refusal::Clash(clashes) => {
            let detail = format!("The booking makes the person overbooked in {} place(s).", clashes.len());
            Problem::conflict("clash", detail).member("clashes", json!(clashes))
        }
        Refusal::InUse { kind, count } => {
            Problem::conflict("in-use", format!("{count} {} object(s) still refer to it.", kind.name()))
        }
        Refusal::LastOwner => Problem::conflict("last-owner", "A workspace keeps at least one active owner."),
        Refusal::NotYours => Problem::new(Class::Denied, "Your role allows this for your own only.").code("not-yours"),
    }
}
