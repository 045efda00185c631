//! The report as one HTML page that needs nothing else: verdict first, then the plots, then what happened when and why.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::plot::{Band, Form, Mark, Plot, Series, escape};
use super::report::{Figures, Released, Report, Sample};

/// The page.
pub fn page(report: &Report) -> String {
    let holds = report.claims.iter().all(|claim| claim.holds);
    let title = if holds { "Two good releases, one bad one, no user hurt" } else { "A rehearsal that did not hold" };
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Raally: {title}</title><style>{}</style></head><body><main><h1>{title}</h1>\
         <p class=\"sub\">{} · {} requests a second for {:.0} s · {}</p>",
        include_str!("page.css"),
        escape(&report.made_at),
        report.rate,
        report.seconds,
        escape(&report.machine)
    );
    tiles(report, &mut html);
    claims(report, &mut html);
    plots(report, &mut html);
    for release in &report.releases {
        story(release, &mut html);
    }
    html.push_str(
        "<footer>Versions A, B and C are the same program with different build names. C is made bad by a proxy in front of \
         it, not by code in the product. All attempts are counted at the gateway, before retries.</footer></main></body></html>\n",
    );
    html
}

fn tiles(report: &Report, html: &mut String) {
    let bad: u64 = report.users.bad.values().sum();
    let reaction = report.reaction.map(|reaction| format!("{:.1} s", reaction.last_request_s - reaction.first_bad_s));
    let verdict = report.reaction.map(|reaction| format!("{:.1} s", reaction.verdict_s - reaction.first_bad_s));
    let unknown = || "–".to_owned();
    let tiles = [
        (thousands(report.users.good), "good answers to users"),
        (thousands(bad), "failed requests of users"),
        (verdict.unwrap_or_else(unknown), "from C's first bad answer to the verdict"),
        (reaction.unwrap_or_else(unknown), "from C's first bad answer to the last request it got"),
    ];
    html.push_str("<div class=\"tiles\">");
    for (value, says) in tiles {
        _ = write!(html, "<div class=\"tile\"><b>{value}</b><span>{says}</span></div>");
    }
    html.push_str("</div>");
}

fn claims(report: &Report, html: &mut String) {
    html.push_str("<h2>What was claimed</h2><div class=\"card\"><table>");
    for claim in &report.claims {
        let (class, word) = if claim.holds { ("pill", "holds") } else { ("pill bad", "fails") };
        _ = write!(
            html,
            "<tr><td class=\"kind\"><span class=\"{class}\">{word}</span></td><td>{}<br><span style=\"color:var(--soft)\">{}</span></td></tr>",
            escape(&claim.claim),
            escape(&claim.measured)
        );
    }
    html.push_str("</table></div>");
}

/// The groups of all samples: release number first, so that a baseline stands after the stable instances.
fn groups(samples: &[Sample]) -> Vec<String> {
    samples.iter().flat_map(|sample| sample.groups.keys().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Colour and name of a group: a release has its own, a fresh baseline the paler one of the release that it runs.
fn look(group: &str) -> (&'static str, String) {
    let known = [("r1", "s0", "s1", "A"), ("r2", "s2", "s3", "B"), ("r3", "s4", "s1", "C")];
    let (release, beside) = group.split_once("-beside-").map_or((group, None), |(of, beside)| (of, Some(beside)));
    let name =
        |release: &str| known.iter().find(|one| one.0 == release).map_or(release.to_owned(), |one| one.3.to_owned());
    let (_, own, pale, _) = known.iter().find(|one| one.0 == release).unwrap_or(&known[0]);
    match beside {
        None => (own, name(release)),
        Some(beside) => (pale, format!("{}, fresh baseline beside {}", name(release), name(beside))),
    }
}

fn series(report: &Report, value: impl Fn(&Figures, f64) -> f64, absent: f64) -> Vec<Series> {
    let of = |group: String| {
        let (class, name) = look(&group);
        let point = |sample: &Sample| {
            let figures = sample.groups.get(&group);
            (sample.at_s, figures.map_or(absent, |figures| value(figures, sample.seconds)))
        };
        Series { class: class.to_owned(), name, points: report.samples.iter().map(point).collect() }
    };
    groups(&report.samples).into_iter().map(of).collect()
}

fn marks(report: &Report) -> Vec<Mark> {
    let mut marks = Vec::new();
    for release in &report.releases {
        for event in release.events.iter().filter(|event| event.kind == "route" || event.kind == "back") {
            let class = if event.kind == "back" { "bad" } else { "" };
            marks.push(Mark { at_s: event.at_s, class, text: format!("{}: {}", release.name, event.what) });
        }
    }
    if let Some(reaction) = report.reaction {
        marks.push(Mark { at_s: reaction.first_bad_s, class: "fault", text: "C's first bad answer".into() });
    }
    marks
}

fn plots(report: &Report, html: &mut String) {
    html.push_str("<h2>What the gateway saw</h2><ul class=\"legend\">");
    for group in groups(&report.samples) {
        let (class, name) = look(&group);
        _ = write!(html, "<li><i class=\"{class}\"></i>{}</li>", escape(&name));
    }
    html.push_str("</ul>");
    let later = report.releases.iter().skip(1);
    let bands: Vec<Band> = later
        .map(|release| Band {
            from_s: release.began_s,
            to_s: release.ended_s,
            text: format!("release of {}", release.name),
        })
        .collect();
    let (marks, end_s) = (marks(report), report.samples.last().map_or(1.0, |sample| sample.at_s));
    let figures = [
        (
            "Share of requests",
            "dashed: a new table; solid: the verdict",
            " %",
            Form::Stacked,
            100.0,
            series(report, |figures, _| f64::from(figures.weight_bp) / 100.0, 0.0),
        ),
        (
            "Requests a second",
            "every attempt, before retries",
            "",
            Form::Stacked,
            10.0,
            series(report, |figures, seconds| figures.attempts as f64 / seconds.max(0.05), 0.0),
        ),
        (
            "Failed attempts",
            "share of each version's attempts",
            " %",
            Form::Lines,
            1.0,
            series(report, failed_percent, f64::NAN),
        ),
        (
            "Latency, p95",
            "of attempts that did not fail",
            " ms",
            Form::Lines,
            10.0,
            series(report, |figures, _| figures.p95_ms.unwrap_or(f64::NAN), f64::NAN),
        ),
    ];
    for (title, note, unit, form, top, series) in &figures {
        let plot = Plot { title, unit, form: *form, series, marks: &marks, bands: &bands, end_s, top: *top };
        _ = write!(html, "<div class=\"card\"><h3>{title}<small>{note}</small></h3>{}</div>", plot.svg());
    }
}

fn failed_percent(figures: &Figures, _: f64) -> f64 {
    if figures.attempts == 0 { f64::NAN } else { 100.0 * figures.failures as f64 / figures.attempts as f64 }
}

fn story(release: &Released, html: &mut String) {
    let good = release.outcome == "released";
    let (class, word) = if good { ("pill", "released") } else { ("pill bad", "taken back") };
    _ = write!(
        html,
        "<h2>{}: {} <span class=\"{class}\">{word}</span></h2><div class=\"card\"><p class=\"sub\" style=\"margin:0 0 8px\">{:.0} s to {:.0} s · digest {}{}</p><table>",
        escape(&release.name),
        escape(&release.title),
        release.began_s,
        release.ended_s,
        escape(release.digest.get(..12).unwrap_or_default()),
        if release.why.is_empty() { String::new() } else { format!("<br>{}", escape(&release.why)) }
    );
    let mut before = String::new();
    for event in &release.events {
        // A watch says the same each second; its first word of each kind is enough.
        if event.kind == before && event.kind == "needs-more" {
            continue;
        }
        before.clone_from(&event.kind);
        _ = write!(
            html,
            "<tr><td class=\"num\">{:.1} s</td><td class=\"kind {}\">{}</td><td>{}</td></tr>",
            event.at_s,
            escape(&event.kind),
            escape(&event.kind),
            escape(&event.what)
        );
    }
    html.push_str("</table></div>");
}

/// 12,345.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
