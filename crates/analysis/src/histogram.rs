//! Latencies as counts in buckets that each reach at most an eighth further than they begin.
//!
//! The gateway counts into the same buckets with its own atomics (`bucket_of`, `from_counts`), so nothing is converted
//! on the way to a verdict. A sum of microseconds is kept for the mean; single values are not.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeStruct as _};

use crate::CountsError;

const SUB_BITS: u32 = 3;
const SUBS: usize = 1 << SUB_BITS;
const MAX_EXPONENT: u32 = 32;

/// How many buckets there are; the last one is open (from about 67 minutes on).
pub const BUCKETS: usize = SUBS + (MAX_EXPONENT - SUB_BITS) as usize * SUBS;

/// The greatest ratio of a bucket's end to its beginning, from 8 µs on. Below that each microsecond has its own bucket.
pub const GROWTH: f64 = 1.125;

/// The bucket that counts a latency: 0..8 one microsecond each, then eight to every doubling.
pub fn bucket_of(micros: u64) -> usize {
    if micros < SUBS as u64 {
        return micros as usize;
    }
    let exponent = 63 - micros.leading_zeros();
    if exponent >= MAX_EXPONENT {
        return BUCKETS - 1;
    }
    let sub = (micros >> (exponent - SUB_BITS)) as usize & (SUBS - 1);
    SUBS + (exponent - SUB_BITS) as usize * SUBS + sub
}

/// The least latency in µs that a bucket counts. A bucket ends where the next begins; `bucket_start(BUCKETS)` is where
/// the last one would end if it were not open.
pub fn bucket_start(bucket: usize) -> u64 {
    if bucket < SUBS {
        return bucket as u64;
    }
    let octave = (bucket - SUBS) / SUBS;
    let sub = (bucket - SUBS) % SUBS;
    ((SUBS + sub) as u64) << octave
}

/// Cumulative counts of latencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    /// The sum of `counts`, which is asked for all the time.
    count: u64,
    sum_us: u64,
}

/// Where a quantile lies: the bucket that holds it, so the true value is at least `low_us` and less than `high_us`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantile {
    /// The least value that the bucket counts.
    pub low_us: u64,
    /// The first value that the next bucket counts; `u64::MAX` for the open last bucket.
    pub high_us: u64,
}

impl Quantile {
    /// The middle of the bucket by ratio: off by at most 6.1 % of the true value, from 8 µs on and below the open bucket.
    pub fn estimate_us(&self) -> f64 {
        if self.high_us == u64::MAX {
            return self.low_us as f64;
        }
        if self.low_us < SUBS as u64 {
            return self.low_us as f64 + 0.5;
        }
        (self.low_us as f64 * self.high_us as f64).sqrt()
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], count: 0, sum_us: 0 }
    }
}

impl Histogram {
    /// A histogram from counts in bucket order, as a counter of atomics gives them; what is missing at the end is zero.
    ///
    /// # Errors
    /// [`CountsError::UnknownBucket`] when there are more counts than buckets.
    pub fn from_counts(counts: impl IntoIterator<Item = u64>, sum_us: u64) -> Result<Self, CountsError> {
        let mut own = Self { sum_us, ..Self::default() };
        for (bucket, count) in counts.into_iter().enumerate() {
            *own.counts.get_mut(bucket).ok_or(CountsError::UnknownBucket { bucket })? = count;
            own.count = own.count.saturating_add(count);
        }
        Ok(own)
    }

    /// Counts one latency.
    pub fn record(&mut self, micros: u64) {
        self.record_many(micros, 1);
    }

    /// Counts the same latency `times` times. Counts stop at `u64::MAX` instead of wrapping.
    pub fn record_many(&mut self, micros: u64, times: u64) {
        let slot = &mut self.counts[bucket_of(micros)];
        *slot = slot.saturating_add(times);
        self.count = self.count.saturating_add(times);
        self.sum_us = self.sum_us.saturating_add(micros.saturating_mul(times));
    }

    /// Adds another histogram's counts.
    pub fn merge(&mut self, other: &Self) {
        for (own, more) in self.counts.iter_mut().zip(&other.counts) {
            *own = own.saturating_add(*more);
        }
        self.count = self.count.saturating_add(other.count);
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
    }

    /// What was counted since `earlier`, a previous reading of the same counter.
    ///
    /// # Errors
    /// [`CountsError::WentBack`] when a count is smaller than before: the counter was started anew.
    pub fn since(&self, earlier: &Self) -> Result<Self, CountsError> {
        let went_back = |(is, was): (&u64, &u64)| (is < was).then_some((*is, *was));
        if let Some((is, was)) = self.counts.iter().zip(&earlier.counts).find_map(went_back) {
            return Err(CountsError::WentBack { what: "latency", was, is });
        }
        let (is, was) = (self.sum_us, earlier.sum_us);
        let sum_us = is.checked_sub(was).ok_or(CountsError::WentBack { what: "latency sum", was, is })?;
        let counts: Vec<u64> = self.counts.iter().zip(&earlier.counts).map(|(is, was)| is - was).collect();
        let count = counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
        Ok(Self { counts, count, sum_us })
    }

    /// How many latencies were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all latencies in µs.
    pub fn sum_us(&self) -> u64 {
        self.sum_us
    }

    /// The counts in bucket order, [`BUCKETS`] of them.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many latencies lie in `bucket` or a later one.
    pub fn count_from(&self, bucket: usize) -> u64 {
        self.counts.iter().skip(bucket).fold(0, |sum: u64, count| sum.saturating_add(*count))
    }

    /// The mean in µs; `None` without latencies.
    pub fn mean_us(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum_us as f64 / count as f64)
    }

    /// Where the `q`-quantile lies (`q` from 0 to 1, the nearest-rank rule); `None` without latencies.
    pub fn quantile(&self, q: f64) -> Option<Quantile> {
        self.quantile_bucket(q).map(|bucket| Quantile { low_us: bucket_start(bucket), high_us: bucket_end(bucket) })
    }

    /// The bucket that holds the `q`-quantile; `None` without latencies.
    pub fn quantile_bucket(&self, q: f64) -> Option<usize> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).clamp(1, count);
        let mut below = 0_u64;
        for (bucket, in_bucket) in self.counts.iter().enumerate() {
            below = below.saturating_add(*in_bucket);
            if below >= rank {
                return Some(bucket);
            }
        }
        None
    }

    /// The `q`-quantile in µs with the ranks of a bucket spread evenly over it: smoother than the bucket's middle, for
    /// comparing two histograms. `None` without latencies.
    pub fn quantile_interpolated_us(&self, q: f64) -> Option<f64> {
        let bucket = self.quantile_bucket(q)?;
        let below = self.counts[..bucket].iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let inside = self.counts[bucket].max(1) as f64;
        let part = ((q.clamp(0.0, 1.0) * self.count() as f64 - below as f64) / inside).clamp(0.0, 1.0);
        let start = bucket_start(bucket) as f64;
        Some(start + part * (bucket_start(bucket + 1) as f64 - start))
    }
}

fn bucket_end(bucket: usize) -> u64 {
    if bucket + 1 >= BUCKETS { u64::MAX } else { bucket_start(bucket + 1) }
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counts: Vec<(usize, u64)> =
            self.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
        let mut fields = serializer.serialize_struct("Histogram", 2)?;
        fields.serialize_field("sum_us", &self.sum_us)?;
        fields.serialize_field("counts", &counts)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            sum_us: u64,
            counts: Vec<(usize, u64)>,
        }
        let wire = Wire::deserialize(deserializer)?;
        let mut own = Self { sum_us: wire.sum_us, ..Self::default() };
        for (bucket, count) in wire.counts {
            let slot =
                own.counts.get_mut(bucket).ok_or_else(|| D::Error::custom(CountsError::UnknownBucket { bucket }))?;
            *slot = slot.saturating_add(count);
            own.count = own.count.saturating_add(count);
        }
        Ok(own)
    }
}
