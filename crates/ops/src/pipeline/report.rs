//! The report of a run: JUnit's XML for machines, a page for people, JSON for scripts.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Ended, Outcome};
use crate::atomic;
use crate::failed::{Doing, Failed};

/// Writes `report.json`, `junit.xml` and `report.html`; where they are.
///
/// # Errors
/// When one can't be written.
pub fn write_all(ended: &[Ended], out: &Path) -> Result<Vec<PathBuf>, Failed> {
    let json = serde_json::to_string_pretty(&json!({ "stages": ended })).doing("report.json")?;
    let files = [("report.json", json), ("junit.xml", junit(ended)), ("report.html", page(ended))];
    let mut written = Vec::new();
    for (name, text) in files {
        let path = out.join(name);
        atomic::write(&path, text.as_bytes(), 0o644).doing(path.display())?;
        written.push(path);
    }
    Ok(written)
}

/// What an earlier run's report in this folder says of other stages than these: a job that runs a stage alone adds to it.
#[must_use]
pub fn earlier(out: &Path, now: &[Ended]) -> Vec<Ended> {
    #[derive(serde::Deserialize)]
    struct Report {
        stages: Vec<Ended>,
    }
    let text = std::fs::read(out.join("report.json")).unwrap_or_default();
    let Ok(report) = serde_json::from_slice::<Report>(&text) else { return Vec::new() };
    report.stages.into_iter().filter(|one| now.iter().all(|other| other.stage != one.stage)).collect()
}

/// Source: the schema that Jenkins reads, <https://github.com/jenkinsci/xunit-plugin>, `junit-10.xsd`.
fn junit(ended: &[Ended]) -> String {
    let count = |outcome: &[Outcome]| ended.iter().filter(|ended| outcome.contains(&ended.outcome)).count();
    let (failures, skipped) = (count(&[Outcome::Failed]), count(&[Outcome::NotRun, Outcome::Skipped]));
    let seconds: f64 = ended.iter().map(|ended| ended.seconds).sum();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"pipeline\" tests=\"{}\" failures=\"{failures}\" \
         errors=\"0\" skipped=\"{skipped}\" time=\"{seconds:.3}\">\n",
        ended.len()
    );
    for one in ended {
        let (stage, seconds) = (escaped(&one.stage), one.seconds);
        _ = write!(xml, "  <testcase classname=\"pipeline\" name=\"{stage}\" time=\"{seconds:.3}\"");
        let inner = match one.outcome {
            Outcome::Passed | Outcome::Cached => None,
            Outcome::Failed => Some(format!("<failure message=\"failed\">{}</failure>", escaped(&one.tail))),
            Outcome::NotRun => Some("<skipped message=\"can't be run here\"/>".to_owned()),
            Outcome::Skipped => Some("<skipped message=\"something before it did not pass\"/>".to_owned()),
        };
        let mut inner = inner.unwrap_or_default();
        if !one.summary.is_empty() {
            _ = write!(inner, "<system-out>{}</system-out>", escaped(&one.summary));
        }
        match inner.as_str() {
            "" => xml.push_str("/>\n"),
            inner => _ = writeln!(xml, ">{inner}</testcase>"),
        }
    }
    xml + "</testsuite>\n"
}

const STYLE: &str = ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:3rem auto;\
                     padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.5rem .75rem;\
                     border-bottom:1px solid light-dark(#ddd,#444);vertical-align:top}td:nth-child(3){text-align:right;\
                     font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;font-size:.8rem;margin:.5rem 0 0}\
                     .passed,.cached{color:light-dark(#116329,#4ac26b)}.failed{color:light-dark(#b3261e,#ff8a80)}\
                     .not-run{color:light-dark(#7a5200,#e3b341)}.skipped{color:light-dark(#57606a,#9198a1)}";

fn page(ended: &[Ended]) -> String {
    let mut rows = String::new();
    for one in ended {
        let (class, word) = match one.outcome {
            Outcome::Passed => ("passed", "✓ passed"),
            Outcome::Cached => ("cached", "✓ passed before"),
            Outcome::Failed => ("failed", "✗ failed"),
            Outcome::NotRun => ("not-run", "○ not run"),
            Outcome::Skipped => ("skipped", "– skipped"),
        };
        let block = |text: &str| if text.is_empty() { String::new() } else { format!("<pre>{}</pre>", escaped(text)) };
        let tail = block(&one.summary) + &block(&one.tail);
        _ = writeln!(
            rows,
            "<tr><th scope=\"row\">{}</th><td class=\"{class}\">{word}{tail}</td><td>{:.1} s</td></tr>",
            escaped(&one.stage),
            one.seconds
        );
    }
    let count = |outcomes: &[Outcome]| ended.iter().filter(|one| outcomes.contains(&one.outcome)).count();
    let title = match (count(&[Outcome::Failed, Outcome::Skipped]), count(&[Outcome::NotRun])) {
        (0, 0) => "The pipeline passed".to_owned(),
        (0, not_run) => format!("Nothing failed, but {not_run} of {} stages could not be run", ended.len()),
        _ => "The pipeline did not pass".to_owned(),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1>\n<table><thead><tr><th>Stage</th><th>Outcome</th>\
         <th>Time</th></tr></thead><tbody>\n{rows}</tbody></table></html>\n"
    )
}

/// For XML and HTML alike; characters that XML has no place for become blanks.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
