//! The gateway's own metrics, encoded from its counters when somebody asks.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use raally_analysis::{Histogram, bucket_of};

use crate::routes::{GroupRuntime, Routes};
use crate::shared::Shared;
use crate::steering::Steering;
use crate::wire::{Breaker, Endings, Health};

pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bounds of the latency histogram as powers of two, in microseconds: 256 µs to 34 s.
const BOUNDS: std::ops::RangeInclusive<u32> = 8..=25;

/// Everything in the OpenMetrics text format.
pub(crate) fn text(steering: &Steering) -> String {
    let mut registry = Registry::with_prefix("raally_gateway");
    registry.register_collector(Box::new(Metrics(Arc::clone(&steering.shared))));
    let mut out = String::new();
    if let Err(error) = text::encode(&mut out, &registry) {
        tracing::error!(%error, "can't encode metrics");
    }
    out
}

#[derive(Debug)]
struct Metrics(Arc<Shared>);

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let routes = self.0.routes.load();
        self.totals(&mut encoder)?;
        self.groups(&mut encoder, &routes)?;
        self.targets(&mut encoder, &routes)
    }
}

/// Labels of a sample.
type Labels<'a> = Vec<(&'a str, String)>;

fn labels(group: &GroupRuntime) -> Labels<'static> {
    vec![("group", group.name.0.clone()), ("version", group.version.clone())]
}

impl Metrics {
    fn totals(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let totals = &self.0.totals;
        for (name, help, counter) in [
            ("connections", "Client connections that were accepted", &totals.connections),
            ("retries", "Attempts that followed a failed one", &totals.retries),
            ("counts_read", "Readings of the counts, by which releases are judged", &totals.counts_read),
            ("retry_budget_empty", "Retries that the budget did not allow", &totals.budget_empty),
        ] {
            counter_of(encoder, name, help, counter.load(Ordering::Relaxed))?;
        }
        let mut own = encoder.encode_descriptor(
            "own_answers",
            "Requests that the gateway answered by itself",
            None,
            MetricType::Counter,
        )?;
        for (reason, counter) in [
            ("bad_request", &totals.bad_requests),
            ("rate_limited", &totals.rate_limited),
            ("busy", &totals.queue_refused),
            ("no_target", &totals.no_target),
            ("broken", &totals.bad_gateway),
            ("late", &totals.gateway_timeouts),
        ] {
            let labels = [("reason", reason)];
            ConstCounter::new(counter.load(Ordering::Relaxed)).encode(own.encode_family(&labels)?)?;
        }
        gauge(encoder, "connections_open", "Client connections", &totals.connections_open.load(Ordering::Relaxed))?;
        gauge(encoder, "table_epoch", "Number of the table in use", &self.0.routes.load().epoch)?;
        let draining = u64::from(self.0.draining.load(Ordering::Relaxed));
        gauge(encoder, "draining", "1 while the gateway ends", &draining)
    }

    fn groups(&self, encoder: &mut DescriptorEncoder<'_>, routes: &Routes) -> fmt::Result {
        let counts: Vec<_> = routes.groups.iter().map(|group| (group, group.counts(self.0.now_us()))).collect();
        let mut family = counter_family(encoder, "attempts", "Attempts by how they ended, before retries")?;
        for (group, counts) in &counts {
            for (ending, count) in endings(&counts.endings) {
                let mut labels = labels(group);
                labels.push(("ending", ending.to_owned()));
                ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
            }
        }
        let mut family = counter_family(encoder, "answers", "Requests by the status that clients got")?;
        for (group, _) in &counts {
            for (class, count) in group.counters.answers().into_iter().enumerate().skip(1) {
                let mut labels = labels(group);
                labels.push(("status", format!("{class}xx")));
                ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
            }
        }
        let help = "From the begin of an attempt that did not fail to the answer's head";
        let mut family = encoder.encode_descriptor("attempt_duration_seconds", help, None, MetricType::Histogram)?;
        for (group, counts) in &counts {
            histogram(family.encode_family(&labels(group))?, &counts.arm.latency)?;
        }
        for (name, help, value) in [
            ("ejections", "Ejections of targets", 0),
            ("breaker_openings", "Openings of circuit breakers", 1),
            ("users", "Users who were given a cookie", 2),
        ] {
            let mut family = counter_family(encoder, name, help)?;
            for (group, counts) in &counts {
                let count = [counts.ejections, counts.breaker_openings, counts.users][value];
                ConstCounter::new(count).encode(family.encode_family(&labels(group))?)?;
            }
        }
        let mut family = gauge_family(encoder, "weight_basis_points", "Share of the requests")?;
        for (group, _) in &counts {
            let weight = u64::from(routes.table.weight_bp(&group.name));
            ConstGauge::new(weight).encode(family.encode_family(&labels(group))?)?;
        }
        let mut family = gauge_family(encoder, "queued", "Requests that wait for a place")?;
        for (group, _) in &counts {
            let waiting = u64::from(group.queue.waiting.load(Ordering::Relaxed));
            ConstGauge::new(waiting).encode(family.encode_family(&labels(group))?)?;
        }
        Ok(())
    }

    fn targets(&self, encoder: &mut DescriptorEncoder<'_>, routes: &Routes) -> fmt::Result {
        let now_us = self.0.now_us();
        let states: Vec<_> = routes.targets().map(|target| target.state(now_us, true)).collect();
        for (name, help, column) in [
            ("target_open_requests", "Open requests", 0),
            ("target_healthy", "1 unless active checks failed", 1),
            ("target_ejected", "1 while it is ejected", 2),
            ("target_breaker_open", "1 while its breaker is not closed", 3),
            ("target_draining", "1 while it gets no new requests", 4),
        ] {
            let mut family = gauge_family(encoder, name, help)?;
            for state in &states {
                let labels = [("group", state.group.as_str()), ("target", state.id.as_str())];
                let value = [
                    u64::from(state.open),
                    u64::from(state.health != Health::Unhealthy),
                    u64::from(state.ejected_ms.is_some()),
                    u64::from(state.breaker != Breaker::Closed),
                    u64::from(state.draining),
                ][column];
                ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

fn endings(endings: &Endings) -> [(&'static str, u64); 8] {
    [
        ("ok", endings.ok),
        ("client_error", endings.client_errors),
        ("server_error", endings.server_errors),
        ("connect_failure", endings.connect_failures),
        ("timeout", endings.timeouts),
        ("reset", endings.resets),
        ("aborted", endings.aborted),
        ("cancelled", endings.cancelled),
    ]
}

fn histogram(mut encoder: MetricEncoder<'_>, latency: &Histogram) -> fmt::Result {
    let (counts, mut from) = (latency.counts(), 0);
    let mut buckets = Vec::new();
    for power in BOUNDS {
        let end = bucket_of(1 << power);
        buckets.push(((1_u64 << power) as f64 / 1e6, counts[from..end].iter().sum()));
        from = end;
    }
    buckets.push((f64::INFINITY, counts[from..].iter().sum()));
    encoder.encode_histogram::<NoLabelSet>(latency.sum_us() as f64 / 1e6, latency.count(), &buckets, None)
}

fn counter_family<'s>(
    encoder: &'s mut DescriptorEncoder<'_>,
    name: &'s str,
    help: &str,
) -> Result<MetricEncoder<'s>, fmt::Error> {
    encoder.encode_descriptor(name, help, None, MetricType::Counter)
}

fn gauge_family<'s>(
    encoder: &'s mut DescriptorEncoder<'_>,
    name: &'s str,
    help: &str,
) -> Result<MetricEncoder<'s>, fmt::Error> {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)
}

fn counter_of(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    ConstCounter::new(value).encode(counter_family(encoder, name, help)?)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: &u64) -> fmt::Result {
    ConstGauge::new(*value).encode(gauge_family(encoder, name, help)?)
}
