//! Trace context: the caller's trace goes on with a span of our own for each attempt; without one a trace begins.
//!
//! Source: W3C Trace Context, level 1.

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const LENGTH: usize = 55;
/// Of 256 traces that begin here, so many are to be recorded by those behind, who follow the flag: a tenth.
const SAMPLED_OF_256: u8 = 26;

/// Trace and flags; the span changes from hop to hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    pub id: u128,
    flags: u8,
}

impl Trace {
    pub fn of(headers: &HeaderMap) -> Self {
        headers
            .get(TRACEPARENT)
            .and_then(|value| Self::parse(value.as_bytes()))
            .unwrap_or_else(|| Self { id: fastrand::u128(1..), flags: u8::from(fastrand::u8(..) < SAMPLED_OF_256) })
    }

    /// A version above 00 may carry more after the flags.
    fn parse(value: &[u8]) -> Option<Self> {
        let head = value.get(..LENGTH)?;
        let more = value.get(LENGTH);
        let version = hex(&head[..2])?;
        let dashes = head[2] == b'-' && head[35] == b'-' && head[52] == b'-';
        if !dashes || version == 0xff || (version == 0 && more.is_some()) || more.is_some_and(|next| *next != b'-') {
            return None;
        }
        let id = hex(&head[3..35]).filter(|id| *id != 0)?;
        hex(&head[36..52]).filter(|span| *span != 0)?;
        let flags = hex(&head[53..])?;
        Some(Self { id, flags: u8::try_from(flags & 1).unwrap_or(0) })
    }

    /// The header of the next hop, with a new span.
    pub fn header(self) -> HeaderValue {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        write_hex(&mut text[3..35], self.id);
        write_hex(&mut text[36..52], u128::from(fastrand::u64(1..)));
        write_hex(&mut text[53..], u128::from(self.flags));
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

fn write_hex(digits: &mut [u8], mut number: u128) {
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[usize::try_from(number & 0xf).unwrap_or(0)];
        number >>= 4;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const SAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_goes_on_with_another_span() {
        let trace = Trace::parse(SAMPLE.as_bytes()).unwrap();
        let next = trace.header();
        let next = next.to_str().unwrap();
        assert_eq!(Trace::parse(next.as_bytes()), Some(trace));
        assert_eq!(next[..36], SAMPLE[..36]);
        assert_ne!(next[36..52], SAMPLE[36..52]);
    }

    #[test]
    fn what_is_no_trace_context_begins_a_trace() {
        for bad in [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert_eq!(Trace::parse(bad.as_bytes()), None, "{bad}");
        }
        assert!(Trace::parse(format!("01{}-more", &SAMPLE[2..]).as_bytes()).is_some());
        assert_ne!(Trace::of(&HeaderMap::new()).id, 0);
    }

    #[test]
    fn about_a_tenth_of_the_traces_that_begin_here_is_sampled() {
        let sampled = (0..10_000).filter(|_| Trace::of(&HeaderMap::new()).flags == 1).count();
        assert!((700..1_400).contains(&sampled), "{sampled}");
    }
}
