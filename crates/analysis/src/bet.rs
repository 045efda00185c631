//! Evidence that grows window by window: bets on which arm the next hits come from.
//!
//! In one window the arms had `n_c` and `n_b` requests, of which `k` together were hits (failures, slow answers). If the
//! versions are alike, which of the requests hit does not depend on the arm: the canary's hits are hypergeometric, and
//! with arms of equal size symmetric around their mean whatever clumps the hits have within the window. The bet pays
//! `1 + tanh(stake * z)`, divided by its expectation, so a window can at most double the wealth however extreme it is:
//! a stall is one moment, not a thousand slow requests.
//!
//! Wealth is put in at the start, at each step and a little in each window (never more than 1 in all), so that what
//! begins late is found too. The sum is an e-process: the probability to ever reach `1 / a` is at most `a`, at whatever
//! moments one looks. Source: Lindon, Sanden, Shirikian, arXiv 2205.14762 (sequential tests of counts); Ramdas et al.,
//! "Game-theoretic statistics and safe anytime-valid inference", section 5 (tests of symmetry by betting).

use serde::{Deserialize, Serialize};

use crate::{Evidence, Ratio};

/// Small stakes find small differences in many windows, large ones large differences in few.
pub(crate) const STAKES: [f64; 3] = [0.35, 0.9, 2.5];

/// How wealth is spread over the stakes.
pub(crate) type Spread = [f64; STAKES.len()];
/// For what a fault makes common: a quantile of the latency.
pub(crate) const EVEN: Spread = [0.4, 0.4, 0.2];
/// For all latencies at once, where half as slow again is about one deviation of a window with twenty requests.
pub(crate) const FIRM: Spread = [0.25, 0.65, 0.1];
/// For what hardly happens without a fault: failures. One of them in a window is as clear as it gets.
pub(crate) const BOLD: Spread = [0.1, 0.25, 0.65];
/// Stands for no wealth: JSON has no infinity.
const NOTHING: f64 = -1e6;
/// Above so many possible outcomes the hypergeometric is as good as symmetric.
const OUTCOMES_MAX: f64 = 4000.0;

/// Wealth put in at the release's start.
pub(crate) const AT_START: f64 = 0.5;
/// Wealth shared by the starts of the later steps.
pub(crate) const AT_STEPS: f64 = 0.25;
/// Wealth that drips in over all windows, for ever.
pub(crate) const DRIP: f64 = 0.25;
const DRIP_HALF_LIFE: f64 = 600.0;

/// One window of both arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub canary: Ratio,
    pub baseline: Ratio,
}

/// A running bet that the canary's hits are more than its share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bet {
    ln_wealth: [f64; STAKES.len()],
    ln_max: f64,
    windows: u64,
    put_in: f64,
    spread: Spread,
}

impl Bet {
    /// A bet without wealth.
    pub fn new(spread: Spread) -> Self {
        Self { ln_wealth: [NOTHING; STAKES.len()], ln_max: NOTHING, windows: 0, put_in: 0.0, spread }
    }

    /// Puts wealth in, spread over the stakes. What would make it more than 1 in all is left out.
    pub fn put_in(&mut self, wealth: f64) {
        let wealth = wealth.min(1.0 - self.put_in);
        if wealth <= 0.0 {
            return;
        }
        self.put_in += wealth;
        for (ln, part) in self.ln_wealth.iter_mut().zip(self.spread) {
            *ln = ln_sum(*ln, (wealth * part).ln());
        }
    }

    /// Plays one window and lets this window's drip in first. A window in which all or none hit says nothing.
    pub fn play(&mut self, split: &Split) {
        self.play_at_odds(split, false);
    }

    /// The opposite bet: that the canary's hits are fewer than its share.
    pub fn play_against(&mut self, split: &Split) {
        self.play_at_odds(split, true);
    }

    fn play_at_odds(&mut self, split: &Split, against: bool) {
        self.take(gains(split, against));
    }

    /// Plays a window whose gains were computed elsewhere.
    pub fn take(&mut self, gains: Option<[f64; STAKES.len()]>) {
        self.put_in(drip(self.windows));
        self.windows += 1;
        if let Some(gains) = gains {
            for (ln, gain) in self.ln_wealth.iter_mut().zip(gains) {
                *ln = (*ln + gain.max(1e-12).ln()).max(NOTHING);
            }
        }
        self.ln_max = self.ln_max.max(self.ln_e());
    }

    pub fn ln_e(&self) -> f64 {
        self.ln_wealth.iter().fold(NOTHING, |sum, ln| ln_sum(sum, *ln))
    }

    /// The evidence against a level.
    pub fn evidence(&self, level: f64) -> Evidence {
        Evidence { ln_e: self.ln_e(), ln_e_max: self.ln_max, ln_needed: -level.ln() }
    }

    pub fn reached(&self, level: f64) -> bool {
        self.ln_max >= -level.ln()
    }
}

/// What drips in at a window: the parts sum to [`DRIP`] over all windows, half of it in the first 600.
fn drip(window: u64) -> f64 {
    let at = window as f64 + DRIP_HALF_LIFE;
    DRIP * DRIP_HALF_LIFE / (at * (at + 1.0))
}

/// By what each stake's wealth is multiplied; `None` when the window says nothing.
pub(crate) fn gains(split: &Split, against: bool) -> Option<[f64; STAKES.len()]> {
    let sign = if against { -1.0 } else { 1.0 };
    let canary = split.canary.of as f64;
    let baseline = split.baseline.of as f64;
    let all = canary + baseline;
    let hits = (split.canary.hits.min(split.canary.of) as f64) + (split.baseline.hits.min(split.baseline.of) as f64);
    let mean = hits * canary / all;
    let deviation = (hits * (all - hits) * canary * baseline / (all * all * (all - 1.0))).sqrt();
    if !(deviation.is_finite() && deviation > 0.0) {
        return None;
    }
    let payoff = |outcome: f64| STAKES.map(|stake| 1.0 + (stake * sign * (outcome - mean) / deviation).tanh());
    let mut paid = payoff(split.canary.hits.min(split.canary.of) as f64);
    if deviation * 16.0 <= OUTCOMES_MAX {
        let mut expected = [0.0; STAKES.len()];
        let mut total = 0.0;
        for_each_outcome(hits, canary, baseline, |outcome, weight| {
            total += weight;
            expected.iter_mut().zip(payoff(outcome)).for_each(|(sum, pay)| *sum += weight * pay);
        });
        paid.iter_mut().zip(expected).for_each(|(pay, expected)| *pay /= (expected / total).max(1e-9));
    }
    Some(paid)
}

/// The hypergeometric outcomes with weights relative to the likeliest one, as far out as they matter.
fn for_each_outcome(hits: f64, canary: f64, baseline: f64, mut visit: impl FnMut(f64, f64)) {
    let least = (hits - baseline).max(0.0);
    let most = hits.min(canary);
    let likeliest = ((hits + 1.0) * (canary + 1.0) / (canary + baseline + 2.0)).floor().clamp(least, most);
    visit(likeliest, 1.0);
    let up = |x: f64| (hits - x) * (canary - x) / ((x + 1.0) * (baseline - hits + x + 1.0));
    let (mut x, mut weight) = (likeliest, 1.0);
    while x < most && weight > 1e-13 {
        weight *= up(x);
        x += 1.0;
        visit(x, weight);
    }
    (x, weight) = (likeliest, 1.0);
    while x > least && weight > 1e-13 {
        x -= 1.0;
        weight /= up(x);
        visit(x, weight);
    }
}

/// `ln(exp(a) + exp(b))`.
pub(crate) fn ln_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    high + (low - high).exp().ln_1p()
}

/// Evidence that a share is below a margin, for requests that fail one by one: likelihood ratios of smaller shares
/// against the margin, mixed. Under any share of at least the margin it is a supermartingale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BelowMargin {
    ln_wealth: [f64; BELOW.len()],
    ln_max: f64,
}

const BELOW: [f64; 3] = [0.0, 0.15, 0.45];

impl Default for BelowMargin {
    fn default() -> Self {
        Self { ln_wealth: [-(BELOW.len() as f64).ln(); BELOW.len()], ln_max: NOTHING }
    }
}

impl BelowMargin {
    pub fn add(&mut self, ratio: &Ratio, margin: f64) {
        let hits = ratio.hits.min(ratio.of) as f64;
        let misses = ratio.of as f64 - hits;
        for (ln, part) in self.ln_wealth.iter_mut().zip(BELOW) {
            let share = part * margin;
            let of_hits = if hits > 0.0 { hits * part.max(1e-300).ln() } else { 0.0 };
            *ln = (*ln + misses * ((1.0 - share) / (1.0 - margin)).ln() + of_hits).clamp(NOTHING, -NOTHING);
        }
        self.ln_max = self.ln_max.max(self.ln_e());
    }

    pub fn ln_e(&self) -> f64 {
        self.ln_wealth.iter().fold(NOTHING, |sum, ln| ln_sum(sum, *ln))
    }

    pub fn evidence(&self, level: f64) -> Evidence {
        Evidence { ln_e: self.ln_e(), ln_e_max: self.ln_max, ln_needed: -level.ln() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(canary: (u64, u64), baseline: (u64, u64)) -> Split {
        Split { canary: Ratio { hits: canary.0, of: canary.1 }, baseline: Ratio { hits: baseline.0, of: baseline.1 } }
    }

    #[test]
    fn wealth_put_in_never_exceeds_one() {
        let mut bet = Bet::new(EVEN);
        bet.put_in(AT_START);
        (0..8).for_each(|_| bet.put_in(AT_STEPS / 8.0));
        (0..200_000).for_each(|_| bet.play(&split((0, 0), (0, 0))));
        assert!(bet.put_in <= 1.0 + 1e-9, "{}", bet.put_in);
        assert!(bet.ln_e() <= 1e-9, "{}", bet.ln_e());
    }

    #[test]
    fn spreads_are_whole() {
        for spread in [EVEN, FIRM, BOLD] {
            assert!((spread.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn one_window_can_at_most_about_double_the_wealth() {
        for window in [split((1000, 1000), (0, 1000)), split((1, 20), (0, 20)), split((500, 1000), (0, 1000))] {
            for gain in gains(&window, false).expect("hits in one arm only say something") {
                assert!(gain <= 2.001, "{window:?} {gain}");
            }
        }
    }

    #[test]
    fn eight_failures_in_different_windows_and_none_in_the_baseline_are_evidence() {
        let mut bet = Bet::new(BOLD);
        bet.put_in(AT_START);
        (0..8).for_each(|_| bet.play(&split((1, 20), (0, 20))));
        assert!(bet.ln_e() > 4.0, "{}", bet.ln_e());
    }

    #[test]
    fn margin_evidence_of_no_failures_follows_the_rule_of_three() {
        let mut below = BelowMargin::default();
        below.add(&Ratio { hits: 0, of: 300 }, 0.02);
        let alone = -300.0 * 0.98_f64.ln();
        assert!((alone - 3.0_f64.ln()..alone).contains(&below.ln_e()), "{} {alone}", below.ln_e());
        let mut failing = BelowMargin::default();
        failing.add(&Ratio { hits: 15, of: 300 }, 0.02);
        assert!(failing.ln_e() < 0.0, "{}", failing.ln_e());
    }

    proptest! {
        /// The promise behind every false-alarm bound: over all outcomes of a window the expected gain is 1.
        #[test]
        fn expected_gain_is_one(canary in 1_u64..60, baseline in 1_u64..60, part in 0.0_f64..1.0, against: bool) {
            let hits = ((canary + baseline) as f64 * part) as u64;
            let mut expected = [0.0; STAKES.len()];
            let mut total = 0.0;
            for_each_outcome(hits as f64, canary as f64, baseline as f64, |outcome, weight| {
                total += weight;
                let of_canary = outcome as u64;
                let window = split((of_canary, canary), (hits - of_canary, baseline));
                let gains = gains(&window, against).unwrap_or([1.0; STAKES.len()]);
                expected.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += weight * gain);
            });
            for value in expected {
                prop_assert!((value / total - 1.0).abs() < 1e-9, "{}", value / total);
            }
        }

        #[test]
        fn more_canary_hits_are_never_less_evidence(of in 1_u64..300, a in 0_u64..300, b in 0_u64..300, more in 0_u64..50) {
            let (a, b) = (a.min(of), b.min(of));
            let worse = (a + more).min(of);
            let before = gains(&split((a, of), (b, of)), false);
            let after = gains(&split((worse, of), (b, of)), false);
            if let (Some(before), Some(after)) = (before, after) && a >= b {
                for (low, high) in before.iter().zip(after) {
                    prop_assert!(high >= low - 0.02, "{low} {high}");
                }
            }
        }

        #[test]
        fn swapping_the_arms_turns_the_bet_around(of in 1_u64..100, a in 0_u64..100, b in 0_u64..100) {
            let (a, b) = (a.min(of), b.min(of));
            prop_assert_eq!(gains(&split((a, of), (b, of)), false).is_some(), gains(&split((b, of), (a, of)), true).is_some());
            if let (Some(left), Some(right)) =
                (gains(&split((a, of), (b, of)), false), gains(&split((b, of), (a, of)), true)) {
                for (left, right) in left.iter().zip(right) {
                    prop_assert!((left - right).abs() < 1e-9);
                }
            }
        }

        #[test]
        fn no_counts_make_it_panic_or_not_a_number(a: u64, b: u64, c: u64, d: u64) {
            let mut bet = Bet::new(EVEN);
            bet.put_in(AT_START);
            let mut below = BelowMargin::default();
            for _ in 0..3 {
                bet.play(&split((a, b), (c, d)));
                bet.play_against(&split((c, d), (a, b)));
                below.add(&Ratio { hits: a, of: b }, 0.02);
            }
            prop_assert!(bet.ln_e().is_finite() && below.ln_e().is_finite());
        }
    }
}
