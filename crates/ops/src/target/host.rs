//! Releases as supervised processes on hosts, requests split by the gateway on this one.

mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use raally_gateway::{Client, GroupName, Table, TargetId};
use tokio::time::Instant;

use self::settings::with_data_dir;
use super::link::{Link, program};
use super::{Counted, Releases, Target};
use crate::failed::{Doing, Failed};
use crate::http::Http;
use crate::keeper::order::{Order, Process, Running};
use crate::keeper::{check_folder, make_folder};
use crate::model::environment::{Environment, HostTarget};
use crate::model::fleet::{Fleet, Member, Phase, Routing, Slot};
use crate::model::ids::{Group, InstanceId};
use crate::model::release::Release;
use crate::plan::free_slots;
use crate::{atomic, traffic};

const READY_PATH: &str = "/api/health/ready";
const PROBE_WITHIN: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A gateway that was killed is back in a moment.
const GATEWAY_WITHIN: Duration = Duration::from_secs(20);
/// So many quick ends in a row, and an instance does not stay up.
const QUICK_ENDS_MAX: u32 = 3;
/// The gateway's name among the kept processes.
const GATEWAY: &str = "gateway";

/// A target on hosts.
#[derive(Debug, Clone)]
pub struct Hosts {
    environment: Environment,
    host: HostTarget,
    links: Vec<Link>,
    gateway: Client,
    http: Http,
}

impl Hosts {
    /// The target of an environment.
    ///
    /// # Errors
    /// When the environment has no host target, or its folder can't be used.
    pub fn new(environment: &Environment, raallyctl: &Path) -> Result<Self, Failed> {
        let host = environment.host.clone().ok_or_else(|| Failed::input("the environment has no hosts"))?;
        check_folder(&host.state_dir)?;
        let link = |name: &String| Link {
            host: name.clone(),
            state_dir: host.state_dir.clone(),
            raallyctl: raallyctl.to_owned(),
            keeper: host.keeper,
        };
        Ok(Self {
            links: host.hosts.iter().map(link).collect(),
            gateway: Client::new(host.state_dir.join("gateway.sock")),
            environment: environment.clone(),
            host,
            http: Http::default(),
        })
    }

    /// The gateway's admin socket.
    #[must_use]
    pub const fn gateway(&self) -> &Client {
        &self.gateway
    }

    /// The hosts.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Every host, this one included, on which the gateway runs.
    #[must_use]
    pub fn everywhere(&self) -> Vec<Link> {
        let others = self.links.iter().filter(|link| !link.is_local()).cloned();
        std::iter::once(self.here()).chain(others).collect()
    }

    /// The program of a release: where it was put in place, since whoever built it has long built the next one there.
    #[must_use]
    pub fn program_of(&self, release: &Release) -> PathBuf {
        let installed = program(&self.host.state_dir, Group::Of(release.id));
        if installed.exists() { installed } else { release.artefact.path.clone() }
    }

    /// The gateway's supervisor is always here.
    fn here(&self) -> Link {
        let raallyctl = self.links.first().map(|link| link.raallyctl.clone()).unwrap_or_default();
        Link { host: "local".to_owned(), state_dir: self.host.state_dir.clone(), raallyctl, keeper: self.host.keeper }
    }

    fn link(&self, host: &str) -> Result<&Link, Failed> {
        let found = self.links.iter().find(|link| link.host == host);
        found.ok_or_else(|| Failed::input(format!("there is no host {host:?} in the environment any more")))
    }

    /// The gateway as a process that is kept.
    #[must_use]
    pub fn gateway_process(&self) -> Process {
        let file = self.host.state_dir.join("gateway.json");
        Process {
            id: GATEWAY.to_owned(),
            program: self.here().raallyctl,
            arguments: vec![GATEWAY.to_owned(), "--config".to_owned(), file.display().to_string()],
            environment: BTreeMap::new(),
            port: 0,
            grace_seconds: self.environment.gates.drain_seconds_max + 10,
        }
    }

    /// An instance as a process that is kept.
    ///
    /// # Errors
    /// When the environment has no such host.
    pub fn instance_process(&self, id: InstanceId, slot: &Slot) -> Result<Process, Failed> {
        self.process(id, slot, self.link(&slot.host)?)
    }

    /// Whether the gateway was started with other options than the environment has now.
    ///
    /// # Errors
    /// When those of the environment have faults.
    pub fn gateway_is_outdated(&self) -> Result<bool, Failed> {
        let wanted = traffic::gateway_config(&self.host)?;
        let Ok(text) = std::fs::read(self.host.state_dir.join("gateway.json")) else { return Ok(false) };
        // Read as a configuration, so that an option which a newer build knows has its default.
        let Ok(started) = serde_json::from_slice::<raally_gateway::Config>(&text) else { return Ok(false) };
        let value = |config| serde_json::to_value(config).doing("the gateway's configuration");
        Ok(value(&started)? != value(&wanted)?)
    }

    /// Starts the gateway unless it runs, and waits until it answers.
    async fn ensure_gateway(&self) -> Result<(), Failed> {
        if self.gateway.state().await.is_ok() {
            return Ok(());
        }
        let here = self.here();
        let file = self.host.state_dir.join("gateway.json");
        let config = traffic::gateway_config(&self.host)?;
        let text = serde_json::to_vec_pretty(&config).doing("the gateway's configuration")?;
        atomic::write(&file, &text, 0o600).doing(file.display())?;
        let process = self.gateway_process();
        // Kept already by another build of the tool: that one is as good.
        let kept = here.order(&Order::Keep(process)).await;
        let deadline = Instant::now() + GATEWAY_WITHIN;
        while let Err(error) = self.gateway.state().await {
            if Instant::now() > deadline {
                kept?;
                return Err(self.without_gateway(&error.to_string()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn processes(&self) -> Result<Vec<(InstanceId, Slot, Running)>, Failed> {
        let mut found = Vec::new();
        for link in &self.links {
            for running in link.list().await? {
                if let Ok(id) = running.id.parse() {
                    found.push((id, Slot { host: link.host.clone(), port: running.port }, running));
                }
            }
        }
        Ok(found)
    }

    fn address(&self, slot: &Slot) -> Result<String, Failed> {
        Ok(format!("{}:{}", self.link(&slot.host)?.address(), slot.port))
    }

    async fn is_ready(&self, slot: &Slot) -> bool {
        let Ok(address) = self.address(slot) else { return false };
        let answer = self.http.get(&address, READY_PATH, PROBE_WITHIN).await;
        answer.is_ok_and(|(status, _)| status.is_success())
    }

    async fn phase(&self, slot: &Slot, running: &Running) -> Phase {
        if running.quick_ends >= QUICK_ENDS_MAX {
            Phase::Failing
        } else if running.pid.is_some() && self.is_ready(slot).await {
            Phase::Ready
        } else {
            Phase::Starting
        }
    }

    async fn members(&self) -> Result<BTreeMap<InstanceId, Member>, Failed> {
        let mut probes = tokio::task::JoinSet::new();
        for (id, slot, running) in self.processes().await? {
            let own = self.clone();
            probes.spawn(async move {
                let phase = own.phase(&slot, &running).await;
                (id, Member { slot, phase })
            });
        }
        Ok(probes.join_all().await.into_iter().collect())
    }

    fn without_gateway(&self, what: &str) -> Failed {
        Failed::ours(what).next(format!("see {}", self.host.state_dir.join("logs/gateway.log").display()))
    }

    /// The instances alone, when the gateway does not say how requests reach them.
    ///
    /// # Errors
    /// When a supervisor does not answer.
    pub async fn instances(&self) -> Result<Fleet, Failed> {
        Ok(Fleet { instances: self.members().await?, ..Fleet::default() })
    }

    /// The table that runs, with the gateway's epoch; it may be restarting.
    async fn state(&self) -> Result<raally_gateway::State, Failed> {
        let deadline = Instant::now() + GATEWAY_WITHIN;
        loop {
            match self.gateway.state().await {
                Ok(state) => return Ok(state),
                Err(error) if !error.retryable() || Instant::now() > deadline => {
                    return Err(self.without_gateway(&error.to_string()));
                }
                Err(_) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Puts a table, whatever became of the gateway meanwhile.
    async fn put(&self, table: &Table) -> Result<(), Failed> {
        let deadline = Instant::now() + GATEWAY_WITHIN;
        loop {
            let state = self.state().await?;
            if state.table == *table {
                return self.take_back_drains(&state).await;
            }
            match self.gateway.put_table(state.epoch, table).await {
                Ok(_) => {}
                Err(error @ raally_gateway::ClientError::Refused(raally_gateway::Refusal::BadTable { .. })) => {
                    return Err(Failed::ours(format!("the gateway refuses the table: {error}")));
                }
                Err(error) if Instant::now() > deadline => return Err(Failed::ours(error.to_string())),
                Err(_) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// A target that is in the table again gets requests again.
    async fn take_back_drains(&self, state: &raally_gateway::State) -> Result<(), Failed> {
        for target in state.targets.iter().filter(|target| target.in_table && target.draining) {
            self.gateway.undrain(&target.id).await.doing("can't take back a drain")?;
        }
        Ok(())
    }

    fn process(&self, id: InstanceId, slot: &Slot, link: &Link) -> Result<Process, Failed> {
        let settings = self.kept_settings(id.group.release())?.unwrap_or_else(|| self.host.settings.clone());
        let mut environment = with_data_dir(settings, &link.state_dir);
        environment.insert("RAALLY_LISTEN".to_owned(), format!("{}:{}", link.bind(), slot.port));
        Ok(Process {
            id: id.to_string(),
            program: program(&link.state_dir, id.group),
            arguments: vec!["serve".to_owned()],
            environment,
            port: slot.port,
            grace_seconds: self.environment.gates.drain_seconds_max + 5,
        })
    }
}

impl Target for Hosts {
    async fn look(&self) -> Result<Fleet, Failed> {
        let instances = self.members().await?;
        let gateway = self.here().list().await?.into_iter().find(|running| running.id == GATEWAY);
        let routing = match gateway {
            None => Routing::default(),
            Some(running) if running.quick_ends >= QUICK_ENDS_MAX && self.gateway.state().await.is_err() => {
                return Err(self.without_gateway("the gateway does not stay up"));
            }
            Some(_) => traffic::routing(&self.state().await?.table),
        };
        let mut installed: Option<BTreeSet<_>> = None;
        for link in &self.links {
            let there: BTreeSet<_> = link.installed().await?.into_iter().collect();
            installed = Some(installed.map_or(there.clone(), |all| all.intersection(&there).copied().collect()));
        }
        Ok(Fleet { instances, routing, installed: installed.unwrap_or_default(), foreign: Vec::new() })
    }

    fn free_slots(&self, seen: &Fleet) -> Vec<Slot> {
        let slots = free_slots(seen, &self.host.hosts, self.host.ports);
        // A port of this host that somebody else has is not free.
        let taken = |slot: &Slot| {
            self.link(&slot.host).is_ok_and(Link::is_local)
                && std::net::TcpListener::bind(("127.0.0.1", slot.port)).is_err()
        };
        slots.into_iter().filter(|slot| !taken(slot)).collect()
    }

    async fn install(&self, release: &Release) -> Result<(), Failed> {
        for link in &self.links {
            if !link.installed().await?.contains(&release.id) {
                link.install(release.id, &release.artefact.digest, &release.artefact.path).await?;
            }
        }
        let file = self.settings_file(release.id);
        if file.exists() {
            return Ok(());
        }
        // Also where no instance runs here.
        file.parent().map_or(Ok(()), make_folder)?;
        let text = serde_json::to_vec_pretty(&self.host.settings).doing(file.display())?;
        atomic::write(&file, &text, 0o600).doing(file.display())
    }

    async fn start(&self, instances: &BTreeMap<InstanceId, Slot>, releases: &Releases) -> Result<(), Failed> {
        for (id, slot) in instances {
            let release = id.group.release();
            if !releases.contains_key(&release) {
                return Err(Failed::ours(format!("the journal does not know {release}")));
            }
            let link = self.link(&slot.host)?;
            link.provide(id.group).await?;
            link.order(&Order::Keep(self.process(*id, slot, link)?)).await?;
        }
        Ok(())
    }

    async fn ready(&self, ids: &BTreeSet<InstanceId>) -> Result<BTreeSet<InstanceId>, Failed> {
        let members = self.members().await?;
        for id in ids {
            if members.get(id).is_some_and(|member| member.phase == Phase::Failing) {
                let log = PathBuf::from("logs").join(format!("{id}.log"));
                return Err(Failed::ours(format!("{id} does not stay up"))
                    .next(format!("see {}", self.host.state_dir.join(log).display())));
            }
        }
        let ready = |id: &InstanceId| members.get(id).is_some_and(|member| member.phase == Phase::Ready);
        Ok(ids.iter().filter(|id| ready(id)).copied().collect())
    }

    async fn why_late(&self, _ids: &BTreeSet<InstanceId>) -> Option<String> {
        None
    }

    async fn route(&self, routing: &Routing, releases: &Releases) -> Result<(), Failed> {
        self.ensure_gateway().await?;
        let mut addresses = BTreeMap::new();
        for (id, slot, _) in self.processes().await? {
            addresses.insert(id, self.address(&slot)?);
        }
        let cookie = self.environment.canary.sticky_cookie.as_deref();
        self.put(&traffic::table(routing, &addresses, releases, cookie)?).await
    }

    async fn drain(&self, ids: &BTreeSet<InstanceId>, patience: Duration) -> Result<u32, Failed> {
        let names: BTreeSet<TargetId> = ids.iter().map(|id| TargetId(id.to_string())).collect();
        let deadline = Instant::now() + patience;
        loop {
            let state = self.state().await?;
            let open: u32 =
                state.targets.iter().filter(|target| names.contains(&target.id)).map(|target| target.open).sum();
            if open == 0 || Instant::now() > deadline {
                return Ok(open);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn stop(&self, ids: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        for id in ids {
            for link in &self.links {
                if link.list().await?.iter().any(|running| running.id == id.to_string()) {
                    link.order(&Order::End { id: id.to_string() }).await?;
                }
            }
        }
        Ok(())
    }

    /// The gateway too: it has nowhere to send requests to, and what kept it from starting may be in its configuration.
    async fn withdraw(&self, ids: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        self.stop(ids).await?;
        self.here().order(&Order::End { id: GATEWAY.to_owned() }).await.map(|_| ())
    }

    async fn counts(&self) -> Result<Counted, Failed> {
        let counts = self.gateway.counts().await.map_err(|error| Failed::ours(error.to_string()))?;
        let group = |(name, counts): (GroupName, _)| name.as_str().parse::<Group>().ok().map(|group| (group, counts));
        Ok(Counted { source: counts.instance, groups: counts.groups.into_iter().filter_map(group).collect() })
    }
}
