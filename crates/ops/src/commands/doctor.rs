//! `raallyctl doctor`: looks for what is wrong with an environment, and says what to do.

use std::process::ExitCode;

use serde::Serialize;

use super::setting::Setting;
use crate::cli::Where;
use crate::failed::Failed;
use crate::journal::History;
use crate::model::environment::Strategy;
use crate::model::fleet::{Fleet, Phase};
use crate::model::ids::{Group, InstanceId, ReleaseId};
use crate::preflight::{self, cluster};
use crate::talk::{Talk, Tone};
use crate::target::Target;
use crate::target::any::Any;
use crate::target::host::Hosts;
use crate::target::kubernetes::facts::Facts;

const GATEWAY_DOWN: &str = "docs/runbooks/raally-gateway-down.md";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ill {
    what: String,
    next: String,
    /// A page of docs/runbooks.
    runbook: Option<&'static str>,
}

/// Runs it; exit code 1 when something is wrong.
pub async fn run(at: &Where, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::read(at)?;
    let mut ills = Vec::new();
    let (target, desk) = setting.target().await?;
    let history = match desk.entries().await {
        Ok(entries) => History::of(&entries),
        Err(failed) => {
            ills.push(of(failed));
            History::default()
        }
    };
    match target.glance().await {
        Ok((seen, hidden)) => {
            let replicas = target.size().await.ok().flatten().unwrap_or(setting.environment.replicas);
            fleet(&seen, &history, replicas, &mut ills);
            if let (Any::Hosts(hosts), Some(current)) = (&target, history.current) {
                match hidden {
                    Some(failed) => ills.push(Ill { runbook: Some(GATEWAY_DOWN), ..of(failed) }),
                    None => gateway(hosts, &setting, &mut ills).await,
                }
                host(hosts, &setting, current, &mut ills);
            }
        }
        Err(failed) => ills.push(of(failed)),
    }
    if let Some(cluster) = target.cluster() {
        match cluster.facts().await {
            Ok(mut facts) => {
                // What is under way is the tool's own then.
                if let (Some(rollout), true) = (&mut facts.rollout, history.unfinished.is_some()) {
                    rollout.trouble = None;
                }
                needs(&facts, setting.environment.strategy, &mut ills);
                let running = history.current.filter(|_| history.unfinished.is_none());
                if let Some(running) = running {
                    scalers(&facts, &cluster.name_of(Group::Of(running)), &mut ills);
                }
            }
            Err(failed) => ills.push(of(failed)),
        }
    }
    let nobody = desk.owner().await.is_ok_and(|owner| owner.is_none());
    if let Some(unfinished) = history.unfinished.as_ref().filter(|_| nobody) {
        let what = format!("the change to {} is unfinished, and nobody is at work on it", unfinished.release);
        let next = "go on with `raallyctl deploy --resume`, or take it back with `raallyctl abort`";
        ills.push(ill(what, next.into(), Some("docs/how-to/release.md")));
    }
    let line = |ill: &Ill| {
        let runbook = ill.runbook.map(|page| format!("\n    see {page}")).unwrap_or_default();
        format!("{} {}\n    {}{runbook}", talk.tone(Tone::Bad, "ill:"), ill.what, ill.next)
    };
    let text = if ills.is_empty() {
        format!("{}: nothing is wrong", setting.name)
    } else {
        ills.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let done = talk.data(&ills, &text)?;
    Ok(if ills.is_empty() { done } else { ExitCode::from(1) })
}

fn of(failed: Failed) -> Ill {
    let next = failed.next.clone().unwrap_or_default();
    ill(failed.to_string(), next, None)
}

/// What a host lacks for what runs, and what of the environment's file is not in force.
fn host(hosts: &Hosts, setting: &Setting, current: ReleaseId, ills: &mut Vec<Ill>) {
    let disk = preflight::disk(0, &setting.folder);
    if !disk.good {
        ills.push(ill(disk.says, disk.next.unwrap_or_default(), Some("docs/runbooks/raally-disk-filling.md")));
    }
    let ports = setting.environment.host.as_ref().map_or([0, 0], |host| host.ports);
    ills.extend(outgoing().and_then(|given| ports_ill(ports, given)));
    match hosts.changed_settings(current) {
        Ok(changed) if changed.is_empty() => {}
        Ok(changed) => {
            let what = format!("{current} runs with other settings than the file has: {}", changed.join(", "));
            let next = "`raallyctl deploy` of the program that runs releases them";
            ills.push(ill(what, next.into(), Some("docs/how-to/release.md")));
        }
        Err(failed) => ills.push(of(failed)),
    }
    match hosts.gateway_is_outdated() {
        Ok(false) => {}
        Ok(true) => {
            let what = "the gateway runs with other options than the file has".to_owned();
            let next = "`raallyctl down`, then `raallyctl deploy` of the program that runs; users notice the gap";
            ills.push(ill(what, next.into(), Some("docs/how-to/release.md")));
        }
        Err(failed) => ills.push(of(failed)),
    }
}

/// The ports that this system gives to outgoing connections, unless some are reserved, which somebody has looked after.
/// Source: the kernel's `Documentation/networking/ip-sysctl.rst`.
fn outgoing() -> Option<[u16; 2]> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/sys/net/ipv4/{name}")).ok();
    if read("ip_local_reserved_ports").is_some_and(|reserved| !reserved.trim().is_empty()) {
        return None;
    }
    let text = read("ip_local_port_range")?;
    let mut ports = text.split_whitespace().map_while(|port| port.parse().ok());
    Some([ports.next()?, ports.next()?])
}

/// A connection that happens to leave from an instance's port keeps the instance from starting.
fn ports_ill([first, last]: [u16; 2], [least, most]: [u16; 2]) -> Option<Ill> {
    if last < least || most < first {
        return None;
    }
    let what = format!("instances listen on ports {first} to {last}, of which the system gives some to connections");
    let next = format!("choose `host.ports` outside of {least} to {most}, or a release may find one taken");
    Some(ill(what, next, Some("docs/runbooks/raally-restarting.md")))
}

/// What keeps the gateway from sending requests where it should.
async fn gateway(hosts: &Hosts, setting: &Setting, ills: &mut Vec<Ill>) {
    match hosts.gateway().state().await {
        Ok(state) => {
            for target in state.targets.iter().filter(|target| target.in_table) {
                if target.ejected_ms.is_some() || target.breaker != raally_gateway::Breaker::Closed {
                    let what = format!("the gateway keeps {} from requests: its answers fail", target.id);
                    let next = format!("see logs/{}.log in {}", target.id, setting.folder.display());
                    ills.push(ill(what, next, Some("docs/runbooks/raally-gateway-target-unfit.md")));
                }
            }
        }
        Err(error) => ills.push(ill(error.to_string(), "see logs/gateway.log".into(), Some(GATEWAY_DOWN))),
    }
}

/// What a release in the cluster would lack.
fn needs(facts: &Facts, strategy: Strategy, ills: &mut Vec<Ill>) {
    for finding in cluster::checks(facts, strategy, 0).into_iter().filter(|finding| !finding.good) {
        let what = format!("{}: {}", finding.check, finding.says);
        ills.push(ill(what, finding.next.unwrap_or_default(), Some("docs/how-to/release.md")));
    }
}

/// An autoscaler that does nothing for what runs, while no release is under way.
fn scalers(facts: &Facts, running: &str, ills: &mut Vec<Ill>) {
    for scaler in &facts.scalers {
        let what = match (scaler.held, scaler.of == running) {
            (true, _) => format!("the autoscaler {} is held, and no release is under way", scaler.name),
            (false, false) => format!("the autoscaler {} changes {}, and {running} runs", scaler.name, scaler.of),
            (false, true) => continue,
        };
        let next = "`raallyctl deploy` of the image that runs gives it back";
        ills.push(ill(what, next.into(), Some("docs/how-to/release.md")));
    }
}

fn fleet(seen: &Fleet, history: &History, replicas: u32, ills: &mut Vec<Ill>) {
    if history.current.is_some() && history.unfinished.is_none() && seen.serving() < replicas as usize {
        let what = format!("{} of {replicas} promised instances serve", seen.serving());
        ills.push(ill(
            what,
            "see `raallyctl status`; `raallyctl deploy` of the same program starts what is missing".into(),
            Some("docs/runbooks/raally-replicas-missing.md"),
        ));
    }
    for (id, member) in seen.instances.iter().filter(|(_, member)| member.phase == Phase::Failing) {
        let what = format!("{id} on {}:{} does not stay up", member.slot.host, member.slot.port);
        ills.push(ill(what, format!("see logs/{id}.log there"), Some("docs/runbooks/raally-restarting.md")));
    }
    for foreign in &seen.foreign {
        let next = "undo it; the next change refuses to write over it";
        ills.push(ill(format!("somebody else changed it: {foreign}"), next.into(), None));
    }
    if history.unfinished.is_some() {
        return;
    }
    // Before the first release in a cluster it is what the chart installed.
    let own = history.current.unwrap_or(ReleaseId(0));
    let stray = |id: &&InstanceId| id.group.release() != own;
    let strays: Vec<String> = seen.instances.keys().filter(stray).map(ToString::to_string).collect();
    if !strays.is_empty() {
        let what = format!("{} run and belong to no release that should", strays.join(", "));
        let next = "`raallyctl rollback --to` the current release ends them";
        ills.push(ill(what, next.into(), Some("docs/runbooks/rollback.md")));
    }
}

const fn ill(what: String, next: String, runbook: Option<&'static str>) -> Ill {
    Ill { what, next, runbook }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_connections_leave_from_are_ill() {
        let given = [32_768, 60_999];
        for good in [[18_100, 18_119], [32_700, 32_767], [61_000, 61_100]] {
            assert!(ports_ill(good, given).is_none(), "{good:?}");
        }
        for bad in [[32_700, 32_768], [40_000, 40_100], [60_999, 61_100], [1_024, 65_535]] {
            assert!(ports_ill(bad, given).unwrap().next.contains("32768 to 60999"), "{bad:?}");
        }
    }
}
