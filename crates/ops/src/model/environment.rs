//! `deploy/environments.toml`: what each environment promises, and how a release reaches it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::freeze::Freeze;
use super::kubernetes::KubernetesTarget;
use super::postgres::Postgres;

/// How a release replaces the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// A few instances after the other.
    Rolling,
    /// All new ones beside all old ones, then one switch.
    BlueGreen,
    /// A small share first, compared with a fresh baseline, then more.
    Canary,
}

impl Strategy {
    /// As the file writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rolling => "rolling",
            Self::BlueGreen => "blue-green",
            Self::Canary => "canary",
        }
    }
}

/// Where instances run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// Supervised processes on hosts.
    Host,
    /// Deployments in a cluster.
    Kubernetes,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Where instances run.
    pub target: TargetKind,
    /// The promised number of healthy instances.
    pub replicas: u32,
    /// What `deploy` does when it is not told.
    pub strategy: Strategy,
    /// Who may release: user names, or `@group`. Empty: whoever may run the tool.
    #[serde(default)]
    pub who: Vec<String>,
    /// The only branch that may be released here.
    #[serde(default)]
    pub branch: Option<String>,
    /// Times in which nothing is released.
    #[serde(default)]
    pub freeze: Vec<Freeze>,
    /// How much may go wrong.
    #[serde(default)]
    pub budget: Budget,
    /// Waiting times.
    #[serde(default)]
    pub gates: Gates,
    /// Limits of a rolling release.
    #[serde(default)]
    pub rolling: Rolling,
    /// How long a switch is watched.
    #[serde(default)]
    pub blue_green: BlueGreen,
    /// Steps of a canary.
    #[serde(default)]
    pub canary: Canary,
    /// What counts as worse.
    #[serde(default)]
    pub analysis: Analysis,
    /// For `target = "host"`.
    #[serde(default)]
    pub host: Option<HostTarget>,
    /// For `target = "kubernetes"`.
    #[serde(default)]
    pub kubernetes: Option<KubernetesTarget>,
}

/// How much may go wrong before releases stop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Budget {
    /// Share of requests that must succeed.
    pub availability: f64,
    /// Least share of the error budget that must be left to begin a release.
    pub left_min: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { availability: 0.999, left_min: 0.1 }
    }
}

/// Waiting times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Gates {
    /// From the start to ready.
    pub ready_seconds_max: u64,
    /// How long an instance must have been ready without a break.
    pub settle_ms: u64,
    /// For requests in work when an instance leaves.
    pub drain_seconds_max: u64,
}

impl Default for Gates {
    fn default() -> Self {
        Self { ready_seconds_max: 60, settle_ms: 500, drain_seconds_max: 30 }
    }
}

/// Limits of a rolling release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Rolling {
    /// How many more than promised may run.
    pub surge: u32,
    /// How many fewer than promised may be healthy.
    pub unavailable: u32,
    /// How long each batch is watched before the next one.
    pub watch_seconds: u64,
}

impl Default for Rolling {
    fn default() -> Self {
        Self { surge: 1, unavailable: 0, watch_seconds: 10 }
    }
}

/// How long a switch is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct BlueGreen {
    /// After the switch, before the old version is let go: so long the way back is instant.
    pub watch_seconds: u64,
    /// Wait for `raallyctl promote` before the switch.
    pub pause: bool,
}

impl Default for BlueGreen {
    fn default() -> Self {
        Self { watch_seconds: 60, pause: false }
    }
}

/// Steps of a canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Canary {
    /// One after the other.
    pub steps: Vec<CanaryStep>,
    /// Cookie that keeps a user with one release while the weights stay; without it each request is drawn anew.
    pub sticky_cookie: Option<String>,
}

impl Default for Canary {
    fn default() -> Self {
        let step = |weight_bp| CanaryStep { weight_bp, hold_seconds_min: 30, hold_seconds_max: 600, pause: false };
        Self { steps: [500, 1_000, 2_500, 5_000].map(step).to_vec(), sticky_cookie: Some("raally-release".to_owned()) }
    }
}

/// One step of a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CanaryStep {
    /// Share of the requests, in basis points; the baseline has as much.
    pub weight_bp: u32,
    /// Earliest end of the step.
    #[serde(default)]
    pub hold_seconds_min: u64,
    /// Without a verdict until then, the release is taken back.
    #[serde(default = "ten_minutes")]
    pub hold_seconds_max: u64,
    /// Wait for `raallyctl promote` at its end.
    #[serde(default)]
    pub pause: bool,
}

const fn ten_minutes() -> u64 {
    600
}

/// What counts as worse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Analysis {
    /// Probability of a false alarm in the whole release.
    pub alpha: f64,
    /// Probability that a release that is worse by more than a margin passes.
    pub beta: f64,
    /// A proven difference in the share of failures fails a canary when it is larger than this.
    pub failure_share_tolerance: f64,
    /// A pass says that the share of failures is not higher than the baseline's by this or more.
    pub failure_share_margin: f64,
    /// A proven difference in latency fails a canary when a quantile is longer by more than this part.
    pub latency_tolerance: f64,
    /// A quantile that is longer by no more than this is never worse: at a millisecond a part is noise.
    pub latency_floor_ms: u64,
    /// What of the latency's share of `alpha` goes to all latencies at once, which find sooner what makes every answer
    /// slower; the rest is shared by single quantiles, which find a tail that grows alone. 0: to those alone.
    pub latency_whole_part: f64,
    /// A pass says that median and p95 are not longer than the baseline's by this part or more.
    pub latency_margin: f64,
    /// Where there is no baseline to compare with: the share of failures that ends a release.
    pub slo_failure_share_max: f64,
    /// Where there is no baseline to compare with: the p95 that ends a release.
    pub slo_p95_ms_max: u64,
    /// Where there is no baseline to compare with: requests before the objectives are looked at.
    pub slo_requests_min: u64,
}

impl Default for Analysis {
    fn default() -> Self {
        Self {
            alpha: 0.01,
            beta: 0.01,
            failure_share_tolerance: 0.001,
            failure_share_margin: 0.02,
            latency_tolerance: 0.2,
            latency_floor_ms: 2,
            latency_whole_part: 0.4,
            latency_margin: 0.5,
            slo_failure_share_max: 0.01,
            slo_p95_ms_max: 1_000,
            slo_requests_min: 100,
        }
    }
}

/// Supervised processes on hosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HostTarget {
    /// Journal, programs, logs and sockets, on every host.
    pub state_dir: PathBuf,
    /// Where the gateway listens for requests.
    pub listen: String,
    /// Ports for instances, first and last.
    pub ports: [u16; 2],
    /// `local`, or what `ssh` calls a host. The gateway runs on the first.
    #[serde(default = "this_host")]
    pub hosts: Vec<String>,
    /// What keeps processes alive.
    #[serde(default)]
    pub keeper: Keeper,
    /// Options of `raally serve`, by their names: `RAALLY_DATABASE_URL` and so on.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// Options of the gateway, as `raallyctl gateway` reads them.
    #[serde(default)]
    pub gateway: BTreeMap<String, toml::Value>,
    /// Where the database is PostgreSQL on this host: how it is backed up.
    #[serde(default)]
    pub postgres: Option<Postgres>,
}

fn this_host() -> Vec<String> {
    vec!["local".to_owned()]
}

/// What keeps processes alive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Keeper {
    /// systemd where it is the first process, the tool's own supervisor elsewhere.
    #[default]
    Auto,
    /// systemd units.
    Systemd,
    /// The tool's own supervisor.
    Own,
}

impl Keeper {
    /// As the file and the command line write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Systemd => "systemd",
            Self::Own => "own",
        }
    }
}
