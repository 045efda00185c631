//! One JSON object a line: instant, level, the event's fields, target, and the fields of the innermost span.
//!
//! The formatter that comes with `tracing-subscriber` reads a span's fields back from text for each event and builds a
//! map of them, which took a quarter of a request's time; this one writes them once and copies the text.

use std::fmt::{self, Debug, Display, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes an event.
pub struct Line;

/// Writes the fields of a span, as the inside of an object.
pub struct Fields;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let meta = event.metadata();
        out.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut out)?;
        write!(out, "\",\"level\":\"{}\"", meta.level())?;
        let mut members = Members::after_others(&mut out);
        event.record(&mut members);
        members.result?;
        out.write_str(",\"target\":")?;
        text(&mut out, meta.target())?;
        if let Some(span) = ctx.lookup_current() {
            out.write_str(",\"span\":{")?;
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>().map_or("", |fields| fields.fields.as_str());
            out.write_str(fields)?;
            out.write_str(if fields.is_empty() { "\"name\":" } else { ",\"name\":" })?;
            text(&mut out, span.name())?;
            out.write_char('}')?;
        }
        out.write_str("}\n")
    }
}

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, mut out: Writer<'w>, fields: R) -> fmt::Result {
        let mut members = Members { out: &mut out, first: true, result: Ok(()) };
        fields.record(&mut members);
        members.result
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &tracing::span::Record<'_>) -> fmt::Result {
        let first = current.fields.is_empty();
        let mut out = current.as_writer();
        let mut members = Members { out: &mut out, first, result: Ok(()) };
        fields.record(&mut members);
        members.result
    }
}

/// Members of a JSON object, one after the other.
struct Members<'o, 'w> {
    out: &'o mut Writer<'w>,
    first: bool,
    result: fmt::Result,
}

impl<'o, 'w> Members<'o, 'w> {
    fn after_others(out: &'o mut Writer<'w>) -> Self {
        Self { out, first: false, result: Ok(()) }
    }

    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'w>) -> fmt::Result) {
        let written = (|| {
            self.result?;
            if !self.first {
                self.out.write_char(',')?;
            }
            self.first = false;
            text(self.out, field.name())?;
            self.out.write_char(':')?;
            value(self.out)
        })();
        self.result = written;
    }
}

impl Visit for Members<'_, '_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.member(field, |out| text(out, format_args!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, |out| text(out, value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |out| write!(out, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |out| write!(out, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |out| write!(out, "{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for infinity.
        self.member(field, |out| if value.is_finite() { write!(out, "{value}") } else { out.write_str("null") });
    }
}

/// A JSON string.
fn text(out: &mut impl Write, value: impl Display) -> fmt::Result {
    out.write_char('"')?;
    write!(Escaped(out), "{value}")?;
    out.write_char('"')
}

/// Escapes what passes through. Source: RFC 8259, section 7.
struct Escaped<'o, W>(&'o mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\' || byte == 0x7f)
        {
            let (plain, from) = rest.split_at(at);
            self.0.write_str(plain)?;
            match from.as_bytes()[0] {
                b'"' => self.0.write_str("\\\"")?,
                b'\\' => self.0.write_str("\\\\")?,
                b'\n' => self.0.write_str("\\n")?,
                byte => write!(self.0, "\\u{byte:04x}")?,
            }
            rest = &from[1..];
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn whatever_is_logged_stays_one_json_string() {
        for value in ["", "plain", "a\"b\\c", "line\nbreak\r\t\u{0}\u{1b}[31m\u{7f}", "Zoë – 日本"] {
            let mut out = String::new();
            text(&mut out, value).unwrap();
            assert!(out.bytes().all(|byte| byte >= 0x20 && byte != 0x7f), "{out:?}");
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), value);
        }
    }
}
