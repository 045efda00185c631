//! How much the arms differ, with intervals that hold at all times together.
//!
//! The interval of a share is a confidence sequence: all shares that a beta mixture has not refuted (Robbins; Howard and
//! others, "Time-uniform, nonparametric, nonasymptotic confidence sequences"). The interval of a quantile is made from
//! it: all values below which the share of latencies may be that quantile. Both take requests to be independent of each
//! other; verdicts don't rest on them, they are what a reader is told.

use statrs::function::gamma::ln_gamma;

use crate::{BUCKETS, Comparison, Effect, Histogram, Ratio, bucket_start};

/// The level of the intervals that are shown.
pub(crate) const CONFIDENCE: f64 = 0.99;

/// The shares that `hits` of `of` have not refuted at any time, at level `1 - error`.
pub(crate) fn share_interval(ratio: &Ratio, error: f64) -> (f64, f64) {
    if ratio.of == 0 {
        return (0.0, 1.0);
    }
    let refuted = refuted_at(ratio, error);
    let middle = ratio.hits.min(ratio.of) as f64 / ratio.of as f64;
    let low = if refuted(0.0) { boundary(0.0, middle, &refuted) } else { 0.0 };
    let high = if refuted(1.0) { boundary(1.0, middle, &refuted) } else { 1.0 };
    (low, high)
}

/// Whether a share is refuted: the mixture is more than `1 / error` times as likely.
fn refuted_at(ratio: &Ratio, error: f64) -> impl Fn(f64) -> bool {
    let hits = ratio.hits.min(ratio.of) as f64;
    let misses = ratio.of as f64 - hits;
    let mixture = ln_gamma(hits + 0.5) + ln_gamma(misses + 0.5) - ln_gamma(hits + misses + 1.0) - 2.0 * ln_gamma(0.5);
    let needed = -error.ln();
    move |share| mixture - of_log(hits, share) - of_log(misses, 1.0 - share) >= needed
}

/// `count * ln(share)`, where nothing out of nothing is certain.
fn of_log(count: f64, share: f64) -> f64 {
    if count == 0.0 { 0.0 } else { count * share.ln() }
}

/// Where `refuted` ends between an end that is and a middle that is not.
fn boundary(mut out: f64, mut inside: f64, refuted: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..40 {
        let middle = (out + inside) / 2.0;
        if refuted(middle) { out = middle } else { inside = middle }
    }
    out
}

/// The values in µs that may be the `q`-quantile, at level `1 - error`; `None` above: without bound.
fn quantile_interval(histogram: &Histogram, q: f64, error: f64) -> (u64, Option<u64>) {
    let of = histogram.count();
    let below = |bucket: usize| Ratio { hits: of - histogram.count_from(bucket).min(of), of };
    // The share below a value only grows, so both ends are found by halving.
    let first_of = |from: usize, holds: &dyn Fn(usize) -> bool| {
        let (mut low, mut high) = (from, BUCKETS);
        while low < high {
            let middle = low.midpoint(high);
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        low
    };
    let may_be = |bucket: usize| !refuted_at(&below(bucket), error)(q);
    let share = |bucket: usize| below(bucket).hits as f64 / of as f64;
    let low = first_of(0, &|bucket| share(bucket) >= q || may_be(bucket));
    let high = first_of(low, &|bucket| share(bucket) > q && !may_be(bucket));
    (bucket_start(low.saturating_sub(1)), (high < BUCKETS).then(|| bucket_start(high)))
}

/// The difference of two shares.
pub(crate) fn of_shares(canary: &Ratio, baseline: &Ratio) -> Option<Effect> {
    if canary.of == 0 || baseline.of == 0 {
        return None;
    }
    let error = (1.0 - CONFIDENCE) / 2.0;
    let (of_canary, of_baseline) = (share_interval(canary, error), share_interval(baseline, error));
    let share = |ratio: &Ratio| ratio.hits as f64 / ratio.of as f64;
    Some(Effect {
        canary: share(canary),
        baseline: share(baseline),
        comparison: Comparison::Difference,
        estimate: share(canary) - share(baseline),
        low: Some(of_canary.0 - of_baseline.1),
        high: Some(of_canary.1 - of_baseline.0),
        confidence: CONFIDENCE,
    })
}

/// The ratio of two quantiles.
pub(crate) fn of_quantiles(canary: &Histogram, baseline: &Histogram, q: f64) -> Option<Effect> {
    let estimate = quantile_ratio(canary, baseline, q)?;
    let error = (1.0 - CONFIDENCE) / 2.0;
    let (of_canary, of_baseline) = (quantile_interval(canary, q, error), quantile_interval(baseline, q, error));
    Some(Effect {
        canary: canary.quantile_interpolated_us(q)?,
        baseline: baseline.quantile_interpolated_us(q)?,
        comparison: Comparison::Ratio,
        estimate,
        low: of_baseline.1.map(|most| of_canary.0 as f64 / most.max(1) as f64),
        high: of_canary.1.filter(|_| of_baseline.0 > 0).map(|most| most as f64 / of_baseline.0 as f64),
        confidence: CONFIDENCE,
    })
}

/// Canary's quantile over the baseline's.
pub(crate) fn quantile_ratio(canary: &Histogram, baseline: &Histogram, q: f64) -> Option<f64> {
    Some(canary.quantile_interpolated_us(q)? / baseline.quantile_interpolated_us(q)?.max(0.5))
}

/// Canary's quantile minus the baseline's.
pub(crate) fn quantile_difference_us(canary: &Histogram, baseline: &Histogram, q: f64) -> Option<f64> {
    Some(canary.quantile_interpolated_us(q)? - baseline.quantile_interpolated_us(q)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_failure_in_a_thousand_bounds_the_share_near_one_percent() {
        let (low, high) = share_interval(&Ratio { hits: 0, of: 1000 }, 0.005);
        assert_eq!(low, 0.0);
        assert!((0.005..0.012).contains(&high), "{high}");
    }

    #[test]
    fn quantile_interval_holds_the_quantile_and_narrows() {
        let filled = |count: u64| {
            let mut histogram = Histogram::default();
            (0..count).for_each(|at| histogram.record(1000 + at * 9000 / count));
            histogram
        };
        let (low, high) = quantile_interval(&filled(200), 0.5, 0.01);
        assert!(low < 5500 && high.is_some_and(|high| high > 5500));
        let (later_low, later_high) = quantile_interval(&filled(100_000), 0.5, 0.01);
        assert!(later_low > low && later_high < high, "{low} {later_low}");
        assert_eq!(quantile_interval(&filled(20), 0.99, 0.01).1, None);
    }

    proptest! {
        #[test]
        fn interval_holds_the_observed_share(of: u64, part in 0.0_f64..=1.0) {
            let hits = (of as f64 * part) as u64;
            let (low, high) = share_interval(&Ratio { hits, of }, 0.01);
            prop_assert!(low <= high && low >= 0.0 && high <= 1.0);
            if of > 0 {
                let share = hits.min(of) as f64 / of as f64;
                prop_assert!(low <= share + 1e-9 && high >= share - 1e-9);
            }
        }
    }
}
