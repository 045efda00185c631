//! What is known about a request besides its input: ids, caller, client.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderValue};
use raally_domain::access::Grant;
use raally_domain::ids::{UserId, WorkspaceId};
use uuid::Uuid;
use uuid::fmt::Simple;

use crate::gate::{Membership, Principal};
use crate::problem::Problem;

/// Longest accepted `X-Request-Id`.
pub const REQUEST_ID_BYTES_MAX: usize = 64;

/// Names one request in logs and answers.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The caller's id if it is 1–64 of `A–Z a–z 0–9 . _ -`, else a fresh one.
    pub(crate) fn of(headers: &HeaderMap, fresh: Uuid) -> Self {
        let sound = |value: &&HeaderValue| {
            let bytes = value.as_bytes();
            (1..=REQUEST_ID_BYTES_MAX).contains(&bytes.len())
                && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
        };
        headers.get("x-request-id").filter(sound).map_or_else(
            || {
                let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
                let text = fresh.hyphenated().encode_lower(&mut buffer);
                Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("-")))
            },
            |value| Self(value.clone()),
        )
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The place of this request in a distributed trace.
///
/// Source: W3C Trace Context, level 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Shared by every hop.
    pub trace_id: u128,
    /// This hop.
    pub span_id: u64,
    /// The caller's hop; 0 where the trace begins here.
    pub parent_id: u64,
    /// Bit 0 = sampled: the caller's word, or ours where the trace begins here.
    pub flags: u8,
}

static SPANS: LazyLock<(RandomState, AtomicU64)> = LazyLock::new(|| (RandomState::new(), AtomicU64::new(0)));

impl Trace {
    /// Continues the caller's trace, or begins one that has `fresh` as its id and is sampled with this probability.
    pub(crate) fn of(headers: &HeaderMap, fresh: Uuid, ratio: f64) -> Self {
        let drawn = SPANS.0.hash_one(SPANS.1.fetch_add(1, Ordering::Relaxed));
        let span_id = drawn | 1;
        let known = headers.get("traceparent").and_then(|value| Self::parse(value.as_bytes()));
        let (trace_id, parent_id, flags) =
            known.unwrap_or_else(|| (fresh.as_u128(), 0, u8::from(is_below(drawn, ratio))));
        Self { trace_id, span_id, parent_id, flags }
    }

    /// Whether somebody is to record it.
    #[must_use]
    pub const fn sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// Trace id, caller's span and flags of a `traceparent`; a version above 00 may carry more after the flags.
    fn parse(value: &[u8]) -> Option<(u128, u64, u8)> {
        let text = std::str::from_utf8(value).ok()?;
        let hex = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let mut parts = text.splitn(5, '-');
        let version = parts.next().filter(|p| p.len() == 2 && hex(p) && *p != "ff")?;
        let trace = parts.next().filter(|p| p.len() == 32 && hex(p))?;
        let parent = parts.next().filter(|p| p.len() == 16 && hex(p))?;
        let flags = parts.next().filter(|p| p.len() == 2 && hex(p))?;
        if version == "00" && parts.next().is_some() {
            return None;
        }
        let trace_id = u128::from_str_radix(trace, 16).ok().filter(|id| *id != 0)?;
        let parent_id = u64::from_str_radix(parent, 16).ok().filter(|id| *id != 0)?;
        Some((trace_id, parent_id, u8::from_str_radix(flags, 16).ok()? & 1))
    }

    /// The header for the answer and for calls to others.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        let text = self.to_string();
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    /// The trace id as 32 digits. Each request writes it twice, and `{:032x}` pads digit by digit.
    #[must_use]
    pub const fn digits(&self) -> Simple {
        Uuid::from_u128(self.trace_id).simple()
    }
}

/// Whether a number drawn from all 64-bit numbers is in the lower share of them.
#[expect(clippy::cast_precision_loss, reason = "a probability, not money")]
fn is_below(drawn: u64, ratio: f64) -> bool {
    ratio >= 1.0 || (drawn as f64) < ratio * u64::MAX as f64
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 55];
        buffer[..3].copy_from_slice(b"00-");
        let mut digits = [0; Simple::LENGTH];
        self.digits().encode_lower(&mut digits);
        buffer[3..35].copy_from_slice(&digits);
        buffer[35] = b'-';
        // The last 16 digits of a number of 32.
        Uuid::from_u128(u128::from(self.span_id)).simple().encode_lower(&mut digits);
        buffer[36..52].copy_from_slice(&digits[16..]);
        buffer[52..].copy_from_slice(if self.sampled() { b"-01" } else { b"-00" });
        f.write_str(str::from_utf8(&buffer).map_err(|_| fmt::Error)?)
    }
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// The caller's address, behind trusted proxies only.
    pub address: IpAddr,
    /// Whether the caller speaks TLS to us or to a trusted proxy.
    pub secure: bool,
}

/// What a handler knows besides its input.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Names this request.
    pub request_id: RequestId,
    /// Its trace.
    pub trace: Trace,
    /// The operation's id.
    pub operation: &'static str,
    /// Who calls, if known; always known unless the operation is public.
    pub principal: Option<Principal>,
    /// Their membership, where the operation is in a workspace.
    pub membership: Option<Membership>,
    /// `Own` = the use case must compare the object's owner with the caller.
    pub grant: Grant,
    /// Where from.
    pub client: Client,
}

impl Ctx {
    /// The caller.
    ///
    /// # Errors
    /// Unauthenticated, where a public operation was called by nobody.
    pub fn principal(&self) -> Result<Principal, Problem> {
        self.principal.ok_or_else(Problem::unauthenticated)
    }

    /// The caller's login.
    ///
    /// # Errors
    /// Unauthenticated, where a public operation was called by nobody.
    pub fn user(&self) -> Result<UserId, Problem> {
        self.principal().map(|principal| principal.user)
    }

    /// The caller's membership.
    ///
    /// # Errors
    /// A bug, when the operation is not in a workspace.
    pub fn membership(&self) -> Result<Membership, Problem> {
        self.membership.ok_or_else(|| Problem::bug("the operation is not in a workspace"))
    }

    /// The workspace.
    ///
    /// # Errors
    /// A bug, when the operation is not in a workspace.
    pub fn workspace(&self) -> Result<WorkspaceId, Problem> {
        self.membership().map(|membership| membership.workspace)
    }
}
