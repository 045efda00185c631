//! Latencies in buckets that grow with the value: exact up to 127 µs, above that 0.8 % wide.
//!
//! Source: the bucket layout of HdrHistogram (hdrhistogram.org), with 128 sub-buckets.

const SUB_BUCKETS: u64 = 128;
const SUB_BITS: u32 = SUB_BUCKETS.trailing_zeros();
/// A little over nineteen hours, in microseconds.
const VALUE_MAX: u64 = (1 << 36) - 1;
const BUCKETS: usize = ((36 - SUB_BITS as usize) + 1) * SUB_BUCKETS as usize;

/// Counts of latencies in microseconds.
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    sum: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, sum: 0, max: 0 }
    }
}

impl Histogram {
    /// Counts one latency; what is longer than nineteen hours counts as nineteen hours.
    pub fn record(&mut self, micros: u64) {
        let micros = micros.min(VALUE_MAX);
        self.counts[bucket_of(micros)] += 1;
        self.total += 1;
        self.sum += micros;
        self.max = self.max.max(micros);
    }

    /// Adds what another histogram counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// How many latencies were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The greatest latency, exact.
    pub fn max_micros(&self) -> u64 {
        self.max
    }

    /// The mean in microseconds, 0 when nothing was counted.
    pub fn mean_micros(&self) -> u64 {
        self.sum.checked_div(self.total).unwrap_or(0)
    }

    /// The smallest latency, to the bucket's upper edge, that `per_mille` of all don't exceed.
    pub fn quantile_micros(&self, per_mille: u64) -> u64 {
        let wanted = (self.total * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_edge_of(bucket).min(self.max);
            }
        }
        self.max
    }
}

fn bucket_of(micros: u64) -> usize {
    if micros < SUB_BUCKETS {
        return micros as usize;
    }
    let shift = 63 - micros.leading_zeros() - SUB_BITS;
    let sub_bucket = (micros >> shift) - SUB_BUCKETS;
    ((u64::from(shift) + 1) * SUB_BUCKETS + sub_bucket) as usize
}

fn upper_edge_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < SUB_BUCKETS {
        return bucket;
    }
    let shift = bucket / SUB_BUCKETS - 1;
    ((bucket % SUB_BUCKETS + SUB_BUCKETS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_bucket_within_one_percent() {
        for micros in (0..2_000_000).step_by(37).chain([VALUE_MAX]) {
            let edge = upper_edge_of(bucket_of(micros));
            assert!(edge >= micros, "{micros} lies above its bucket's edge {edge}");
            assert!((edge - micros) * 100 <= micros, "{micros} is read as {edge}");
        }
    }

    #[test]
    fn quantiles_of_one_to_a_thousand_are_what_they_should_be() {
        let mut histogram = Histogram::default();
        (1..=1_000).for_each(|micros| histogram.record(micros));
        assert_eq!(histogram.total(), 1_000);
        assert_eq!(histogram.mean_micros(), 500);
        assert_eq!(histogram.quantile_micros(100), 100);
        assert!((500..=504).contains(&histogram.quantile_micros(500)));
        assert!((990..=998).contains(&histogram.quantile_micros(990)));
        assert_eq!(histogram.quantile_micros(1_000), 1_000);
    }

    #[test]
    fn merged_histograms_count_what_both_counted() {
        let (mut left, mut right) = (Histogram::default(), Histogram::default());
        left.record(10);
        right.record(5_000);
        left.merge(&right);
        assert_eq!((left.total(), left.max_micros()), (2, 5_000));
        assert_eq!(left.quantile_micros(500), 10);
    }
}
