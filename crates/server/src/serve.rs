//! `raally serve`: everything put together, until a signal ends it.

mod health;
mod measure;
mod shipping;
mod web;
mod workers;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use raally_api::{Parts, Platform, ServeOptions, server};
use raally_application::App;
use raally_application::audit::Auditor;
use raally_domain::kind::Kind;
use raally_storage::{Query, Scope};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;
use crate::telemetry::{Counts, Sending, Telemetry};
use measure::Figures;
use shipping::Shipping;

/// How long the end waits for the last record of the continuous backup.
const SHIP_LAST_MAX: Duration = Duration::from_secs(5);

/// Serves until SIGTERM or SIGINT, then drains and flushes.
pub async fn run(config: Config, talk: Talk, telemetry: Option<Telemetry>) -> Result<ExitCode, Failed> {
    let end = end_signal()?;
    let tls = match &config.tls {
        Some((cert, key)) => Some(server::tls::config(cert, key).map_err(|error| Failed::input(error.to_string()))?),
        None => None,
    };
    let shipping = shipping::prepare(&config)?;
    let listener = listen(&config).await?;
    let app = installation::open(&config).await?;
    app.signing_keys().await?;
    if let Err(lost) = installation::check_audit_key(&config, app.store()).await {
        // Planning goes on without it; what was signed until now verifies only once the old key is back.
        tracing::warn!("{}; a new one signs from here on", lost.what);
    }
    let auditor = installation::auditor(&config, &app)?;
    let sending = telemetry.map(Telemetry::start);
    let counts = sending.as_ref().map(Sending::counts);
    let (platform, figures) = platform(&config, &app, &auditor, counts, shipping.as_ref())?;
    let address = listener.local_addr().map_err(|error| Failed::ours(error.to_string()))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    tracing::info!(%address, engine = app.store().engine(), version = crate::version::VERSION, build = crate::version::BUILD, "listening on {scheme}://{address}");
    if is_empty(&app).await? {
        hint(talk, &format!("{scheme}://{address}"));
    }
    let workers = workers::start(&app, &auditor, figures);
    let shipper = shipping.map(Shipping::start).transpose()?;
    let options = ServeOptions { tls, ..config.serve.clone() };
    let drained = raally_api::serve(listener, platform, options, end).await;
    workers.stop().await;
    app.store().close().await;
    if let Some(shipper) = shipper
        && tokio::time::timeout(SHIP_LAST_MAX, shipper.stop()).await.is_err()
    {
        tracing::warn!("the backup store did not take the last record in time");
    }
    if let Some(sending) = sending {
        sending.end().await;
    }
    tracing::info!(finished = drained.finished, cut_off = drained.cut_off, "ended");
    Ok(ExitCode::SUCCESS)
}

fn platform(
    config: &Config,
    app: &App,
    auditor: &Auditor,
    traces: Option<Arc<dyn Counts>>,
    shipping: Option<&Shipping>,
) -> Result<(Platform<App>, Arc<Figures>), Failed> {
    let mut parts = Parts::new(config.api.clone());
    parts.health = Arc::new(health::Dependencies::new(app.clone(), auditor.clone()));
    parts.assets = web::assets();
    let keys = app.clone();
    parts.jwks = Arc::new(move || keys.accounts().jwks());
    if let Some(shipping) = shipping {
        shipping.register(&parts.metrics);
    }
    let figures = measure::register(&parts.metrics, app, traces);
    let platform = Platform::new(app.clone(), raally_api::routes::operations(), parts)
        .map_err(|faults| Failed { faults, ..Failed::ours("the table of operations has faults") })?;
    Ok((platform, figures))
}

async fn listen(config: &Config) -> Result<TcpListener, Failed> {
    TcpListener::bind(config.listen).await.map_err(|error| {
        Failed::input(format!("can't listen on {}: {error}", config.listen))
            .next("stop what listens there, or give another RAALLY_LISTEN")
    })
}

/// Registered before anything slow, so that a signal during the start counts too.
fn end_signal() -> Result<impl Future<Output = ()> + Send, Failed> {
    let registered = |kind| signal(kind).map_err(|error| Failed::ours(format!("can't wait for signals: {error}")));
    let (mut terminate, mut interrupt) = (registered(SignalKind::terminate())?, registered(SignalKind::interrupt())?);
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!("{name}: the end begins");
    })
}

/// What to do with an empty database: for people on a terminal, else as one line of the log.
fn hint(talk: Talk, url: &str) {
    if std::io::stderr().is_terminal() {
        talk.say(&format!(
            "\nThe database is empty. Make a company to look around in:\n    raally demo\n\
             or the first user:\n    echo 'a long passphrase of yours' | raally user create --email you@company.example \
             --password-stdin --platform-admin\nor sign up at {url}/\n"
        ));
    } else {
        tracing::info!(
            "the database is empty: `raally demo` makes a company to look around in, `raally user create` a user"
        );
    }
}

async fn is_empty(app: &App) -> Result<bool, Failed> {
    let found =
        app.store().read(Scope::Platform, |tx| Box::pin(async move { tx.count(&Query::new(Kind::User)).await }));
    Ok(found.await? == 0)
}
