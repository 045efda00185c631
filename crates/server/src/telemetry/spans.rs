//! From the spans of `tracing` to those of OpenTelemetry.
//!
//! Fields become attributes, but for these: `trace_id`, `span_id` and `parent_id` place a root in the trace that its
//! caller began; `otel.name` is the name where it isn't known at compile time; `otel.kind` the kind; `otel.error` makes
//! the status an error; `links` holds `traceparent`s, with blanks between, of what led to this; `started_us` is an earlier
//! beginning, in microseconds since the epoch.
//!
//! The layer of `tracing-opentelemetry` draws the ids itself, when a span is first entered; ours are in the answer's
//! header and beside the events before that.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, Key, KeyValue, Value};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SpanData, SpanEvents, SpanLinks};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

use super::queue::Queue;

/// Spans that begin a trace, or go on with one from elsewhere.
const ROOT: &str = "raally::trace::root";
/// Spans that are recorded below such a one only.
const BELOW: &str = "raally::trace";
/// Longest text of an attribute, in characters.
const TEXT_CHARS_MAX: usize = 256;
/// Links of one span; more are counted.
const LINKS_MAX: usize = 128;

/// Which spans are recorded at all.
#[derive(Clone, Copy, Debug)]
pub struct Wanted;

impl<S: Subscriber + for<'l> LookupSpan<'l>> Filter<S> for Wanted {
    fn enabled(&self, meta: &Metadata<'_>, cx: &Context<'_, S>) -> bool {
        meta.is_span() && (meta.target() == ROOT || (meta.target() == BELOW && cx.lookup_current().is_some()))
    }

    fn callsite_enabled(&self, meta: &'static Metadata<'static>) -> Interest {
        match meta.target() {
            ROOT if meta.is_span() => Interest::always(),
            BELOW if meta.is_span() => Interest::sometimes(),
            _ => Interest::never(),
        }
    }
}

/// Records spans and hands them on when they end.
pub struct Spans {
    queue: Arc<Queue>,
    scope: InstrumentationScope,
}

impl Spans {
    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Self { queue, scope: InstrumentationScope::builder("raally").with_version(crate::version::VERSION).build() }
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut recorded = Recorded::new(span.name());
        attributes.record(&mut recorded);
        let above = span.parent();
        let above = above.as_ref().and_then(|above| {
            let extensions = above.extensions();
            extensions.get::<Recorded>().map(|above| (above.trace, above.span))
        });
        recorded.place(above);
        span.extensions_mut().insert(recorded);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        if let Some(recorded) = span.extensions_mut().get_mut::<Recorded>() {
            values.record(recorded);
        }
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        let recorded = ctx.span(&id).and_then(|span| span.extensions_mut().remove::<Recorded>());
        if let Some(recorded) = recorded {
            self.queue.push(recorded.finish(self.scope.clone()));
        }
    }
}

/// A span under way.
struct Recorded {
    trace: TraceId,
    span: SpanId,
    parent: SpanId,
    from_elsewhere: bool,
    name: Cow<'static, str>,
    kind: SpanKind,
    started: SystemTime,
    attributes: Vec<KeyValue>,
    links: SpanLinks,
    status: Status,
}

impl Recorded {
    fn new(name: &'static str) -> Self {
        Self {
            trace: TraceId::INVALID,
            span: SpanId::INVALID,
            parent: SpanId::INVALID,
            from_elsewhere: false,
            name: Cow::Borrowed(name),
            kind: SpanKind::Internal,
            started: SystemTime::now(),
            attributes: Vec::with_capacity(8),
            links: SpanLinks::default(),
            status: Status::Unset,
        }
    }

    /// Below the span around it, in the trace that its fields name, or in one of its own.
    fn place(&mut self, above: Option<(TraceId, SpanId)>) {
        if self.trace != TraceId::INVALID {
            self.from_elsewhere = self.parent != SpanId::INVALID;
        } else if let Some((trace, span)) = above {
            (self.trace, self.parent) = (trace, span);
        } else {
            self.trace = RandomIdGenerator::default().new_trace_id();
        }
        if self.span == SpanId::INVALID {
            self.span = RandomIdGenerator::default().new_span_id();
        }
    }

    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        self.attributes.push(KeyValue::new(Key::from_static_str(field.name()), value));
    }

    fn link(&mut self, traceparents: &str) {
        for context in traceparents.split(' ').filter_map(context) {
            if self.links.links.len() < LINKS_MAX {
                self.links.links.push(Link::with_context(context));
            } else {
                self.links.dropped_count += 1;
            }
        }
    }

    fn finish(self, scope: InstrumentationScope) -> SpanData {
        SpanData {
            span_context: SpanContext::new(self.trace, self.span, TraceFlags::SAMPLED, false, TraceState::NONE),
            parent_span_id: self.parent,
            parent_span_is_remote: self.from_elsewhere,
            span_kind: self.kind,
            name: self.name,
            start_time: self.started,
            end_time: SystemTime::now(),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: self.links,
            status: self.status,
            instrumentation_scope: scope,
        }
    }
}

impl Visit for Recorded {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "otel.name" => self.name = Cow::Owned(value.to_owned()),
            "otel.kind" => self.kind = kind(value),
            "otel.error" => self.status = Status::error(value.to_owned()),
            "links" => self.link(value),
            _ => match value.char_indices().nth(TEXT_CHARS_MAX) {
                None => self.add(field, value.to_owned()),
                Some((end, _)) => self.add(field, value[..end].to_owned()),
            },
        }
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        match field.name() {
            "trace_id" => self.trace = TraceId::from_bytes(value.to_be_bytes()),
            _ => self.record_str(field, &value.to_string()),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "span_id" => self.span = SpanId::from_bytes(value.to_be_bytes()),
            "parent_id" => self.parent = SpanId::from_bytes(value.to_be_bytes()),
            _ => self.add(field, i64::try_from(value).unwrap_or(i64::MAX)),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        match field.name() {
            "started_us" => {
                let since_epoch = Duration::from_micros(u64::try_from(value).unwrap_or(0));
                self.started = SystemTime::UNIX_EPOCH + since_epoch;
            }
            _ => self.add(field, value),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }
}

fn kind(name: &str) -> SpanKind {
    match name {
        "server" => SpanKind::Server,
        "client" => SpanKind::Client,
        "producer" => SpanKind::Producer,
        "consumer" => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

/// Source: W3C Trace Context, level 1; only what was sampled can be looked at.
fn context(traceparent: &str) -> Option<SpanContext> {
    let mut parts = traceparent.split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok()?;
    let span = SpanId::from_hex(parts.next()?).ok()?;
    let sampled = u8::from_str_radix(parts.next()?, 16).ok()? & 1 == 1;
    let context = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE);
    (sampled && context.is_valid()).then_some(context)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use tracing::field::Empty;
    use tracing::trace_span;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

    /// What is handed on when this is done.
    fn handed_on(act: impl FnOnce()) -> Vec<SpanData> {
        let queue = Arc::<Queue>::default();
        let layer = Spans::new(Arc::clone(&queue)).with_filter(Wanted);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), act);
        queue.next_batch()
    }

    #[test]
    fn spans_below_a_root_are_in_its_trace_and_others_are_not_recorded() {
        let spans = handed_on(|| {
            drop(trace_span!(target: "raally::trace", "alone").entered());
            let root = trace_span!(target: "raally::trace::root", "http", trace_id = TRACE, span_id = 7_u64, parent_id = 9_u64);
            let _root = root.entered();
            let _between = tracing::info_span!(target: "raally::http", "request").entered();
            drop(trace_span!(target: "raally::trace", "read", rows = 3_u64).entered());
            tracing::info!(target: "raally::http", "answered");
        });
        let names: Vec<&str> = spans.iter().map(|span| span.name.as_ref()).collect();
        assert_eq!(names, ["read", "http"]);
        let trace = TraceId::from_bytes(TRACE.to_be_bytes());
        assert!(spans.iter().all(|span| span.span_context.trace_id() == trace));
        assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id());
        assert_eq!(spans[1].parent_span_id, SpanId::from_bytes(9_u64.to_be_bytes()));
        assert!(spans[1].parent_span_is_remote && !spans[0].parent_span_is_remote);
        assert_eq!(spans[0].attributes, [KeyValue::new("rows", 3)]);
    }

    #[test]
    fn links_are_bounded_and_to_sampled_spans_only() {
        let sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let left_out = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        let links = vec![sampled; LINKS_MAX + 2].join(" ") + " " + left_out + " nonsense 00-x";
        let spans = handed_on(|| {
            let span = trace_span!(target: "raally::trace::root", "seal", links = Empty, started_us = 1_000_000_i64);
            span.record("links", links.as_str());
        });
        let span = spans.first().unwrap();
        assert_eq!((span.links.links.len(), span.links.dropped_count), (LINKS_MAX, 2));
        assert_eq!(span.start_time, SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        assert!(span.span_context.is_valid() && span.parent_span_id == SpanId::INVALID);
    }

    #[test]
    fn queue_is_bounded_and_counts_what_finds_no_place() {
        use super::super::queue::{BATCH_MAX, Counts, SPANS_MAX};
        let queue = Arc::<Queue>::default();
        for _ in 0..SPANS_MAX + 5 {
            queue.push(Recorded::new("one").finish(InstrumentationScope::default()));
        }
        assert_eq!((queue.waiting(), queue.without_place()), (SPANS_MAX as u64, 5));
        assert_eq!(queue.next_batch().len(), BATCH_MAX);
        assert_eq!(queue.abandon(), (SPANS_MAX - BATCH_MAX) as u64);
        assert_eq!((queue.not_taken(), queue.waiting()), ((SPANS_MAX - BATCH_MAX) as u64, 0));
    }
}
