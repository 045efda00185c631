//! How a change under way is shown: one line for each step, and the verdicts as they change.

use std::time::Instant;

use crate::execute::News;
use crate::plan::Step;
use crate::preflight::Finding;
use crate::talk::{Talk, Tone, columns};

/// How often a watch that says the same is shown again.
const SAME_EVERY_SECONDS: u64 = 5;

/// Shows news.
pub struct Live {
    talk: Talk,
    began: Instant,
    said: Option<(&'static str, Instant)>,
}

impl Live {
    /// From now on.
    pub fn new(talk: Talk) -> Self {
        Self { talk, began: Instant::now(), said: None }
    }

    /// Shows one piece.
    pub fn tell(&mut self, news: &News) {
        let talk = self.talk;
        if let News::Saw { verdict, .. } = news {
            let same =
                |(before, at): (&str, Instant)| before == *verdict && at.elapsed().as_secs() < SAME_EVERY_SECONDS;
            if !talk.json() && self.said.is_some_and(same) {
                return;
            }
            self.said = Some((verdict, Instant::now()));
        }
        let clock = talk.tone(Tone::Dim, &format!("{:>6.1} s", self.began.elapsed().as_secs_f64()));
        let text = match news {
            News::Began { number, of, verb, what } => {
                self.said = None;
                format!("{clock}  {number:>2}/{of}  {}  {what}", talk.tone(Tone::Bold, &format!("{verb:<7}")))
            }
            News::Did { note, .. } if note.is_empty() => return self.only_json(news),
            News::Did { note, .. } => format!("{clock}         {} {note}", talk.tone(Tone::Good, "done:")),
            News::Saw { verdict, why, groups } => {
                let tone = match *verdict {
                    "pass" => Tone::Good,
                    "fail" => Tone::Bad,
                    _ => Tone::Warn,
                };
                let mut text = format!("{clock}         {} {why}", talk.tone(tone, &format!("{verdict}:")));
                for (group, (attempts, failures, p95)) in groups {
                    text.push_str(&format!(
                        "\n{:>18}{:<14} {attempts:>7} requests  {failures:>5} failed  p95 {p95:>7.1} ms",
                        "",
                        group.to_string()
                    ));
                }
                text
            }
            News::TurnedBack { why } => format!("{clock}  {} {why}", talk.tone(Tone::Bad, "back:")),
        };
        talk.news(news, &text);
    }

    fn only_json(&self, news: &News) {
        if self.talk.json() {
            self.talk.news(news, "");
        }
    }
}

/// The plan as a table.
pub fn plan_table(steps: &[Step]) -> String {
    let mut rows = vec![["", "step", "what", "its undo"].map(str::to_owned).to_vec()];
    for (number, step) in (1..).zip(steps) {
        rows.push(vec![format!("{number:>3}"), step.verb().to_owned(), step.to_string(), step.undo().to_owned()]);
    }
    columns(&rows)
}

/// The checks as a table.
pub fn findings_table(findings: &[Finding], talk: Talk) -> String {
    let word = |finding: &Finding| match (finding.good, finding.despite) {
        (true, _) => talk.tone(Tone::Good, "ok  "),
        (false, true) => talk.tone(Tone::Warn, "past"),
        (false, false) => talk.tone(Tone::Bad, "no  "),
    };
    let line = |finding: &Finding| {
        let next = finding.next.as_ref().map(|next| format!("\n{:>18}{next}", "")).unwrap_or_default();
        format!("  {}  {:<9}  {}{next}", word(finding), finding.check, finding.says)
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}
