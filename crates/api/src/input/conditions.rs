//! Conditional headers: `If-Match`, `If-None-Match`, `Idempotency-Key`.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};
use http::header::IF_MATCH;
use http::{HeaderMap, HeaderValue};

use crate::problem::Problem;

/// Longest `Idempotency-Key` in bytes.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 128;

/// A key under which a command is done once, and what it was sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// 1–128 visible ASCII characters, chosen by the caller.
    pub key: String,
    /// SHA-256 in hex over operation, path with query, and body: the same key with another one is refused.
    pub fingerprint: String,
}

/// The version in `If-Match: "<version>"`.
///
/// # Errors
/// Precondition required when absent; version mismatch when it can match no version of ours
/// (weak tags never match, RFC 9110 section 13.1.1; `*` would skip the check and is not taken).
pub(crate) fn if_match(headers: &HeaderMap) -> Result<i64, Problem> {
    let value = headers.get(IF_MATCH).ok_or_else(Problem::precondition_required)?;
    value
        .to_str()
        .ok()
        .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'))
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(Problem::version_mismatch)
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110 section 13.1.2).
pub(crate) fn none_match(held: &[HeaderValue], tag: &HeaderValue) -> bool {
    let Ok(tag) = tag.to_str() else { return false };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    held.iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|one| one.trim() == "*" || bare(one) == bare(tag))
}

/// The key, if one was sent.
///
/// # Errors
/// Malformed, when it is empty, too long or not visible ASCII.
pub(crate) fn idempotency(
    headers: &HeaderMap,
    operation: &str,
    target: &str,
    body: &[u8],
) -> Result<Option<Idempotency>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let bytes = value.as_bytes();
    let sound = (1..=IDEMPOTENCY_KEY_BYTES_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    if !sound {
        return Err(
            Problem::malformed("Idempotency-Key takes 1 to 128 visible ASCII characters.").code("bad-idempotency-key")
        );
    }
    let mut hash = Context::new(&SHA256);
    for part in [operation.as_bytes(), target.as_bytes(), body] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let fingerprint = hash.finish().as_ref().iter().fold(String::with_capacity(64), |mut hex, b| {
        let _ = write!(hex, "{b:02x}");
        hex
    });
    Ok(Some(Idempotency { key: String::from_utf8_lossy(bytes).into_owned(), fingerprint }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn only_a_strong_version_tag_matches() {
        assert_eq!(if_match(&headers("if-match", "\"12\"")).ok(), Some(12));
        for refused in ["*", "W/\"12\"", "12", "\"x\"", "\"\"", "\"-1\"", "\"99999999999999999999\""] {
            assert!(if_match(&headers("if-match", refused)).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_held_tag_is_found_in_a_list_and_weakly() {
        let tag = HeaderValue::from_static("\"3\"");
        let held = |value| [HeaderValue::from_static(value)];
        assert!(none_match(&held("\"1\", W/\"3\""), &tag));
        assert!(none_match(&held("*"), &tag));
        assert!(!none_match(&held("\"33\""), &tag));
    }

    #[test]
    fn the_fingerprint_tells_bodies_and_paths_apart() {
        let sent = headers("idempotency-key", "k");
        let print = |path, body: &[u8]| idempotency(&sent, "op", path, body).ok().flatten();
        assert_eq!(print("/a", b"b"), print("/a", b"b"));
        assert_ne!(print("/a", b"b"), print("/ab", b""));
    }
}
