//! `status` and `history`: what runs, and how it came to that.

use std::process::ExitCode;

use serde_json::json;

use super::setting::Setting;
use crate::cli::Where;
use crate::failed::Failed;
use crate::journal::{Change, History, Outcome};
use crate::model::fleet::Phase;
use crate::model::release::Release;
use crate::talk::{Talk, Tone, columns};
use crate::target::Target;

/// `status`.
pub async fn status(at: &Where, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::read(at)?;
    let (target, desk) = setting.target().await?;
    let history = History::of(&desk.entries().await?);
    let (seen, hidden) = target.glance().await?;
    let replicas = target.size().await.ok().flatten().unwrap_or(setting.environment.replicas);
    let counted = target.counts().await.ok();
    let owner = desk.owner().await?;
    let current = history.current.and_then(|current| history.releases.get(&current));
    let mut text = match current {
        Some(current) => format!("{}: {}", setting.name, talk.tone(Tone::Bold, &current.title())),
        None => format!("{}: nothing was released yet", setting.name),
    };
    text.push_str(&format!("\n{} of {} promised instances serve", seen.serving(), replicas));
    let mut rows = vec![["instance", "on", "is", "share", "requests", "failed", "p95"].map(str::to_owned).to_vec()];
    for (id, member) in &seen.instances {
        let counts = counted.as_ref().and_then(|counted| counted.groups.get(&id.group)).map(|counts| &counts.arm);
        let p95 = counts.and_then(|arm| arm.latency.quantile_interpolated_us(0.95));
        rows.push(vec![
            id.to_string(),
            format!("{}:{}", member.slot.host, member.slot.port),
            phase(member.phase).to_owned(),
            format!("{} %", f64::from(seen.routing.weight_bp(id.group)) / 100.0),
            counts.map(|arm| arm.attempts.to_string()).unwrap_or_default(),
            counts.map(|arm| arm.failures.to_string()).unwrap_or_default(),
            p95.map(|p95| format!("{:.1} ms", p95 / 1_000.0)).unwrap_or_default(),
        ]);
    }
    if rows.len() > 1 {
        text.push_str(&format!(
            "\n\n{}\n(share, requests, failed and p95 are those of the instance's group)",
            columns(&rows)
        ));
    }
    if let Some(failed) = &hidden {
        text.push_str(&format!("\n{} {failed}", talk.tone(Tone::Bad, "no request gets through:")));
        text.extend(failed.next.iter().map(|next| format!("\n{next}")));
    }
    for foreign in &seen.foreign {
        text.push_str(&format!("\n{} {foreign}", talk.tone(Tone::Warn, "changed by somebody else:")));
    }
    if let Some(unfinished) = &history.unfinished {
        let who = owner.as_ref().map_or_else(
            || "nobody is at work on it: `raallyctl deploy --resume` or `raallyctl abort`".to_owned(),
            |owner| owner.title(),
        );
        let (done, of) = (unfinished.done, unfinished.steps.len());
        let turned = unfinished.turned_back.as_ref().map(|why| format!(", turned back: {why}")).unwrap_or_default();
        let said = unfinished.seen.as_ref().map(|seen| format!("\n{}: {}", seen.verdict, seen.why)).unwrap_or_default();
        text.push_str(&format!(
            "\n\nunder way: {}, {done} of {of} steps done{turned}\n{who}{said}",
            unfinished.release
        ));
    }
    let value = json!({
        "environment": setting.name, "current": current, "serving": seen.serving(),
        "replicas": replicas, "fleet": seen, "counts": counted, "atWork": owner,
        "hidden": hidden.as_ref().map(ToString::to_string),
        "unfinished": history.unfinished.as_ref().map(|unfinished| json!({
            "release": unfinished.release, "done": unfinished.done, "steps": unfinished.steps,
            "turnedBack": unfinished.turned_back, "seen": unfinished.seen,
        })),
    });
    let done = talk.data(&value, &text)?;
    Ok(hidden.map_or(done, |failed| failed.exit()))
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Starting => "not ready",
        Phase::Ready => "ready",
        Phase::Drained => "drained",
        Phase::Failing => "does not stay up",
    }
}

/// `history`.
pub async fn history(at: &Where, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::read(at)?;
    let (_, desk) = setting.target().await?;
    let history = History::of(&desk.entries().await?);
    let mut rows = vec![["began", "took", "what", "how", "by", "outcome"].map(str::to_owned).to_vec()];
    rows.extend(history.changes.iter().rev().map(|change| row(change, &history)));
    let text = if rows.len() > 1 { columns(&rows) } else { "nothing was released yet".to_owned() };
    talk.data(&history.changes, &text)
}

fn row(change: &Change, history: &History) -> Vec<String> {
    let began = change.began_at.round(jiff::Unit::Second).unwrap_or(change.began_at);
    let took = change.ended_at.map(|ended| format!("{} s", ended.duration_since(change.began_at).as_secs()));
    let outcome = match change.outcome {
        Some(Outcome::Released) => "runs since".to_owned(),
        Some(Outcome::RolledBack) => format!("taken back: {}", change.why),
        Some(Outcome::Stuck) => format!("stuck: {}", change.why),
        None => "unfinished".to_owned(),
    };
    let title = history.releases.get(&change.release).map_or_else(|| change.title.clone(), Release::title);
    vec![
        began.to_string(),
        took.unwrap_or_default(),
        title,
        match (change.strategy, change.from) {
            (Some(strategy), _) => strategy.name().to_owned(),
            (None, Some(_)) => "rollback".to_owned(),
            (None, None) => "was there".to_owned(),
        },
        change.by.clone(),
        outcome,
    ]
}
