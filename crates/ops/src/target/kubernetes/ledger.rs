//! A journal's lines in ConfigMaps of the namespace, one after the other as they fill up. Each line is written on the
//! condition that nobody wrote meanwhile.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::PostParams;

use super::api::{Cluster, MANAGER, Refused, optional};
use crate::failed::Failed;

const KEY: &str = "journal.jsonl";
/// A ConfigMap holds 1 MiB at most; a line (a plan with its steps) is far smaller than the rest.
const PAGE_BYTES_MAX: usize = 512 * 1024;

/// The pages of a journal.
#[derive(Debug, Clone)]
pub struct Ledger {
    cluster: Cluster,
    name: String,
    /// The last page, once it was read.
    last: Option<Page>,
}

#[derive(Debug, Clone)]
struct Page {
    number: u32,
    /// `None`: it is not there yet.
    version: Option<String>,
    text: String,
}

impl Ledger {
    /// `NAME-1`, `NAME-2` and so on.
    #[must_use]
    pub const fn new(cluster: Cluster, name: String) -> Self {
        Self { cluster, name, last: None }
    }

    /// For people.
    #[must_use]
    pub fn title(&self) -> String {
        format!("ConfigMap {}/{}-1", self.cluster.namespace(), self.name)
    }

    /// All lines.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn read(&mut self) -> Result<Vec<u8>, Failed> {
        let mut text = String::new();
        let mut last = Page { number: 1, version: None, text: String::new() };
        for number in 1.. {
            let Some(page) = self.page(number).await? else { break };
            text.push_str(&page.text);
            last = page;
        }
        self.last = Some(last);
        Ok(text.into_bytes())
    }

    async fn page(&self, number: u32) -> Result<Option<Page>, Failed> {
        let maps = self.cluster.of::<ConfigMap>();
        let name = format!("{}-{number}", self.name);
        let found = optional(self.cluster.ask("get", "configmaps", || maps.get(&name)).await)?;
        Ok(found.map(|map| Page {
            number,
            version: map.metadata.resource_version,
            text: map.data.unwrap_or_default().remove(KEY).unwrap_or_default(),
        }))
    }

    /// Appends a line; when this returns, the cluster has it.
    ///
    /// # Errors
    /// When somebody else wrote meanwhile, or the cluster does not answer.
    pub async fn append(&mut self, line: &[u8]) -> Result<(), Failed> {
        let line = String::from_utf8_lossy(line).into_owned();
        let mut page = match self.last.take() {
            Some(page) => page,
            None => {
                self.read().await?;
                self.last.take().unwrap_or(Page { number: 1, version: None, text: String::new() })
            }
        };
        if page.text.len() + line.len() > PAGE_BYTES_MAX && page.version.is_some() {
            page = Page { number: page.number + 1, version: None, text: String::new() };
        }
        page.text.push_str(&line);
        let written = self.write(&page).await;
        let version = match written {
            Ok(version) => version,
            // An answer that was lost on its way: what is there is what was to be there.
            Err(Refused::Conflict(why)) => self.there(&page).await?.ok_or_else(|| foreign(&why))?,
            Err(Refused::Exists) => self.there(&page).await?.ok_or_else(|| foreign("it was made meanwhile"))?,
            Err(refused) => return Err(refused.into()),
        };
        page.version = Some(version);
        self.last = Some(page);
        Ok(())
    }

    async fn write(&self, page: &Page) -> Result<String, Refused> {
        let maps = self.cluster.of::<ConfigMap>();
        let name = format!("{}-{}", self.name, page.number);
        let map = ConfigMap {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                labels: Some(labels()),
                resource_version: page.version.clone(),
                ..ObjectMeta::default()
            },
            data: Some(BTreeMap::from([(KEY.to_owned(), page.text.clone())])),
            ..ConfigMap::default()
        };
        let parameters = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        let written = match page.version {
            None => self.cluster.ask("create", "configmaps", || maps.create(&parameters, &map)).await?,
            Some(_) => self.cluster.ask("update", "configmaps", || maps.replace(&name, &parameters, &map)).await?,
        };
        Ok(written.metadata.resource_version.unwrap_or_default())
    }

    async fn there(&self, page: &Page) -> Result<Option<String>, Failed> {
        let found = self.page(page.number).await?;
        Ok(found.filter(|found| found.text == page.text).and_then(|found| found.version))
    }
}

fn foreign(why: &str) -> Failed {
    Failed::ours(format!("somebody else wrote to the journal: {why}")).next("see who is at work: `raallyctl status`")
}

/// What all objects of the tool have.
#[must_use]
pub fn labels() -> BTreeMap<String, String> {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    [("app.kubernetes.io/part-of", "raally"), ("app.kubernetes.io/managed-by", MANAGER)].map(pair).into()
}
