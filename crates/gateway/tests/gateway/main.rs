//! The gateway from outside: real sockets, throw-away servers behind it, each behaviour as a claim.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod admin;
mod draining;
mod failing;
mod limits;
mod load;
mod logging;
mod protocol;
mod routing;
mod secure;
mod smuggling;
mod support;
mod upgrade;
