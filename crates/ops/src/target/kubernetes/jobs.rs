//! What is done once for a release, as Jobs with the chart's own pods: what it says about itself and the database, and the
//! migration before its first instance.

use std::time::Duration;

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, ListParams, LogParams, PostParams, PropagationPolicy};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::api::{Cluster, MANAGER, Refused, json as as_json, optional};
use super::clone::Template;
use super::ledger::labels;
use super::pods::{State, state};
use crate::failed::{Doing, Failed};
use crate::model::ids::ReleaseId;
use crate::model::release::{Artefact, Build, Release};

const LOOK_EVERY: Duration = Duration::from_millis(300);
/// For an image that has to be fetched, and two questions.
const LOOK_WITHIN: Duration = Duration::from_secs(180);
/// As the chart's own Job.
const MIGRATE_SECONDS_MAX: u64 = 600;
const LOG_LINES: i64 = 20;

/// Jobs of an environment.
#[derive(Debug, Clone)]
pub struct Jobs {
    /// Where.
    pub cluster: Cluster,
    /// The chart's name for the workload.
    pub workload: String,
}

impl Jobs {
    /// Has an image migrate an empty database and say what it is; then what it says about the environment's database.
    ///
    /// # Errors
    /// When the image can't be had, or is no Raally.
    pub async fn examine(
        &self,
        template: &Template,
        image: &str,
        digest: &str,
    ) -> Result<(Artefact, Result<Build, Failed>), Failed> {
        // Another one each time: the database may have moved on.
        let name = format!("{}-look-{:x}", self.workload, jiff::Timestamp::now().as_millisecond());
        let container = |name: &str, arguments: &[&str], of_database: bool| {
            self.container(template, name, image, arguments, of_database)
        };
        let pod = self.pod(
            template,
            &json!([container("try", &["migrate"], false)?]),
            &json!([
                container("artefact", &["version", "--json"], false)?,
                container("database", &["version", "--json"], true)?
            ]),
        )?;
        self.create(&name, pod, LOOK_WITHIN.as_secs()).await?;
        let said = self.answers(&name, image).await;
        _ = self.delete(&name).await;
        let (own, database) = said?;
        let build = |text: &str| {
            serde_json::from_str::<Build>(text.trim()).map_err(|error| {
                Failed::input(format!("{image} does not answer `version --json` as Raally does: {error}"))
            })
        };
        let artefact = Artefact { path: image.into(), digest: digest.to_owned(), bytes: 0, build: build(&own)? };
        Ok((artefact, database.and_then(|text| build(&text))))
    }

    /// What both containers say, once both have ended.
    async fn answers(&self, job: &str, image: &str) -> Result<(String, Result<String, Failed>), Failed> {
        let deadline = Instant::now() + LOOK_WITHIN;
        loop {
            let mut waits = "no pod was made for it".to_owned();
            for pod in self.pods_of(job).await? {
                let name = pod.metadata.name.clone().unwrap_or_default();
                let ended = |container: &str| exit_code(&pod, container);
                if let Some(code) = ended("try").filter(|code| *code != 0) {
                    let log = self.log(&name, "try").await;
                    return Err(Failed::input(format!("{image} can't make a database: it ended with {code}: {log}")));
                }
                if let (Some(own), Some(database)) = (ended("artefact"), ended("database")) {
                    let said = self.log(&name, "artefact").await;
                    if own != 0 {
                        return Err(Failed::input(format!("{image} does not answer `version --json`: {said}")));
                    }
                    let about = self.log(&name, "database").await;
                    let about = if database == 0 {
                        Ok(about)
                    } else {
                        Err(Failed::input(format!("the database can't be asked: {about}")))
                    };
                    return Ok((said, about));
                }
                match state(&pod) {
                    State::Failing(why) => return Err(Failed::input(format!("the image can't be tried: {why}"))),
                    State::OnItsWay(Some(why)) => waits = why,
                    _ => "it has not ended".clone_into(&mut waits),
                }
            }
            if Instant::now() > deadline {
                let seconds = LOOK_WITHIN.as_secs();
                return Err(Failed::ours(format!("the image was not tried within {seconds} s: {waits}"))
                    .next(format!("see `kubectl describe job {job}`")));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Runs the migration of a release, once; a second call waits for the first one's Job.
    ///
    /// # Errors
    /// When it fails: with what it said last.
    pub async fn migrate(&self, template: &Template, release: &Release) -> Result<(), Failed> {
        let name = self.migration(release.id);
        let image = release.artefact.path.display().to_string();
        if let Some(job) = self.get(&name).await?
            && ended(&job) == Some(false)
        {
            // A failure of an earlier time: what made it fail may be mended.
            self.delete(&name).await?;
            self.gone(&name).await?;
        }
        let container = self.container(template, "migrate", &image, &["migrate", "--json"], true)?;
        let pod = self.pod(template, &json!([]), &json!([container]))?;
        self.create(&name, pod, MIGRATE_SECONDS_MAX).await?;
        loop {
            let job = self.get(&name).await?;
            let ended = job.as_ref().and_then(ended);
            if ended == Some(true) {
                return Ok(());
            }
            let pods = self.pods_of(&name).await?;
            let failing = pods.iter().find_map(|pod| match state(pod) {
                State::Failing(why) => Some(why),
                _ => None,
            });
            if ended == Some(false) || failing.is_some() {
                let said = match pods.last().and_then(|pod| pod.metadata.name.as_ref()) {
                    Some(pod) if failing.is_none() => self.log(pod, "migrate").await,
                    _ => failing.unwrap_or_else(|| "its pod is gone".to_owned()),
                };
                return Err(Failed::ours(format!(
                    "the migration failed, nothing of {} was started: {said}",
                    release.id
                ))
                .next(format!("see `kubectl describe job {name}`")));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Which of a list of Jobs are migrations that have ended well.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn migrated(&self) -> Result<Vec<ReleaseId>, Failed> {
        let jobs = self.cluster.of::<Job>();
        let parameters = ListParams::default().labels(&selector());
        let found = self.cluster.ask("list", "jobs.batch", || jobs.list(&parameters)).await?;
        let prefix = format!("{}-migrate-", self.workload);
        let release = |job: &Job| job.metadata.name.as_ref()?.strip_prefix(&prefix)?.parse().ok();
        Ok(found.items.iter().filter(|job| ended(job) == Some(true)).filter_map(release).collect())
    }

    fn migration(&self, release: ReleaseId) -> String {
        format!("{}-migrate-{release}", self.workload)
    }

    /// The server's container with other arguments, and without what is for servers.
    fn container(
        &self,
        template: &Template,
        name: &str,
        image: &str,
        arguments: &[&str],
        of_database: bool,
    ) -> Result<Value, Failed> {
        let spec = as_json(&template.object.spec)?;
        let containers = spec["template"]["spec"]["containers"].as_array().cloned().unwrap_or_default();
        let mut container =
            containers.into_iter().find(|one| one["name"] == json!(template.container)).unwrap_or_default();
        if let Some(fields) = container.as_object_mut() {
            for server in ["ports", "startupProbe", "livenessProbe", "readinessProbe", "lifecycle", "command"] {
                fields.remove(server);
            }
            if !of_database {
                fields.remove("env");
                fields.remove("envFrom");
            }
        }
        container["name"] = json!(name);
        container["image"] = json!(image);
        container["args"] = json!(arguments);
        Ok(container)
    }

    fn pod(&self, template: &Template, before: &Value, containers: &Value) -> Result<Value, Failed> {
        let spec = as_json(&template.object.spec)?;
        let mut pod = spec["template"]["spec"].clone();
        if let Some(fields) = pod.as_object_mut() {
            // Where instances run is for instances.
            fields.remove("topologySpreadConstraints");
            fields.remove("terminationGracePeriodSeconds");
        }
        pod["restartPolicy"] = json!("Never");
        pod["initContainers"] = before.clone();
        pod["containers"] = containers.clone();
        // As the pods of the chart's own Job: the mesh's sidecar would never end, and the network lets them to the database.
        let mut of = json!(labels());
        of["app.kubernetes.io/name"] = json!(format!("{}-migrate", self.workload));
        of["raally.dev/job"] = json!("database");
        of["sidecar.istio.io/inject"] = json!("false");
        Ok(json!({"metadata": {"labels": of}, "spec": pod}))
    }

    async fn create(&self, name: &str, pod: Value, seconds_max: u64) -> Result<(), Failed> {
        let job = json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "labels": labels()},
            "spec": {"backoffLimit": 0, "activeDeadlineSeconds": seconds_max, "template": pod},
        });
        let job: Job = serde_json::from_value(job).doing("a Job of the chart's pods")?;
        let jobs = self.cluster.of::<Job>();
        let parameters = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        match self.cluster.ask("create", "jobs.batch", || jobs.create(&parameters, &job)).await {
            Ok(_) | Err(Refused::Exists) => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    async fn get(&self, name: &str) -> Result<Option<Job>, Failed> {
        let jobs = self.cluster.of::<Job>();
        optional(self.cluster.ask("get", "jobs.batch", || jobs.get(name)).await)
    }

    async fn delete(&self, name: &str) -> Result<(), Failed> {
        let jobs = self.cluster.of::<Job>();
        let parameters =
            DeleteParams { propagation_policy: Some(PropagationPolicy::Background), ..DeleteParams::default() };
        optional(self.cluster.ask("delete", "jobs.batch", || jobs.delete(name, &parameters)).await).map(|_| ())
    }

    async fn gone(&self, name: &str) -> Result<(), Failed> {
        let deadline = Instant::now() + self.cluster.patience();
        while self.get(name).await?.is_some() {
            if Instant::now() > deadline {
                return Err(Failed::ours(format!("the Job {name} does not go away")));
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn pods_of(&self, job: &str) -> Result<Vec<Pod>, Failed> {
        let pods = self.cluster.of::<Pod>();
        let parameters = ListParams::default().labels(&format!("batch.kubernetes.io/job-name={job}"));
        Ok(self.cluster.ask("list", "pods", || pods.list(&parameters)).await?.items)
    }

    /// What a container said last, or why that can't be read.
    async fn log(&self, pod: &str, container: &str) -> String {
        let pods = self.cluster.of::<Pod>();
        let parameters =
            LogParams { container: Some(container.to_owned()), tail_lines: Some(LOG_LINES), ..LogParams::default() };
        match self.cluster.ask("get", "pods/log", || pods.logs(pod, &parameters)).await {
            Ok(text) => text.trim().to_owned(),
            Err(refused) => format!("its log can't be read: {}", Failed::from(refused)),
        }
    }
}

fn selector() -> String {
    labels().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

/// Whether a Job has ended, and well.
fn ended(job: &Job) -> Option<bool> {
    let conditions = job.status.iter().filter_map(|status| status.conditions.as_ref()).flatten();
    conditions.filter(|condition| condition.status == "True").find_map(|condition| match condition.type_.as_str() {
        "Complete" => Some(true),
        "Failed" => Some(false),
        _ => None,
    })
}

fn exit_code(pod: &Pod, container: &str) -> Option<i32> {
    let status = pod.status.as_ref()?;
    let mut all = status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
    let found = all.find(|found| found.name == container)?;
    Some(found.state.as_ref()?.terminated.as_ref()?.exit_code)
}
