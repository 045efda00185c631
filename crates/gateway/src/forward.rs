//! What a message loses and gains on its way through: fields that are for one hop only go, those that say where it
//! comes from are ours to set.
//!
//! Source: RFC 9110, 7.6.1 (hop-by-hop fields); RFC 9112, 3.2 (Host) and 6 (one framing).

use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The last hop, as headers say it.
#[derive(Debug)]
pub(crate) struct Hop<'a> {
    /// Its address.
    pub address: &'a HeaderValue,
    /// Whether it speaks TLS to us.
    pub secure: bool,
    /// Whether what it says about the hops before is believed.
    pub trusted: bool,
}

/// A request that is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// No host, or several, or one that can't be.
    Host,
    /// `CONNECT` or `TRACE`.
    Method,
    /// A target that is no path.
    Target,
}

/// Makes the head of a request ready for a target.
pub(crate) fn request(head: &mut Parts, hop: &Hop<'_>) -> Result<(), Unfit> {
    if matches!(head.method, Method::CONNECT | Method::TRACE) {
        return Err(Unfit::Method);
    }
    host(head)?;
    if head.uri.authority().is_some() || head.uri.scheme().is_some() {
        let path = head.uri.path_and_query().cloned().ok_or(Unfit::Target)?;
        head.uri = Uri::from(path);
    }
    // `*` is for OPTIONS on the server as a whole.
    let whole_server = head.method == Method::OPTIONS && head.uri.path() == "*";
    if !whole_server && !head.uri.path().starts_with('/') {
        return Err(Unfit::Target);
    }
    let headers = &mut head.headers;
    drop_fields(headers);
    forwarded(headers, hop);
    head.version = http::Version::HTTP_11;
    Ok(())
}

/// Makes the head of an answer ready for the client.
pub(crate) fn answer(headers: &mut HeaderMap) {
    drop_fields(headers);
}

/// Whether a request may be sent twice: its method says so, or a key that the application honours.
pub(crate) fn is_idempotent(method: &Method, headers: &HeaderMap) -> bool {
    method.is_idempotent() || headers.contains_key(IDEMPOTENCY_KEY)
}

/// Exactly one host, from the request's target if it names one.
fn host(head: &mut Parts) -> Result<(), Unfit> {
    let mut lines = head.headers.get_all(header::HOST).iter();
    let line = lines.next();
    if lines.next().is_some() {
        return Err(Unfit::Host);
    }
    if let Some(authority) = head.uri.authority() {
        let value = HeaderValue::try_from(authority.as_str()).map_err(|_| Unfit::Host)?;
        // HTTP/2 has `:authority`; a Host beside it has to agree.
        if head.version == http::Version::HTTP_2 && line.is_some_and(|line| *line != value) {
            return Err(Unfit::Host);
        }
        head.headers.insert(header::HOST, value);
        return Ok(());
    }
    match line {
        Some(line) if is_host(line.as_bytes()) => Ok(()),
        None if head.version == http::Version::HTTP_10 => Ok(()),
        _ => Err(Unfit::Host),
    }
}

fn is_host(host: &[u8]) -> bool {
    !host.is_empty()
        && host
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
}

/// Whether a message has this field on one hop only: it is the connection's, or it claims an origin that is ours to say.
fn is_for_one_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "expect"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "forwarded"
            | "x-real-ip"
    )
}

fn drop_fields(headers: &mut HeaderMap) {
    // Most messages have none: one look at each name costs less than a search for each field.
    let mut dropped: Vec<HeaderName> = headers.keys().filter(|name| is_for_one_hop(name)).cloned().collect();
    let named = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        // A client must not take away what we or the framing rely on.
        .filter(|name| {
            !matches!(*name, header::HOST | header::CONTENT_LENGTH | header::COOKIE | header::AUTHORIZATION)
        });
    dropped.extend(named);
    for name in dropped {
        headers.remove(name);
    }
}

fn forwarded(headers: &mut HeaderMap, hop: &Hop<'_>) {
    if !hop.trusted {
        headers.remove(FORWARDED_HOST);
        headers.insert(FORWARDED_FOR, hop.address.clone());
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static(if hop.secure { "https" } else { "http" }));
        return;
    }
    let mut hops: Vec<u8> = Vec::new();
    for line in headers.get_all(FORWARDED_FOR) {
        hops.extend_from_slice(line.as_bytes());
        hops.extend_from_slice(b", ");
    }
    hops.extend_from_slice(hop.address.as_bytes());
    if let Ok(hops) = HeaderValue::from_bytes(&hops) {
        headers.insert(FORWARDED_FOR, hops);
    }
    let known = headers.get(FORWARDED_PROTO).is_some_and(|proto| proto == "https" || proto == "http");
    if !known {
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static(if hop.secure { "https" } else { "http" }));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use http::Request;

    use super::*;

    fn passed(request: http::request::Builder, trusted: bool) -> Result<Parts, Unfit> {
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        let address = HeaderValue::from_static("192.0.2.1");
        super::request(&mut head, &Hop { address: &address, secure: true, trusted })?;
        Ok(head)
    }

    fn get(uri: &str) -> http::request::Builder {
        Request::get(uri).header("host", "a.example")
    }

    #[test]
    fn fields_for_one_hop_are_dropped_and_named_ones_too() {
        let head = passed(
            get("/x")
                .header("connection", "keep-alive, X-Secret, host")
                .header("x-secret", "1")
                .header("keep-alive", "timeout=5")
                .header("te", "trailers")
                .header("upgrade", "h2c")
                .header("expect", "100-continue")
                .header("proxy-authorization", "Basic eA==")
                .header("accept", "*/*"),
            false,
        )
        .unwrap();
        let mut names: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "host", "x-forwarded-for", "x-forwarded-proto"]);
    }

    #[test]
    fn where_a_request_comes_from_can_not_be_forged() {
        let forged = || {
            get("/")
                .header("x-forwarded-for", "1.1.1.1")
                .header("x-forwarded-proto", "gopher")
                .header("x-forwarded-host", "evil.example")
                .header("forwarded", "for=1.1.1.1")
                .header("x-real-ip", "1.1.1.1")
        };
        let head = passed(forged(), false).unwrap();
        assert_eq!(head.headers["x-forwarded-for"], "192.0.2.1");
        assert_eq!(head.headers["x-forwarded-proto"], "https");
        for gone in ["x-forwarded-host", "forwarded", "x-real-ip"] {
            assert!(!head.headers.contains_key(gone), "{gone}");
        }
        let head = passed(forged(), true).unwrap();
        assert_eq!(head.headers["x-forwarded-for"], "1.1.1.1, 192.0.2.1");
        assert_eq!(head.headers["x-forwarded-proto"], "https");
    }

    #[test]
    fn a_request_has_one_host_and_a_path() {
        assert_eq!(passed(get("/").header("host", "b.example"), false).unwrap_err(), Unfit::Host);
        assert_eq!(passed(Request::get("/"), false).unwrap_err(), Unfit::Host);
        assert_eq!(passed(Request::get("/").header("host", "a/b"), false).unwrap_err(), Unfit::Host);
        assert_eq!(passed(get("/").method("CONNECT"), false).unwrap_err(), Unfit::Method);
        let absolute = passed(get("http://b.example:8080/x?y=z"), false).unwrap();
        assert_eq!(
            (absolute.headers["host"].to_str().unwrap(), absolute.uri.to_string().as_str()),
            ("b.example:8080", "/x?y=z")
        );
    }
}
