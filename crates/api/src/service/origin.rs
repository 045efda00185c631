//! Which pages may call: CORS by a list, and the guard of cookies against forged requests.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Uri};

use super::client::authority;
use crate::context::Client;
use crate::problem::{Class, Problem};
use crate::settings::Settings;

const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, if-match, if-none-match, idempotency-key, last-event-id, traceparent, x-request-id",
);
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static(
    "etag, location, retry-after, ratelimit, ratelimit-policy, x-request-id, traceparent, content-disposition",
);

/// The caller's origin, if the list has it.
pub(crate) fn allowed<'h>(headers: &'h HeaderMap, settings: &Settings) -> Option<&'h HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    settings.cors_origins.iter().any(|one| one.as_bytes() == origin.as_bytes()).then_some(origin)
}

/// Whether the request is a browser's question before the real one.
pub(crate) fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds what a browser needs to let the page read the answer.
pub(crate) fn permit(answer: &mut HeaderMap, origin: Option<HeaderValue>, preflight: bool, methods: &str) {
    answer.append(VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return };
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    if preflight {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        if let Ok(methods) = HeaderValue::from_str(methods) {
            answer.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
    }
}

/// Refuses a request that would act on a cookie, unless a page of ours sent it.
///
/// Without a cookie there is nothing to forge. Browsers send `Sec-Fetch-Site` or `Origin` with every
/// POST; a cookie with neither is refused.
///
/// # Errors
/// Denied.
///
/// Source: OWASP ASVS 5.0, 3.5.1; Fetch Metadata.
pub(crate) fn guard_cookie(
    headers: &HeaderMap,
    uri: &Uri,
    client: &Client,
    settings: &Settings,
) -> Result<(), Problem> {
    if !headers.contains_key(http::header::COOKIE) {
        return Ok(());
    }
    let refused = || Problem::new(Class::Denied, "A page of another origin may not do this.").code("cross-origin");
    if let Some(site) = headers.get("sec-fetch-site")
        && site == "same-origin"
    {
        return Ok(());
    }
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).ok_or_else(refused)?;
    let scheme = if client.secure { "https" } else { "http" };
    let own = authority(headers, uri).is_some_and(|host| {
        origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")).is_some_and(|o| o == host)
    });
    let public = settings.public_url.as_deref().is_some_and(|url| url.trim_end_matches('/') == origin);
    let listed = settings.cors_origins.iter().any(|one| one == origin);
    if own || public || listed { Ok(()) } else { Err(refused()) }
}
