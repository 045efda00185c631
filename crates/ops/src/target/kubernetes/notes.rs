//! What the judge of a release keeps, in one ConfigMap of the namespace: the last one alone.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::PostParams;

use super::api::{Cluster, MANAGER, Refused, optional};
use super::ledger::labels;
use crate::failed::Failed;

/// One ConfigMap.
#[derive(Debug, Clone)]
pub struct Notes {
    cluster: Cluster,
    name: String,
}

impl Notes {
    /// Of this name.
    #[must_use]
    pub const fn new(cluster: Cluster, name: String) -> Self {
        Self { cluster, name }
    }

    /// What was written under a name, if it was the last one.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, Failed> {
        let maps = self.cluster.of::<ConfigMap>();
        let found = optional(self.cluster.ask("get", "configmaps", || maps.get(&self.name)).await)?;
        Ok(found.and_then(|map| map.data?.remove(key)).map(String::into_bytes))
    }

    /// Writes, in the place of everything that was there.
    ///
    /// # Errors
    /// When the cluster does not answer or let us.
    pub async fn write(&self, key: &str, bytes: &[u8]) -> Result<(), Failed> {
        let maps = self.cluster.of::<ConfigMap>();
        let map = ConfigMap {
            metadata: ObjectMeta { name: Some(self.name.clone()), labels: Some(labels()), ..ObjectMeta::default() },
            data: Some(BTreeMap::from([(key.to_owned(), String::from_utf8_lossy(bytes).into_owned())])),
            ..ConfigMap::default()
        };
        let parameters = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        let replaced = self.cluster.ask("update", "configmaps", || maps.replace(&self.name, &parameters, &map)).await;
        match replaced {
            Err(Refused::Missing) => {
                match self.cluster.ask("create", "configmaps", || maps.create(&parameters, &map)).await {
                    Ok(_) | Err(Refused::Exists) => Ok(()),
                    Err(refused) => Err(refused.into()),
                }
            }
            Err(refused) => Err(refused.into()),
            Ok(_) => Ok(()),
        }
    }
}
