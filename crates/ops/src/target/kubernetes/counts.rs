//! What users got, by group, from Prometheus: the mesh's own counts as the caller saw them, or where there is no mesh those
//! of the instances themselves.
//!
//! The buckets are classic ones, coarse and given by who exports them. A count is taken at its bucket's upper bound: both
//! sides of a comparison are coarsened alike, and a p95 is never said to be less than it is.

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use raally_gateway::GroupCounts;
use serde::Deserialize;

use super::api::Cluster;
use super::routes::Names;
use super::traffic::Splitter;
use crate::failed::{Doing, Failed};
use crate::http::Http;
use crate::model::ids::Group;
use crate::model::kubernetes::Place;

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A Prometheus.
#[derive(Debug, Clone)]
pub struct Prometheus {
    /// `http://HOST:PORT`, or `NAMESPACE/SERVICE:PORT`.
    pub place: String,
    /// The API server, for the second.
    pub cluster: Cluster,
    /// For the first.
    pub http: Http,
}

/// One series of an answer.
#[derive(Debug, Clone, Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

/// The query, and what its labels mean.
struct Question {
    query: String,
    /// Label of the group: a Deployment, or a pod of one.
    of: &'static str,
    /// Label of how a request ended.
    ending: &'static str,
    /// What a bound of a bucket is in microseconds.
    unit_us: f64,
}

impl Question {
    fn new(splitter: Splitter, namespace: &str, workload: &str) -> Self {
        match splitter {
            // As the gateways in front saw it: a pod that refuses connections is seen there alone. Who hung up before the
            // answer (DC) is nobody's fault.
            Splitter::Mesh => Self {
                query: format!(
                    "sum by (destination_workload, response_code, le) (istio_request_duration_milliseconds_bucket{{\
                     reporter=\"source\", destination_workload_namespace=\"{namespace}\", \
                     destination_workload=~\"{workload}(-r[0-9]+(-beside-r[0-9]+)?)?\", response_flags!~\"DC.*\"}})"
                ),
                of: "destination_workload",
                ending: "response_code",
                unit_us: 1_000.0,
            },
            Splitter::Service => Self {
                query: format!(
                    "sum by (pod, status, le) (raally_http_request_duration_seconds_bucket{{namespace=\"{namespace}\", \
                     pod=~\"{workload}-.+\", status!=\"gone\"}})"
                ),
                of: "pod",
                ending: "status",
                unit_us: 1_000_000.0,
            },
        }
    }
}

impl Prometheus {
    /// What was counted so far, by group.
    ///
    /// # Errors
    /// When it does not answer, or not as Prometheus does.
    pub async fn counts(&self, names: &Names, splitter: Splitter) -> Result<BTreeMap<Group, GroupCounts>, Failed> {
        let question = Question::new(splitter, self.cluster.namespace(), &names.service);
        let text = self.ask(&question.query).await?;
        groups(&text, names, &question)
    }

    async fn ask(&self, query: &str) -> Result<String, Failed> {
        let path = format!("/api/v1/query?query={}", utf8_percent_encode(query, NON_ALPHANUMERIC));
        if let Some(Place { namespace, service }) =
            Place::of(&self.place).filter(|_| !self.place.starts_with("http://"))
        {
            let path = format!("/api/v1/namespaces/{namespace}/services/{service}/proxy{path}");
            return Ok(self.cluster.text("get", "services/proxy", &path).await?);
        }
        let address = self.place.trim_start_matches("http://").trim_end_matches('/');
        let answer = self.http.get(address, &path, ANSWER_WITHIN).await;
        let (status, body) = answer.map_err(|error| Failed::ours(format!("Prometheus at {}: {error}", self.place)))?;
        let text = String::from_utf8_lossy(&body).into_owned();
        if status.is_success() {
            Ok(text)
        } else {
            Err(Failed::ours(format!("Prometheus at {}: {status}: {text}", self.place)))
        }
    }
}

/// An answer as counts.
fn groups(text: &str, names: &Names, question: &Question) -> Result<BTreeMap<Group, GroupCounts>, Failed> {
    #[derive(Deserialize)]
    struct Answer {
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        result: Vec<Series>,
    }
    let answer: Answer = serde_json::from_str(text).doing("Prometheus' answer")?;
    let mut found: BTreeMap<(Group, String), Vec<(f64, f64)>> = BTreeMap::new();
    for series in answer.data.result {
        let label = |name: &str| series.metric.get(name).map(String::as_str).unwrap_or_default();
        let Some(group) = group_of(label(question.of), names, question.of == "pod") else { continue };
        let bound = if label("le") == "+Inf" { f64::INFINITY } else { label("le").parse().unwrap_or(f64::NAN) };
        let count: f64 = series.value.1.parse().unwrap_or(f64::NAN);
        if !bound.is_nan() && count.is_finite() {
            found.entry((group, label(question.ending).to_owned())).or_default().push((bound, count));
        }
    }
    let mut groups: BTreeMap<Group, GroupCounts> = BTreeMap::new();
    for ((group, ending), mut buckets) in found {
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        let all = buckets.last().map_or(0.0, |(_, count)| *count).round() as u64;
        let counts = groups.entry(group).or_default();
        counts.arm.attempts += all;
        if failed(&ending) {
            counts.arm.failures += all;
            continue;
        }
        let mut before = 0;
        let mut last_bound = 0.0;
        for (bound, cumulative) in buckets {
            let cumulative = cumulative.round() as u64;
            // Beyond the last bound nobody knows: twice as long is said.
            let at = if bound.is_finite() { bound } else { 2.0 * last_bound };
            counts.arm.latency.record_many((at * question.unit_us) as u64, cumulative.saturating_sub(before));
            before = cumulative.max(before);
            last_bound = at;
        }
    }
    Ok(groups)
}

/// By the server's fault: 5xx, or no answer at all.
fn failed(ending: &str) -> bool {
    ending.starts_with('5') || ending == "0"
}

/// Of a Deployment's name, or a pod's: the same and two parts more.
fn group_of(name: &str, names: &Names, is_pod: bool) -> Option<Group> {
    let deployment = if is_pod { name.rsplitn(3, '-').nth(2)? } else { name };
    let rest = deployment.strip_prefix(&names.service)?;
    if rest.is_empty() { Some(super::routes::CHART) } else { rest.strip_prefix('-')?.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseId;

    fn series(workload: &str, code: &str, le: &str, count: u64) -> serde_json::Value {
        serde_json::json!({"metric": {"destination_workload": workload, "response_code": code, "le": le}, "value": [1.5, count.to_string()]})
    }

    #[test]
    fn classic_buckets_become_counts_at_their_upper_bounds() {
        let result = [
            series("raally-r2", "200", "5", 90),
            series("raally-r2", "200", "10", 100),
            series("raally-r2", "200", "+Inf", 101),
            series("raally-r2", "503", "5", 7),
            series("raally-r2", "503", "+Inf", 7),
            series("raally-r2", "0", "+Inf", 1),
            series("raally", "200", "+Inf", 3),
            series("raally-r1-beside-r2", "404", "+Inf", 4),
            series("raally-canary", "200", "+Inf", 5),
        ];
        let text =
            serde_json::json!({"status": "success", "data": {"resultType": "vector", "result": result}}).to_string();
        let names = Names { service: "raally".into(), chart_track: "stable".into() };
        let groups = groups(&text, &names, &Question::new(Splitter::Mesh, "ns", "raally")).unwrap();
        let new = &groups[&Group::Of(ReleaseId(2))].arm;
        assert_eq!((new.attempts, new.failures, new.latency.count()), (109, 8, 101));
        let p95 = new.latency.quantile_interpolated_us(0.95).unwrap();
        assert!((9_000.0..=11_500.0).contains(&p95), "{p95}");
        assert_eq!(groups[&Group::Of(ReleaseId(0))].arm.attempts, 3);
        assert_eq!(groups[&Group::Baseline { of: ReleaseId(1), beside: ReleaseId(2) }].arm.failures, 0);
        assert_eq!(groups.len(), 3, "what is nobody's is not counted");
    }

    #[test]
    fn a_pod_belongs_to_the_group_of_its_deployment() {
        let names = Names { service: "raally".into(), chart_track: "stable".into() };
        let of = |pod: &str| group_of(pod, &names, true);
        assert_eq!(of("raally-r12-6d4b9c7f5-x2x4z"), Some(Group::Of(ReleaseId(12))));
        assert_eq!(of("raally-6d4b9c7f5-x2x4z"), Some(Group::Of(ReleaseId(0))));
        assert_eq!(of("other-r1-6d4b9c7f5-x2x4z"), None);
    }
}
