//! `raallyctl ship-demo`: releases A, then B by canary, then a bad C, under load, with the tool's own commands as an
//! operator would type them; then says in a report what happened when and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio::time::Instant;

use super::load::{Got, Load, Session};
use super::page;
use super::report::{Claim, Event, Reaction, Released, Report, Users};
use super::story::Watch;
use crate::cli::ShipDemo;
use crate::commands::raallyctl;
use crate::failed::{Doing, Failed};
use crate::talk::{Talk, Tone};

/// What the issue asks for.
const REACTION_SECONDS_MAX: f64 = 30.0;
/// Load before the first release and after the last one, so that the plots have a before and an after.
const CALM: Duration = Duration::from_secs(5);

/// The rehearsal while it runs.
struct Stage {
    talk: Talk,
    tool: PathBuf,
    folder: PathBuf,
    file: PathBuf,
    zero: Instant,
    zero_ms: i64,
}

/// Runs it; exit code 2 when a claim does not hold.
///
/// # Errors
/// When a step that should work does not.
pub async fn run(options: ShipDemo, talk: Talk) -> Result<ExitCode, Failed> {
    let [a, b, c] = <[PathBuf; 3]>::try_from(options.versions).map_err(|_| Failed::input("three versions, please"))?;
    let folder = fresh(&options.out)?;
    let stage = Stage {
        talk,
        tool: raallyctl()?,
        file: folder.join("environments.toml"),
        zero: Instant::now(),
        zero_ms: jiff::Timestamp::now().as_millisecond(),
        folder,
    };
    let address = stage.write_environment()?;
    let done = stage.play(&address, [&a, &b, &c], options.rate).await;
    let down = stage.command(&["down", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    let report = done?;
    down.doing("raallyctl down")?;
    stage.show(&report)
}

fn fresh(out: &Path) -> Result<PathBuf, Failed> {
    let marker = out.join("environments.toml");
    if out.exists() && !marker.exists() && std::fs::read_dir(out).is_ok_and(|mut files| files.next().is_some()) {
        return Err(Failed::input(format!("{} has other files in it", out.display())).next("give another --out"));
    }
    if out.exists() {
        std::fs::remove_dir_all(out).doing(out.display())?;
    }
    std::fs::create_dir_all(out).doing(out.display())?;
    std::fs::canonicalize(out).doing(out.display())
}

impl Stage {
    fn write_environment(&self) -> Result<String, Failed> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").doing("no free port")?;
        let address = listener.local_addr().doing("no free port")?.to_string();
        let text = include_str!("demo.toml").replace("LISTEN", &address);
        std::fs::write(&self.file, text).doing(self.file.display())?;
        Ok(address)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.tool);
        command.args(arguments).arg("--env").arg("demo").arg("--file").arg(&self.file).stdin(Stdio::null());
        command
    }

    fn now_s(&self) -> f64 {
        self.zero.elapsed().as_secs_f64()
    }

    async fn play(&self, address: &str, versions: [&Path; 3], rate: u32) -> Result<Report, Failed> {
        let [a, b, c] = versions;
        let (email, password, workspace) = self.found_company(a).await?;
        let first = self.deploy("A", a).await?;
        let session = Session::sign_in(address, &email, &password, &workspace).await?;
        let watch = Watch::start(self.folder.join("state/gateway.sock"), self.zero);
        let load = Load::start(session, rate);
        let load_began = self.now_s();
        tokio::time::sleep(CALM).await;
        let second = self.deploy("B", b).await?;
        tokio::time::sleep(CALM).await;
        let bad = self.make_bad(c)?;
        let third = self.deploy("C", &bad).await?;
        tokio::time::sleep(CALM).await;
        let got = load.stop().await;
        let seconds = self.now_s() - load_began;
        let samples = watch.stop().await;
        self.say_got(&got);
        // Its processes have ended with the rollback: their notes are complete.
        let reaction = self.reaction(&third);
        let releases = vec![first, second, third];
        let claims = claims(&releases, &got, reaction, rate, seconds);
        Ok(Report {
            made_at: jiff::Timestamp::now().round(jiff::Unit::Second).map(|at| at.to_string()).unwrap_or_default(),
            machine: machine(),
            rate,
            seconds,
            releases,
            users: Users { good: got.good, bad: got.bad },
            reaction,
            claims,
            samples,
        })
    }

    /// A company to look around in, made by version A before anything runs.
    async fn found_company(&self, program: &Path) -> Result<(String, String, String), Failed> {
        let doing = "raally demo";
        let mut command = Command::new(program);
        command.args(["demo", "--json"]).env("RAALLY_DATA_DIR", self.folder.join("state/data"));
        let output = command.stdin(Stdio::null()).output().await.doing(doing)?;
        let value: Value = serde_json::from_slice(&output.stdout)
            .doing(format!("{doing}: {}", String::from_utf8_lossy(&output.stderr)))?;
        let text =
            |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| Failed::ours(format!("{doing}: {value}")));
        Ok((text(&value["logins"][0]["email"])?, text(&value["logins"][0]["password"])?, text(&value["workspaceId"])?))
    }

    /// Version C: the same kind of program, behind a proxy that makes it bad. The tool sees one program as any other.
    fn make_bad(&self, program: &Path) -> Result<PathBuf, Failed> {
        let program = std::fs::canonicalize(program).doing(program.display())?;
        let path = self.folder.join("version-c");
        let quote = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''"));
        let script = format!(
            "#!/bin/sh\n# Version C: made bad by a proxy in front of it, not by code in the product.\n\
             exec {} fault-proxy --good 150 --slow-ms 40 --fail-after 240 --fail-percent 30 --note {} -- {} \"$@\"\n",
            quote(&self.tool),
            quote(&self.note()),
            quote(&program)
        );
        crate::atomic::write(&path, script.as_bytes(), 0o700).doing(path.display())?;
        Ok(path)
    }

    fn note(&self) -> PathBuf {
        self.folder.join("first-fault")
    }

    async fn deploy(&self, name: &str, program: &Path) -> Result<Released, Failed> {
        self.talk.say(
            &self
                .talk
                .tone(Tone::Bold, &format!("\nraallyctl deploy {} --env demo   # version {name}", program.display())),
        );
        let began_s = self.now_s();
        let mut command = self.command(&["deploy", "--yes", "--json"]);
        command.arg(program).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().doing("raallyctl deploy")?;
        let mut lines = child.stderr.take().map(|stderr| BufReader::new(stderr).lines());
        let mut events = Vec::new();
        let mut last = String::new();
        while let Some(lines) = &mut lines {
            let Some(line) = lines.next_line().await.doing("raallyctl deploy")? else { break };
            if let Some(event) = event(self.now_s(), &line) {
                if event.kind != "needs-more" {
                    self.talk.say(&format!("{:>7.1} s  {:<10} {}", event.at_s, event.kind, event.what));
                }
                events.push(event);
            }
            last = line;
        }
        let mut out = String::new();
        if let Some(mut stdout) = child.stdout.take() {
            stdout.read_to_string(&mut out).await.doing("raallyctl deploy")?;
        }
        child.wait().await.doing("raallyctl deploy")?;
        let ended: Value =
            serde_json::from_str(&out).map_err(|_| Failed::ours(format!("version {name} was not released: {last}")))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (title, digest) = self.title(&text(&ended["release"]))?;
        Ok(Released {
            name: name.to_owned(),
            title,
            digest,
            outcome: text(&ended["outcome"]),
            why: text(&ended["why"]),
            began_s,
            ended_s: self.now_s(),
            events,
        })
    }

    fn title(&self, release: &str) -> Result<(String, String), Failed> {
        let entries = crate::journal::Journal::look(&self.folder.join("state/journal.jsonl"))?;
        let history = crate::journal::History::of(&entries);
        let found = release.parse().ok().and_then(|id| history.releases.get(&id).cloned());
        Ok(found.map(|release| (release.title(), release.artefact.digest)).unwrap_or_default())
    }

    fn reaction(&self, bad: &Released) -> Option<Reaction> {
        let read = |path: &Path| std::fs::read_to_string(path).ok()?.parse::<i64>().ok();
        let seconds = |at_ms: i64| (at_ms - self.zero_ms) as f64 / 1_000.0;
        let first_bad_s = seconds(read(&self.note())?);
        let entries = std::fs::read_dir(&self.folder).ok()?.flatten().map(|entry| entry.path());
        let last =
            entries.filter(|path| path.extension().is_some_and(|ending| ending.to_string_lossy().starts_with("last-")));
        let last_request_s = seconds(last.filter_map(|path| read(&path)).max()?);
        let verdict_s = bad.events.iter().find(|event| event.kind == "back")?.at_s;
        Some(Reaction { first_bad_s, verdict_s, last_request_s })
    }

    fn say_got(&self, got: &Got) {
        self.talk.say(&format!("\nusers got {} good answers and {} others {:?}", got.good, got.bad_count(), got.bad));
    }

    fn show(&self, report: &Report) -> Result<ExitCode, Failed> {
        let json = self.folder.join("report.json");
        let html = self.folder.join("report.html");
        let text = serde_json::to_vec_pretty(report).doing("the report")?;
        std::fs::write(&json, text).doing(json.display())?;
        std::fs::write(&html, page::page(report)).doing(html.display())?;
        let mut shown = String::new();
        for claim in &report.claims {
            let word =
                if claim.holds { self.talk.tone(Tone::Good, "holds") } else { self.talk.tone(Tone::Bad, "FAILS") };
            shown.push_str(&format!("{word}  {}: {}\n", claim.claim, claim.measured));
        }
        shown.push_str(&format!("\nreport: {}\n        {}", html.display(), json.display()));
        let done = self.talk.data(&report.claims, &shown)?;
        Ok(if report.claims.iter().all(|claim| claim.holds) { done } else { ExitCode::from(2) })
    }
}

/// A line of news as an event.
fn event(at_s: f64, line: &str) -> Option<Event> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let (kind, what) = match value["news"].as_str()? {
        "began" => (text("verb"), text("what")),
        "saw" => (text("verdict"), text("why")),
        "turned-back" => ("back".to_owned(), text("why")),
        _ => return None,
    };
    Some(Event { at_s, kind, what })
}

fn claims(releases: &[Released], got: &Got, reaction: Option<Reaction>, rate: u32, seconds: f64) -> Vec<Claim> {
    let outcome =
        |name: &str| releases.iter().find(|release| release.name == name).map(|release| release.outcome.clone());
    let is = |name: &str, wanted: &str| outcome(name).as_deref() == Some(wanted);
    let mut claims = vec![
        Claim {
            claim: "the good version B is released by canary".into(),
            measured: outcome("B").unwrap_or_default(),
            holds: is("B", "released"),
        },
        Claim {
            claim: "the bad version C is detected and taken back by itself".into(),
            measured: releases
                .iter()
                .find(|release| release.name == "C")
                .map(|release| release.why.clone())
                .unwrap_or_default(),
            holds: is("C", "rolled-back"),
        },
        Claim {
            claim: "no user's request failed, C's included: failed attempts were tried again on a healthy version"
                .into(),
            measured: format!("{} of {} failed", got.bad_count(), got.good + got.bad_count()),
            holds: got.bad_count() == 0 && got.good > 0,
        },
        Claim {
            claim: "the load was at least 200 requests a second".into(),
            measured: format!("{:.0} a second answered, {rate} wanted", got.good as f64 / seconds.max(1.0)),
            holds: got.good as f64 / seconds.max(1.0) >= 200.0,
        },
    ];
    let took = reaction.map(|reaction| reaction.last_request_s - reaction.first_bad_s);
    claims.push(Claim {
        claim: format!("from the first bad answer until no request reaches C: less than {REACTION_SECONDS_MAX} s"),
        measured: took.map_or_else(|| "not measured".to_owned(), |took| format!("{took:.1} s")),
        holds: took.is_some_and(|took| took < REACTION_SECONDS_MAX),
    });
    claims
}

fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let fields: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim())).collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{cores} cores, {}", fields.get("model name").unwrap_or(&"unknown processor"))
}
