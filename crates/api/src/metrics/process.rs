//! Memory, CPU time, open files and threads of this process, read from `/proc` when asked.
//!
//! Elsewhere than on Linux there is nothing to read, and nothing is shown.

use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

/// Clock ticks a second in `/proc/self/stat`.
///
/// Source: proc(5); `USER_HZ` is 100 on every Linux that user programs see.
const TICKS_PER_S: f64 = 100.0;

/// `/proc/self/status` counts in KiB.
const KIB: i64 = 1024;

#[derive(Debug)]
pub(crate) struct Process;

impl Process {
    pub const fn new() -> Self {
        Self
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = |name: &str| {
            status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse::<i64>().ok())
        };
        let files = fs::read_dir("/proc/self/fd").ok().and_then(|files| i64::try_from(files.count()).ok());
        let gauges = [
            ("process_resident_memory", "Memory in RAM", Some(Unit::Bytes), line("VmRSS:").map(|k| k * KIB)),
            ("process_virtual_memory", "Address space", Some(Unit::Bytes), line("VmSize:").map(|k| k * KIB)),
            ("process_threads", "Threads", None, line("Threads:")),
            ("process_open_fds", "Open files and sockets", None, files),
        ];
        for (name, help, unit, value) in gauges {
            if let Some(value) = value {
                let gauge = ConstGauge::new(value);
                gauge.encode(encoder.encode_descriptor(name, help, unit.as_ref(), gauge.metric_type())?)?;
            }
        }
        if let Some(seconds) = cpu_seconds() {
            let counter = ConstCounter::new(seconds);
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor(
                "process_cpu",
                "CPU time, user and system",
                Some(&Unit::Seconds),
                kind,
            )?)?;
        }
        Ok(())
    }
}

/// User and system time, fields 14 and 15 of `/proc/self/stat`.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / TICKS_PER_S)
}
