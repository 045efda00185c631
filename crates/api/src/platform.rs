//! Puts the platform together: the operations that it brings along, and the parts it needs.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use tokio::sync::watch;

use crate::answer::{Answer, JSON};
use crate::assets::Assets;
use crate::gate::{Access, Gate};
use crate::health::{Health, HealthReport, NoDependencies};
use crate::metrics::classic::{self, CLASSIC};
use crate::metrics::{Metrics, OPEN_METRICS};
use crate::openapi;
use crate::operation::{Operation, Spec};
use crate::operations::Operations;
use crate::pages;
use crate::problem::Problem;
use crate::service::Platform;
use crate::settings::Settings;

/// Makes the key set that tokens are checked with.
pub type Jwks = Arc<dyn Fn() -> String + Send + Sync>;

/// What the platform is put together from, besides state and operations.
pub struct Parts {
    /// Bounds and lists.
    pub settings: Settings,
    /// The registry of the process.
    pub metrics: Metrics,
    /// What the process depends on.
    pub health: Arc<dyn Health>,
    /// The web application, if it was built in.
    pub assets: Option<Arc<dyn Assets>>,
    /// The public keys, as a JSON Web Key Set.
    pub jwks: Jwks,
}

impl Parts {
    /// Parts that depend on nothing, with an empty key set and no web application.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            metrics: Metrics::new(&settings.build),
            settings,
            health: Arc::new(NoDependencies),
            assets: None,
            jwks: Arc::new(|| "{\"keys\":[]}".to_owned()),
        }
    }
}

impl<S: Gate> Platform<S> {
    /// The platform for a table of operations; health, metrics, key set, documents and pages are added to it.
    ///
    /// # Errors
    /// Every fault of the table, one line each.
    pub fn new(state: S, mut operations: Operations<S>, parts: Parts) -> Result<Self, Vec<String>> {
        let Parts { settings, metrics, health, assets, jwks } = parts;
        let (draining, watching) = watch::channel(false);
        add_health(&mut operations, &settings, &health, &watching);
        add_machine(&mut operations, &settings, &metrics, jwks);
        pages::add(&mut operations, assets.is_none());
        add_document(&mut operations, &settings);
        Self::build(state, operations, settings, metrics, draining, assets)
    }

    /// The metrics of the process.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Turns readiness red, closes event streams, and asks clients to go elsewhere. For good.
    pub fn drain(&self) {
        self.0.draining.send_replace(true);
    }
}

fn add_health<S: Gate>(
    operations: &mut Operations<S>,
    settings: &Settings,
    health: &Arc<dyn Health>,
    draining: &watch::Receiver<bool>,
) {
    let live = || async { Ok(Answer::json("{\"state\":\"up\"}")) };
    let probe = |path, id, summary| {
        Operation::get(path).id(id).tag("Health").summary(summary).access(Access::Public).unlimited()
    };
    for (path, id, summary) in [
        ("/api/health", "get_health", "Each dependency's state; 503 when a required one is down"),
        ("/api/health/ready", "get_readiness", "Whether requests should come here"),
        ("/health", "get_health_short", "The same as /api/health"),
        ("/ready", "get_readiness_short", "The same as /api/health/ready"),
    ] {
        let (health, draining) = (Arc::clone(health), draining.clone());
        let version = settings.build.version.clone();
        let operation = probe(path, id, summary).ok::<HealthReport>();
        operations.add(operation, move |_, _, _| {
            let (health, version, draining) = (Arc::clone(&health), version.clone(), draining.clone());
            async move {
                let dependencies = health.dependencies().await;
                let is_draining = *draining.borrow();
                let report = HealthReport::new(is_draining, &version, dependencies);
                let answer = Answer::value(&report)?;
                Ok(if report.ready() { answer } else { answer.not_ready() })
            }
        });
    }
    let operation = probe("/api/health/live", "get_liveness", "Whether the process lives");
    operations.add(operation.ok::<serde_json::Value>(), move |_, _, _| live());
}

fn add_machine<S: Gate>(operations: &mut Operations<S>, settings: &Settings, metrics: &Metrics, jwks: Jwks) {
    let access = if settings.metrics_private { Access::PlatformAdmin } else { Access::Public };
    let operation = Operation::get("/metrics")
        .id("get_metrics")
        .tag("Health")
        .summary("Measurements in the OpenMetrics format, or in the older one for who asks for text alone")
        .access(access)
        .file(&[OPEN_METRICS, CLASSIC])
        .unlimited();
    let metrics = metrics.clone();
    operations.add(operation, move |_, _, input| {
        let text = metrics.encode();
        let older = classic::is_wanted(input.header("accept"));
        let answer = move |text: String| match older {
            true => Answer::whole(CLASSIC, classic::from_open_metrics(&text)),
            false => Answer::whole(OPEN_METRICS, text),
        };
        async move { text.map(answer).map_err(Problem::bug) }
    });
    let operation = Operation::get("/.well-known/jwks.json")
        .id("get_key_set")
        .tag("Sign-in")
        .summary("The public keys that access tokens are signed with")
        .access(Access::Public)
        .ok::<serde_json::Value>();
    operations.add(operation, move |_, _, _| {
        let keys = jwks();
        let cache = HeaderValue::from_static("public, max-age=300");
        async move { Ok(Answer::whole(JSON, keys).header(CACHE_CONTROL, cache)) }
    });
}

/// The document is made when it is first asked for: it would be a third of the start and half of the idle heap.
fn add_document<S: Gate>(operations: &mut Operations<S>, settings: &Settings) {
    let operation = Operation::get("/api/openapi.json").id("get_openapi").access(pages::access(settings)).hidden();
    let specs: Vec<Arc<Spec>> = operations.entries.iter().map(|entry| Arc::clone(&entry.spec)).collect();
    let settings = settings.clone();
    let document = LazyLock::new(move || {
        let document = openapi::document_of(specs.iter().map(Arc::as_ref), &settings);
        serde_json::to_vec_pretty(&document).map(Bytes::from).map_err(|error| error.to_string())
    });
    operations.add(operation, move |_, _, _| {
        let document = LazyLock::force(&document).clone().map_err(Problem::bug);
        let cache = HeaderValue::from_static("no-cache");
        async move { Ok(Answer::json(document?).content_tag().header(CACHE_CONTROL, cache)) }
    });
}
