//! What a rehearsal amounts to, as data: the JSON report, and what the page is drawn from.

use std::collections::BTreeMap;

use serde::Serialize;

/// All of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// When it was made.
    pub made_at: String,
    /// Where.
    pub machine: String,
    /// Requests each second.
    pub rate: u32,
    /// How long the load ran.
    pub seconds: f64,
    /// The releases, in order.
    pub releases: Vec<Released>,
    /// What users got, from the first request to the last.
    pub users: Users,
    /// How fast the bad version lost its requests.
    pub reaction: Option<Reaction>,
    /// What was claimed, and whether it holds.
    pub claims: Vec<Claim>,
    /// What the gateway counted, twice a second.
    pub samples: Vec<Sample>,
}

/// One release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Released {
    /// `A`.
    pub name: String,
    /// `r1 (0.1.0, build demo-a)`.
    pub title: String,
    /// SHA-256.
    pub digest: String,
    /// `released` or `rolled-back`.
    pub outcome: String,
    /// Why, if it was taken back.
    pub why: String,
    /// Seconds since the load's begin, as all times here.
    pub began_s: f64,
    /// Its end.
    pub ended_s: f64,
    /// What was done.
    pub events: Vec<Event>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When.
    pub at_s: f64,
    /// `route`, `watch`, `back` and so on.
    pub kind: String,
    /// In words.
    pub what: String,
}

/// What users got.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// Good answers.
    pub good: u64,
    /// Others, by what they were.
    pub bad: BTreeMap<String, u64>,
}

/// How fast the bad version lost its requests.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// The first bad answer.
    pub first_bad_s: f64,
    /// The verdict.
    pub verdict_s: f64,
    /// The last request that reached it.
    pub last_request_s: f64,
}

/// A claim.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    /// What.
    pub claim: String,
    /// What was measured.
    pub measured: String,
    /// Whether it holds.
    pub holds: bool,
}

/// One reading of the gateway: what happened since the one before.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// When.
    pub at_s: f64,
    /// How long since the one before.
    pub seconds: f64,
    /// By group.
    pub groups: BTreeMap<String, Figures>,
}

/// Figures of one group in one sample.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Its share.
    pub weight_bp: u32,
    /// Attempts.
    pub attempts: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// p95 of those that did not.
    pub p95_ms: Option<f64>,
}
