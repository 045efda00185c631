//! Every bound and list of the platform half, with its default.

use std::time::Duration;

use crate::service::client::Network;

/// How the platform serves. All lists are empty and all bounds safe by default.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Version and commit of this build.
    pub build: Build,
    /// Where clients reach us, `https://raally.example`: the server of the OpenAPI document and,
    /// besides the request's own `Host`, the origin that cookies are taken from.
    pub public_url: Option<String>,
    /// Origins that may call from a browser, `https://app.example`.
    pub cors_origins: Vec<String>,
    /// Names that `Host` may have; empty = any. Health stays reachable by any name.
    pub hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<Network>,
    /// Largest JSON body.
    pub body_bytes_max: usize,
    /// Longest time for reading the body and answering.
    pub request_timeout: Duration,
    /// Requests in work at once; more are shed with 503.
    pub concurrent_requests_max: usize,
    /// Requests per caller, files of the web application aside; `None` = unlimited.
    pub rate_limit: Option<RateLimit>,
    /// Open event streams per user.
    pub streams_per_user_max: u32,
    /// Share of the requests that begin a trace which is recorded, from 0 to 1; `None` = no traces are recorded.
    pub trace_ratio: Option<f64>,
    /// Whether `/metrics` answers only platform administrators.
    pub metrics_private: bool,
    /// Whether `/api/openapi.json` is served only to the signed in.
    pub docs_private: bool,
}

/// A token bucket per user, or per address where nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Sustained requests in one window.
    pub requests: u32,
    /// The window.
    pub window: Duration,
    /// Callers remembered at once; the quietest are forgotten first.
    pub callers_max: usize,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { requests: 1_200, window: Duration::from_secs(60), callers_max: 100_000 }
    }
}

/// Which build this is.
#[derive(Clone, Debug)]
pub struct Build {
    /// `0.1.0`.
    pub version: String,
    /// A commit or a date.
    pub build: String,
}

impl Default for Build {
    fn default() -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), build: "unknown".to_owned() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            build: Build::default(),
            public_url: None,
            cors_origins: Vec::new(),
            hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            body_bytes_max: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            concurrent_requests_max: 2_048,
            rate_limit: Some(RateLimit::default()),
            streams_per_user_max: 8,
            trace_ratio: None,
            metrics_private: false,
            docs_private: false,
        }
    }
}
