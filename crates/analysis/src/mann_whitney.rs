//! Kayenta's Mann-Whitney judgement, for teams that compare with it: windows are samples.
//!
//! The shift between the arms (Hodges-Lehmann) gets a confidence interval; the canary is too high when the whole interval
//! lies above `tolerance` times the estimated shift. Decided once, at the first moment with enough windows: this test is
//! not made for repeated looks. Source: `MannWhitneyClassifier.scala`, `MannWhitney.scala` of github.com/spinnaker/kayenta,
//! whose interval is that of R's `wilcox.test` with the normal approximation; here its order-statistic form.

use statrs::distribution::{ContinuousCDF as _, Normal};

use crate::{Comparison, Effect};

/// The shift of the canary's samples against the baseline's with its interval; `None` without samples.
pub(crate) fn shift(canary: &[f64], baseline: &[f64], confidence: f64) -> Option<Effect> {
    if canary.is_empty() || baseline.is_empty() {
        return None;
    }
    let mut differences: Vec<f64> = canary.iter().flat_map(|high| baseline.iter().map(move |low| high - low)).collect();
    differences.sort_by(f64::total_cmp);
    let pairs = differences.len();
    let deviation = (pairs as f64 * (canary.len() + baseline.len() + 1) as f64 / 12.0).sqrt();
    let normal = Normal::standard().inverse_cdf(0.5 + confidence / 2.0);
    let beyond = (pairs as f64 / 2.0 - normal * deviation).floor().max(0.0) as usize;
    Some(Effect {
        canary: median(canary),
        baseline: median(baseline),
        comparison: Comparison::Difference,
        estimate: (differences[(pairs - 1) / 2] + differences[pairs / 2]) / 2.0,
        low: (beyond > 0).then(|| differences[beyond - 1]),
        high: (beyond > 0).then(|| differences[pairs - beyond]),
        confidence,
    })
}

/// Kayenta's "High": the interval lies above `tolerance` times the shift.
pub(crate) fn is_too_high(effect: &Effect, tolerance: f64) -> bool {
    effect.low.is_some_and(|low| low > tolerance * effect.estimate.abs())
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_is_the_median_of_all_differences() {
        let canary: Vec<f64> = (1..=8).map(|at| f64::from(at) * 1.1).collect();
        let baseline: Vec<f64> = (0..8).map(|at| f64::from(at) - 2.5).collect();
        let effect = shift(&canary, &baseline, 0.98).expect("there are samples");
        assert!((effect.estimate - 3.95).abs() < 0.06, "{}", effect.estimate);
        assert!(effect.low < Some(effect.estimate) && effect.high > Some(effect.estimate));
    }

    #[test]
    fn clear_shift_is_high_and_none_is_not() {
        let baseline: Vec<f64> = (0..50).map(|at| 100.0 + f64::from(at % 10)).collect();
        let slower: Vec<f64> = baseline.iter().map(|value| value * 1.5).collect();
        assert!(is_too_high(&shift(&slower, &baseline, 0.98).expect("samples"), 0.25));
        assert!(!is_too_high(&shift(&baseline, &baseline, 0.98).expect("samples"), 0.25));
    }
}
