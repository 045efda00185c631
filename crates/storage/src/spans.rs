//! The database's spans of a trace. They are recorded below a request's only; for all others they cost a look at a static.
//!
//! Source: OpenTelemetry semantic conventions 1.x, "Database client".

use tracing::field::Empty;
use tracing::{Span, trace_span};

use crate::tx::Rows;

/// A transaction that reads.
pub(crate) fn read(engine: &'static str) -> Span {
    trace_span!(
        target: "raally::trace",
        "read",
        otel.kind = "client",
        otel.error = Empty,
        db.system.name = engine,
        db.operation.name = "read",
        db.response.returned_rows = Empty,
    )
}

/// A write transaction, from the call to the durable answer.
pub(crate) fn write(engine: &'static str) -> Span {
    trace_span!(
        target: "raally::trace",
        "write",
        otel.kind = "client",
        otel.error = Empty,
        db.system.name = engine,
        db.operation.name = "write",
        db.response.returned_rows = Empty,
        raally.rows.written = Empty,
        raally.queue_us = Empty,
        raally.attempts = Empty,
    )
}

/// From the end of a work to its durability: on SQLite the rest of the batch and the one commit for all.
pub(crate) fn commit(engine: &'static str) -> Span {
    trace_span!(
        target: "raally::trace",
        "commit",
        otel.kind = "client",
        otel.error = Empty,
        db.system.name = engine,
        db.operation.name = "commit",
        db.operation.batch.size = Empty,
    )
}

/// Events that go to the end of a stream.
pub(crate) fn append(engine: &'static str, kind: &'static str, events: usize) -> Span {
    trace_span!(
        target: "raally::trace",
        "append",
        otel.kind = "client",
        db.system.name = engine,
        db.operation.name = "append",
        db.operation.batch.size = events as u64,
        raally.stream.kind = kind,
    )
}

/// What a transaction met.
pub(crate) fn met(span: &Span, rows: Rows) {
    if !span.is_none() {
        span.record("db.response.returned_rows", rows.read);
        span.record("raally.rows.written", rows.written);
    }
}
