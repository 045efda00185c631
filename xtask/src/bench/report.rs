//! The results: what was measured, beside what was wanted, as Markdown and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::Engine;
use super::load::Figures;
use super::yardstick::{self, REFERENCE};

/// A goal: what is measured, how it reads, and when it is reached.
struct Goal {
    name: &'static str,
    title: &'static str,
    wanted: Wanted,
}

enum Wanted {
    /// At least this share of the requests per second of the yardstick on the same engine, p99 below
    /// 25 ms, no error.
    Share(f64),
    /// p95 in milliseconds below this.
    P95(f64),
    /// A single value below this, with its unit.
    Below(f64, &'static str),
    /// Only shown.
    Shown,
}

const P99_MS_MAX: f64 = 25.0;
/// How much of the reference figures the yardstick itself must reach on a like machine.
const REFERENCE_SHARE: f64 = 0.8;

const GOALS: [Goal; 13] = [
    goal("object", "one assignment", Wanted::Share(0.6)),
    goal("page", "page of 50 assignments", Wanted::Share(0.6)),
    goal("create", "durable create with clash check", Wanted::Share(0.5)),
    goal("dashboard", "dashboard, 200 people, 4 connections", Wanted::P95(15.0)),
    goal("schedule", "3-month schedule, 200 people, 4 connections", Wanted::P95(15.0)),
    goal("quarter", "weekly load and capacity, 1,000 people × 100,000 assignments, 4 connections", Wanted::P95(50.0)),
    goal("two-years", "utilisation of 1,000 people over 2 years by month, 4 connections", Wanted::Shown),
    goal("sign-in", "sign-in, 4 connections", Wanted::Shown),
    goal("memory-idle", "resident memory, idle", Wanted::Below(30.0, "MB")),
    goal("memory-reading", "resident memory, most under load of reads", Wanted::Below(80.0, "MB")),
    goal("memory-loaded", "the same after a load of bookings, which it holds", Wanted::Below(80.0, "MB")),
    goal("start", "start to ready, existing database", Wanted::Below(40.0, "ms")),
    goal("binary", "size of the binary", Wanted::Below(40.0, "MB")),
];

const fn goal(name: &'static str, title: &'static str, wanted: Wanted) -> Goal {
    Goal { name, title, wanted }
}

/// Everything measured in one run, by who and what.
pub struct Report {
    machine: Value,
    seconds: u32,
    runs: usize,
    loads: BTreeMap<(String, String), Figures>,
    values: BTreeMap<(String, String), f64>,
}

impl Report {
    pub fn new(machine: Value, seconds: u32, runs: usize) -> Self {
        Self { machine, seconds, runs, loads: BTreeMap::new(), values: BTreeMap::new() }
    }

    pub fn add_load(&mut self, who: &str, what: &str, figures: Figures) {
        self.loads.insert((who.to_owned(), what.to_owned()), figures);
    }

    pub fn add_value(&mut self, who: &str, what: &str, value: f64) {
        self.values.insert((who.to_owned(), what.to_owned()), value);
    }

    /// Writes both files and returns their common path without ending.
    ///
    /// # Errors
    /// Names the file that can't be written.
    pub fn write(&self, folder: &Path) -> Result<String, String> {
        let text = |field: &str| self.machine[field].to_string().replace('"', "");
        let path = folder.join(format!("{}-{}cores", text("date"), text("cores")));
        let fault = |error: std::io::Error| format!("{}: {error}", path.display());
        fs::create_dir_all(folder).map_err(fault)?;
        fs::write(path.with_extension("md"), self.to_markdown()).map_err(fault)?;
        fs::write(path.with_extension("json"), format!("{:#}\n", self.to_json())).map_err(fault)?;
        Ok(path.display().to_string())
    }

    pub fn to_markdown(&self) -> String {
        let machine = |field: &str| self.machine[field].to_string().replace('"', "");
        let mut text = format!(
            "# Measured on {}\n\n{} cores of {}, {} GiB, {}, {}, commit {}, load average before the run {}. The load generator shares the cores. \
             Medians of {} runs of {} s; 32 connections where nothing else is said.\n\n\
             ## The yardstick itself\n\n\
             | | requests/s | p50 ms | p99 ms | errors | of the reference | wanted | |\n|---|---|---|---|---|---|---|---|\n",
            machine("date"),
            machine("cores"),
            machine("cpu"),
            machine("memoryGib"),
            machine("system"),
            machine("compiler"),
            machine("commit"),
            machine("loadAverage"),
            self.runs,
            self.seconds,
        );
        self.yardsticks(&mut text);
        if Engine::ALL.iter().any(|engine| self.has(&engine.raally())) {
            text.push_str(
                "\n## Raally beside its goals\n\nEach engine is divided by the yardstick on the same engine.\n\n| | SQLite | | PostgreSQL | | wanted |\n|---|---|---|---|---|---|\n",
            );
            for goal in &GOALS {
                let (sqlite, sqlite_ok) = self.shown(goal, Engine::Sqlite);
                let (postgres, postgres_ok) = self.shown(goal, Engine::Postgres);
                row(&mut text, &[goal.title.to_owned(), sqlite, sqlite_ok, postgres, postgres_ok, goal.wanted()]);
            }
        }
        self.growth(&mut text);
        text
    }

    /// The yardstick on SQLite beside its reference, and on PostgreSQL, for which there is none.
    fn yardsticks(&self, text: &mut String) {
        for engine in Engine::ALL {
            for (what, reference) in REFERENCE {
                let Some(figures) = self.load(yardstick::who(engine), what) else {
                    continue;
                };
                let share = figures.requests_per_second / reference;
                let good = share >= REFERENCE_SHARE && figures.errors == 0;
                let dash = || "–".to_owned();
                let (name, share, wanted, good) = match engine {
                    Engine::Sqlite => {
                        (what.to_owned(), format!("{share:.2}"), format!("≥ {REFERENCE_SHARE}"), verdict(good))
                    }
                    Engine::Postgres => (format!("{what}, PostgreSQL"), dash(), dash(), String::new()),
                };
                row(
                    text,
                    &[
                        name,
                        format!("{:.0}", figures.requests_per_second),
                        format!("{:.2}", figures.p50_ms),
                        format!("{:.2}", figures.p99_ms),
                        figures.errors.to_string(),
                        share,
                        wanted,
                        good,
                    ],
                );
            }
        }
    }

    /// How the figures grow with the data: whatever was measured as `raally ENGINE at N`.
    fn growth(&self, text: &mut String) {
        let grown = self.loads.iter().filter(|((who, _), _)| who.contains(" at "));
        for (index, ((who, what), figures)) in grown.enumerate() {
            if index == 0 {
                text.push_str(
                    "\n## Growth with the data\n\n| | what | requests/s | p50 ms | p99 ms | errors |\n|---|---|---|---|---|---|\n",
                );
            }
            row(
                text,
                &[
                    who.clone(),
                    what.clone(),
                    format!("{:.0}", figures.requests_per_second),
                    format!("{:.2}", figures.p50_ms),
                    format!("{:.2}", figures.p99_ms),
                    figures.errors.to_string(),
                ],
            );
        }
    }

    fn to_json(&self) -> Value {
        let loads: Vec<Value> = self
            .loads
            .iter()
            .map(|((who, what), figures)| {
                json!({
                    "who": who, "what": what,
                    "requestsPerSecond": figures.requests_per_second,
                    "p50Ms": figures.p50_ms, "p95Ms": figures.p95_ms, "p99Ms": figures.p99_ms,
                    "maxMs": figures.max_ms, "errors": figures.errors,
                    "ofYardstick": self.share(who, what), "runs": figures.runs,
                })
            })
            .collect();
        let values: Vec<Value> = self
            .values
            .iter()
            .map(|((who, what), value)| json!({ "who": who, "what": what, "value": value }))
            .collect();
        json!({
            "machine": self.machine, "seconds": self.seconds, "runs": self.runs,
            "loads": loads, "values": values,
        })
    }

    fn load(&self, who: &str, what: &str) -> Option<&Figures> {
        self.loads.get(&(who.to_owned(), what.to_owned()))
    }

    fn has(&self, who: &str) -> bool {
        let is = |(name, _): &(String, String)| name == who;
        self.loads.keys().any(is) || self.values.keys().any(is)
    }

    /// The requests per second of Raally on an engine, divided by those of the yardstick on that engine.
    fn share(&self, who: &str, what: &str) -> Option<f64> {
        let engine = Engine::ALL.into_iter().find(|engine| engine.raally() == who)?;
        let yardstick = self.load(yardstick::who(engine), what)?;
        Some(self.load(who, what)?.requests_per_second / yardstick.requests_per_second)
    }

    /// How a figure reads, and whether it is good enough.
    fn shown(&self, goal: &Goal, engine: Engine) -> (String, String) {
        let who = &engine.raally();
        let absent = || ("–".to_owned(), String::new());
        if let Wanted::Below(most, unit) = goal.wanted {
            let value = self.values.get(&(who.clone(), goal.name.to_owned()));
            return value.map_or_else(absent, |value| (format!("{value:.0} {unit}"), verdict(*value < most)));
        }
        let Some(figures) = self.load(who, goal.name) else {
            return absent();
        };
        let mut shown =
            format!("{:.0}/s, p95 {:.2} ms, p99 {:.2} ms", figures.requests_per_second, figures.p95_ms, figures.p99_ms);
        if figures.errors > 0 {
            write!(shown, ", {} errors", figures.errors).expect("a string takes every write");
        }
        let good = match goal.wanted {
            Wanted::Share(least) => {
                let share = self.share(who, goal.name).unwrap_or_default();
                let yardstick = match engine {
                    Engine::Sqlite => "the yardstick",
                    Engine::Postgres => "PostgreSQL's yardstick",
                };
                write!(shown, ", {share:.2} of {yardstick}").expect("a string takes every write");
                share >= least && figures.p99_ms < P99_MS_MAX
            }
            Wanted::P95(most) => figures.p95_ms < most,
            Wanted::Below(..) | Wanted::Shown => true,
        };
        (shown, verdict(good && figures.errors == 0))
    }
}

impl Goal {
    fn wanted(&self) -> String {
        match self.wanted {
            Wanted::Share(least) => {
                format!("≥ {least} of the yardstick, p99 < {P99_MS_MAX} ms, no error")
            }
            Wanted::P95(most) => format!("p95 < {most} ms"),
            Wanted::Below(most, unit) => format!("< {most} {unit}"),
            Wanted::Shown => "shown".to_owned(),
        }
    }
}

fn verdict(good: bool) -> String {
    if good { "reached" } else { "**missed**" }.to_owned()
}

fn row(text: &mut String, cells: &[String]) {
    writeln!(text, "| {} |", cells.join(" | ")).expect("a string takes every write");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(requests_per_second: f64, p99_ms: f64) -> Figures {
        Figures { requests_per_second, p99_ms, ..Figures::default() }
    }

    #[test]
    fn a_share_is_missed_when_it_is_too_small_or_too_slow() {
        let mut report = Report::new(json!({}), 1, 1);
        report.add_load("yardstick", "object", figures(100.0, 1.0));
        for (ours, wanted) in
            [(figures(60.0, 24.0), "reached"), (figures(59.0, 24.0), "**missed**"), (figures(90.0, 26.0), "**missed**")]
        {
            report.add_load("raally sqlite", "object", ours);
            assert_eq!(report.shown(&GOALS[0], Engine::Sqlite).1, wanted);
        }
    }

    #[test]
    fn each_engine_is_divided_by_the_yardstick_on_the_same_engine() {
        let mut report = Report::new(json!({}), 1, 1);
        report.add_load("yardstick", "object", figures(100.0, 1.0));
        report.add_load("yardstick postgres", "object", figures(10.0, 1.0));
        report.add_load("raally sqlite", "object", figures(70.0, 1.0));
        report.add_load("raally postgres", "object", figures(4.0, 1.0));

        let (sqlite, sqlite_ok) = report.shown(&GOALS[0], Engine::Sqlite);
        assert!(sqlite.ends_with(", 0.70 of the yardstick"), "{sqlite}");
        assert_eq!(sqlite_ok, "reached");
        let (postgres, postgres_ok) = report.shown(&GOALS[0], Engine::Postgres);
        assert!(postgres.ends_with(", 0.40 of PostgreSQL's yardstick"), "{postgres}");
        assert_eq!(postgres_ok, "**missed**");

        let json = report.to_json();
        let share = |who: &str| {
            let loads = json["loads"].as_array().expect("a list");
            loads.iter().find(|load| load["who"] == who).expect("was added")["ofYardstick"].clone()
        };
        assert_eq!([share("raally sqlite"), share("raally postgres")], [json!(0.7), json!(0.4)]);
        assert_eq!(share("yardstick postgres"), Value::Null);
        assert!(report.to_markdown().contains("| object, PostgreSQL | 10 |"));
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        let report = Report::new(json!({}), 1, 1);
        assert_eq!(report.shown(&GOALS[0], Engine::Postgres).0, "–");
    }
}
