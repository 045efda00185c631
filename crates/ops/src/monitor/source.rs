//! Where the monitor reads: the instances, the gateway, the journal. What does not answer becomes part of the reading.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Zoned;
use raally_gateway::{Client, Counts, State};

use super::Options;
use super::openmetrics::{self, Counters, Gauges};
use super::view::Release;
use super::watch::Raw;
use crate::cli::Where;
use crate::commands::setting;
use crate::failed::Failed;
use crate::http::Http;
use crate::journal::{History, Journal};

const PATIENCE: Duration = Duration::from_millis(900);

/// What is read.
pub struct Source {
    title: String,
    instances: Vec<String>,
    gateway: Option<Client>,
    journal: Option<PathBuf>,
    http: Http,
    began: Instant,
}

impl Source {
    /// The environment, or what was named.
    ///
    /// # Errors
    /// When the environment can't be read.
    pub fn new(options: &Options) -> Result<Self, Failed> {
        let own = Self {
            title: options.instance.join(", "),
            instances: options.instance.clone(),
            gateway: options.gateway.clone().map(Client::new),
            journal: None,
            http: Http::default(),
            began: Instant::now(),
        };
        let Some(env) = options.env.clone().filter(|_| options.gateway.is_none()) else {
            let title = if own.title.is_empty() { "gateway".to_owned() } else { own.title.clone() };
            return Ok(Self { title, ..own });
        };
        let setting = setting::Setting::on_hosts(
            &Where { env, file: options.file.clone() },
            "there Grafana has the dashboards of deploy/grafana",
        )?;
        let gateway = Client::new(setting.folder.join("gateway.sock"));
        Ok(Self { title: setting.name.clone(), gateway: Some(gateway), journal: Some(setting.journal()), ..own })
    }

    /// Whose picture it is.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// One reading.
    pub async fn read(&self) -> Raw {
        let mut raw = Raw::default();
        let mut addresses: BTreeMap<String, String> =
            self.instances.iter().map(|address| (address.clone(), address.clone())).collect();
        if let Some(gateway) = &self.gateway {
            let answers =
                tokio::time::timeout(PATIENCE, async { (gateway.state().await, gateway.counts().await) }).await;
            match answers {
                Ok((Ok(state), Ok(counts))) => {
                    addresses.extend(state.targets.iter().map(|one| (one.id.to_string(), one.address.clone())));
                    raw.groups = groups(&state, counts);
                }
                Ok((Err(error), _) | (_, Err(error))) => raw.troubles.push(format!("gateway: {error}")),
                Err(_) => raw.troubles.push("gateway: no answer in time".to_owned()),
            }
        }
        let mut probes = tokio::task::JoinSet::new();
        for (name, address) in addresses {
            let http = self.http.clone();
            probes.spawn(async move { (name, metrics(&http, &address).await) });
        }
        raw.instances = probes.join_all().await.into_iter().collect();
        raw.release = self.journal.as_ref().and_then(|journal| release(journal));
        raw.at = Zoned::now().strftime("%H:%M:%S").to_string();
        raw.at_seconds = self.began.elapsed().as_secs_f64();
        raw
    }
}

async fn metrics(http: &Http, address: &str) -> Result<(Counters, Gauges), String> {
    let (status, body) = http.get(address, "/metrics", PATIENCE).await.map_err(|error| error.to_string())?;
    if status.is_success() {
        Ok(openmetrics::read(&String::from_utf8_lossy(&body)))
    } else {
        Err(format!("/metrics answered {status}"))
    }
}

fn groups(state: &State, counts: Counts) -> BTreeMap<String, (String, f64, bool, raally_analysis::Arm)> {
    let group = |(name, counts): (raally_gateway::GroupName, raally_gateway::GroupCounts)| {
        let weight = f64::from(state.table.weight_bp(&name)) / 10_000.0;
        (name.to_string(), (counts.version, weight, counts.impaired, counts.arm))
    };
    counts.groups.into_iter().map(group).collect()
}

/// The release that the journal says is under way.
fn release(journal: &std::path::Path) -> Option<Release> {
    let history = History::of(&Journal::look(journal).ok()?);
    let unfinished = history.unfinished.as_ref()?;
    let title = history.releases.get(&unfinished.release);
    let seen = unfinished.seen.as_ref();
    Some(Release {
        title: title.map_or_else(|| unfinished.release.to_string(), crate::model::release::Release::title),
        done: unfinished.done,
        of: unfinished.steps.len(),
        verdict: seen.map(|seen| seen.verdict.clone()),
        why: unfinished.turned_back.clone().or_else(|| seen.map(|seen| seen.why.clone())),
    })
}
