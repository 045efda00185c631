//! The releases as a page for people.

use std::fmt::Write;

use super::Judged;

pub fn page(all: &[Judged]) -> String {
    let mut text = String::from(concat!(
        "# How real releases were judged\n\n",
        "Made by `cargo run -p raally-ops --example releases`; `make soak` makes 30 and 30. Each is a canary at 40 % beside a\n",
        "fresh baseline at 40 %, 200 requests/s in all, real processes on one host, the usual rules of an environment.\n",
        "Wrong: an identical version that was taken back, or a bad one that was released. Undecided: taken back for want of\n",
        "a verdict in its two minutes. Seconds: from the command to its end.\n\n",
        "| kind | releases | wrong | 95 % bound | undecided | median s | most s | users' answers | failures among them |\n",
        "|---|---|---|---|---|---|---|---|---|\n",
    ));
    let mut kinds: Vec<&str> = Vec::new();
    for one in all {
        if !kinds.contains(&one.kind.as_str()) {
            kinds.push(&one.kind);
        }
    }
    for kind in kinds {
        let of: Vec<&Judged> = all.iter().filter(|one| one.kind == kind).collect();
        let mut seconds: Vec<f64> = of.iter().map(|one| one.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let wrong = of.iter().filter(|one| one.is_wrong()).count();
        let _ = writeln!(
            text,
            "| {kind} | {} | {wrong} | {:.0} % | {} | {:.1} | {:.1} | {} | {} |",
            of.len(),
            upper_bound(wrong, of.len()) * 100.0,
            of.iter().filter(|one| one.is_undecided()).count(),
            seconds.get(seconds.len() / 2).copied().unwrap_or_default(),
            seconds.last().copied().unwrap_or_default(),
            of.iter().map(|one| one.answers).sum::<u64>(),
            of.iter().map(|one| one.failures).sum::<u64>(),
        );
    }
    let wrong: Vec<&Judged> = all.iter().filter(|one| one.is_wrong()).collect();
    if !wrong.is_empty() {
        text.push_str("\n## Every wrong verdict\n\n");
        for one in wrong {
            let _ = writeln!(text, "- {}: {} after {:.1} s: {}", one.kind, one.outcome, one.seconds, one.why);
        }
    }
    text
}

/// The share of which so few are seen with a probability of 5 % only (Clopper-Pearson, one-sided).
fn upper_bound(wrong: usize, all: usize) -> f64 {
    let so_few = |share: f64| {
        let mut term = (1.0 - share).powi(i32::try_from(all).unwrap_or(i32::MAX));
        let mut sum = term;
        for at in 0..wrong {
            term *= (all - at) as f64 / (at + 1) as f64 * share / (1.0 - share);
            sum += term;
        }
        sum
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if so_few(middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}
