//! What the monitor shows: one picture of an environment, also as JSON.

use serde::Serialize;

/// One picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Whose it is.
    pub title: String,
    /// When it was taken, for people.
    pub at: String,
    /// For how long the monitor has watched: every figure is from within this time.
    pub watched_seconds: f64,
    /// Requests.
    pub traffic: Traffic,
    /// Failures.
    pub errors: Errors,
    /// How long answers took in the last seconds, in milliseconds.
    pub latency: Latency,
    /// How full it is.
    pub saturation: Saturation,
    /// The objectives and how fast their budget burns.
    pub slo: Slo,
    /// Each instance.
    pub replicas: Vec<Replica>,
    /// Each version that the gateway knows, by its attempts.
    pub groups: Vec<Group>,
    /// The log of events.
    pub events: Events,
    /// A release that is under way.
    pub release: Option<Release>,
    /// What could not be read.
    pub troubles: Vec<String>,
}

/// Requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    /// In the last seconds.
    pub per_second: Option<f64>,
    /// In work right now.
    pub in_flight: f64,
    /// Open event streams.
    pub streams: f64,
    /// Requests per second, oldest first, one for each reading.
    pub history: Vec<f64>,
}

/// Failures: answers of 5xx.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Errors {
    /// Their share in the last seconds.
    pub share: Option<f64>,
    /// Requests per second that were refused before they ran.
    pub turned_away_per_second: Option<f64>,
    /// Failures per second, oldest first.
    pub history: Vec<f64>,
}

/// Milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// Half of the answers were faster.
    pub p50_ms: Option<f64>,
    /// 95 % were.
    pub p95_ms: Option<f64>,
    /// 99 % were.
    pub p99_ms: Option<f64>,
    /// p95, oldest first.
    pub history: Vec<f64>,
}

/// How full it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Saturation {
    /// Processor cores in use, over all instances.
    pub cores: Option<f64>,
    /// Memory in use, over all instances.
    pub memory_bytes: f64,
    /// Writes that wait for the database.
    pub queue_depth: f64,
    /// Cores in use, oldest first.
    pub history: Vec<f64>,
}

/// The objectives.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slo {
    /// The share of requests that must not fail: 0.999.
    pub availability: f64,
    /// p95 must be below.
    pub p95_ms_max: f64,
    /// What is left of the failures that the objective allows for the requests that were watched; below 0: overspent.
    pub budget_left: Option<f64>,
    /// The burn rates that alerts are raised on.
    pub burns: Vec<Burn>,
}

/// How fast the budget burns in a long and a short window; 1 uses it up exactly.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Burn {
    /// Both must reach it.
    pub threshold: f64,
    /// The long window.
    pub long_seconds: f64,
    /// The short window.
    pub short_seconds: f64,
    /// Burn rate in the long window, as far as it was watched.
    pub long: Option<f64>,
    /// Burn rate in the short window, as far as it was watched.
    pub short: Option<f64>,
    /// How much of the long window was watched, from 0 to 1.
    pub long_watched: f64,
    /// Whether both reach the threshold.
    pub alarming: bool,
}

/// One instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    /// Its name, or its address.
    pub name: String,
    /// Version and build.
    pub version: String,
    /// Whether it answered.
    pub answers: bool,
    /// Whether its database takes writes.
    pub database_healthy: Option<bool>,
    /// Requests per second.
    pub per_second: Option<f64>,
    /// 95 % of its answers were faster.
    pub p95_ms: Option<f64>,
    /// Processor cores in use.
    pub cores: Option<f64>,
    /// Memory in use.
    pub memory_bytes: f64,
}

/// One version at the gateway.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What runs there.
    pub version: String,
    /// Its share of traffic.
    pub weight: f64,
    /// Attempts per second.
    pub per_second: Option<f64>,
    /// Share of attempts that failed.
    pub failed: Option<f64>,
    /// 95 % of its answers were faster.
    pub p95_ms: Option<f64>,
    /// A target is ejected or its breaker is open.
    pub impaired: bool,
}

/// The log of events.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Events {
    /// Position of the last one.
    pub position: Option<f64>,
    /// New ones per second.
    pub per_second: Option<f64>,
    /// How far the instance that is furthest behind has yet to read.
    pub lag: Option<f64>,
    /// Not sealed yet.
    pub unsealed: Option<f64>,
}

/// A release under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// What.
    pub title: String,
    /// Steps that are done.
    pub done: usize,
    /// Steps in all.
    pub of: usize,
    /// What the analysis last said: `pass`, `fail`, `needs-more`.
    pub verdict: Option<String>,
    /// And why, or why it was turned back.
    pub why: Option<String>,
}
