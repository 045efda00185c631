//! Questions to the API server: asked again while it does not answer, and its refusals in words that say what to do.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use kube::api::{Api, ApiResource, DynamicObject, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tokio::time::{Instant, sleep, timeout};

use crate::failed::{Doing, Failed};
use crate::model::kubernetes::KubernetesTarget;

/// The name under which the tool owns fields.
pub const MANAGER: &str = "raallyctl";
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
const AGAIN_FIRST: Duration = Duration::from_millis(200);
const AGAIN_MAX: Duration = Duration::from_secs(3);
/// A server that has just started knows no roles yet and forbids everything: for so long a refusal is not believed.
const FORBIDDEN_MIN: Duration = Duration::from_secs(1);
/// The same, after it was out of reach.
const FORBIDDEN_AFTER_TROUBLE: Duration = Duration::from_secs(20);

/// A namespace of a cluster.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    namespace: String,
    patience: Duration,
    server: String,
    /// When it was out of reach last.
    trouble: Arc<Mutex<Option<Instant>>>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cluster({}, {})", self.server, self.namespace)
    }
}

/// What was not done.
#[derive(Debug)]
pub enum Refused {
    /// There is no such object.
    Missing,
    /// There is one of this name.
    Exists,
    /// It is not as it was when it was read, or somebody else owns a field: the server's words.
    Conflict(String),
    /// Anything else.
    Failed(Failed),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Missing => Self::ours("the API server has no such object"),
            Refused::Exists => Self::ours("the API server has an object of this name"),
            Refused::Conflict(why) => Self::ours(format!("somebody else changed it: {why}"))
                .next("see who with `kubectl get -o yaml --show-managed-fields`"),
            Refused::Failed(failed) => failed,
        }
    }
}

/// A right that the tool needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// `apps`; empty for the core.
    pub group: &'static str,
    /// `deployments`.
    pub resource: &'static str,
    /// `patch`.
    pub verb: &'static str,
}

impl Right {
    /// Whether only the chart's own object of this kind is touched.
    const fn is_of_chart(&self) -> bool {
        matches!(
            self.resource.as_bytes(),
            b"services"
                | b"virtualservices"
                | b"destinationrules"
                | b"horizontalpodautoscalers"
                | b"rollouts"
                | b"rollouts/status"
        )
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.group.is_empty() { "" } else { "." };
        write!(formatter, "{} {}{dot}{}", self.verb, self.resource, self.group)
    }
}

impl Cluster {
    /// As the kubeconfig says; nothing is asked yet.
    ///
    /// # Errors
    /// When there is no kubeconfig that can be used.
    pub async fn new(target: &KubernetesTarget) -> Result<Self, Failed> {
        let options = KubeConfigOptions { context: target.context.clone(), ..KubeConfigOptions::default() };
        let next =
            "see `kubectl config get-contexts`, and kubernetes.context and kubernetes.kubeconfig of the environment";
        let bad = |error: &dyn fmt::Display| Failed::input(format!("no way to a cluster: {error}")).next(next);
        let mut config = match &target.kubeconfig {
            Some(path) => {
                let file = Kubeconfig::read_from(path).map_err(|error| bad(&error))?;
                Config::from_custom_kubeconfig(file, &options).await.map_err(|error| bad(&error))?
            }
            None if target.context.is_some() => Config::from_kubeconfig(&options).await.map_err(|error| bad(&error))?,
            None => Config::infer().await.map_err(|error| bad(&error))?,
        };
        config.connect_timeout = Some(CONNECT_WITHIN);
        config.read_timeout = Some(ANSWER_WITHIN);
        config.default_retry = false;
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let client = Client::try_from(config).map_err(|error| bad(&error))?;
        let patience = Duration::from_secs(target.api_seconds_max);
        let trouble = Arc::default();
        Ok(Self { client, namespace: target.namespace.clone(), patience, server, trouble })
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// For so long a server that does not answer is asked again.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        self.patience
    }

    /// Objects of a kind in the namespace.
    #[must_use]
    pub fn of<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Objects of a kind that this build has no type for.
    #[must_use]
    pub fn dynamic(&self, resource: &ApiResource) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, resource)
    }

    /// `GET` of a path, as text.
    ///
    /// # Errors
    /// As [`Cluster::ask`].
    pub async fn text(&self, verb: &str, what: &str, path: &str) -> Result<String, Refused> {
        self.ask(verb, what, || async {
            let request = http::Request::get(path).body(Vec::new()).map_err(kube::Error::HttpError)?;
            self.client.request_text(request).await
        })
        .await
    }

    /// Asks, and asks again while the server does not answer or is overloaded. So each question must be one that may be
    /// asked twice.
    ///
    /// # Errors
    /// When it refuses, or does not answer for too long.
    pub async fn ask<T, F>(&self, verb: &str, what: &str, mut question: impl FnMut() -> F) -> Result<T, Refused>
    where
        F: Future<Output = Result<T, kube::Error>>,
    {
        let began = Instant::now();
        let deadline = began + self.patience;
        let mut pause = AGAIN_FIRST;
        loop {
            let error = match timeout(ANSWER_WITHIN, question()).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => kube::Error::Service("no answer in time".into()),
            };
            let forbidden = matches!(&error, kube::Error::Api(status) if status.code == 403);
            if forbidden && began.elapsed() < self.disbelief() {
                sleep(AGAIN_FIRST).await;
                continue;
            }
            if !may_pass(&error) {
                return Err(self.refused(verb, what, error));
            }
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            if Instant::now() + pause > deadline {
                let why = words(&error);
                let server = &self.server;
                let seconds = self.patience.as_secs();
                return Err(Refused::Failed(
                    Failed::ours(format!("the API server {server} did not answer for {seconds} s ({verb} {what}): {why}"))
                        .lost()
                        .next("nothing is forgotten: when it is back, `raallyctl deploy --resume` goes on, `raallyctl abort` goes back"),
                ));
            }
            sleep(pause).await;
            pause = (pause * 2).min(AGAIN_MAX);
        }
    }

    /// For how long a refusal is not believed.
    fn disbelief(&self) -> Duration {
        let trouble = *self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = trouble.is_some_and(|at| at.elapsed() < FORBIDDEN_AFTER_TROUBLE);
        if lately { FORBIDDEN_AFTER_TROUBLE } else { FORBIDDEN_MIN }
    }

    fn refused(&self, verb: &str, what: &str, error: kube::Error) -> Refused {
        let kube::Error::Api(status) = error else {
            return Refused::Failed(Failed::ours(format!("{verb} {what}: {}", words(&error))));
        };
        match (status.code, status.reason.as_str()) {
            (404, _) => Refused::Missing,
            (409, "AlreadyExists") => Refused::Exists,
            (409, _) => Refused::Conflict(status.message.clone()),
            (401, _) => Refused::Failed(
                Failed::input(format!("the API server {} does not know who asks", self.server))
                    .next("sign in to the cluster again, or mend the user of the kubeconfig"),
            ),
            (403, _) => Refused::Failed(
                Failed::input(format!("the API server does not let you {verb} {what} in {}: {}", self.namespace, status.message))
                    .next("be in the chart's group `deployers`, whose Role raally-deployer has what the tool needs; `raallyctl doctor` lists what is missing"),
            ),
            _ => Refused::Failed(Failed::ours(format!("{verb} {what}: {}", status.message))),
        }
    }

    /// Those of the rights that the tool does not have. Rights on the chart's own objects may be for this name alone.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn lacks(&self, rights: &[Right], name: &str) -> Result<Vec<Right>, Failed> {
        let reviews: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
        let mut lacking = Vec::new();
        for right in rights {
            let attributes = ResourceAttributes {
                namespace: Some(self.namespace.clone()),
                group: Some(right.group.to_owned()),
                resource: Some(right.resource.split('/').next().unwrap_or_default().to_owned()),
                subresource: right.resource.split_once('/').map(|(_, sub)| sub.to_owned()),
                verb: Some(right.verb.to_owned()),
                name: Some(name.to_owned()).filter(|_| right.is_of_chart()),
                ..ResourceAttributes::default()
            };
            let review = SelfSubjectAccessReview {
                spec: SelfSubjectAccessReviewSpec { resource_attributes: Some(attributes), ..Default::default() },
                ..Default::default()
            };
            let parameters = PostParams::default();
            let said = self.ask("create", "selfsubjectaccessreviews", || reviews.create(&parameters, &review)).await?;
            if !said.status.is_some_and(|status| status.allowed) {
                lacking.push(*right);
            }
        }
        Ok(lacking)
    }
}

/// `None` where there is no such object.
///
/// # Errors
/// Every other refusal.
pub fn optional<T>(answer: Result<T, Refused>) -> Result<Option<T>, Failed> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Refused::Missing) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// As JSON, for patches.
///
/// # Errors
/// Never for objects of the API.
pub fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Failed> {
    serde_json::to_value(value).doing("an object of the API")
}

/// Whether asking again may help.
fn may_pass(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(status) => matches!(status.code, 429 | 500 | 502 | 503 | 504),
        kube::Error::HyperError(_) | kube::Error::Service(_) | kube::Error::ReadEvents(_) => true,
        _ => false,
    }
}

/// An error with its causes.
fn words(error: &kube::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(&format!(": {cause_text}"));
        }
        source = cause.source();
    }
    text
}
