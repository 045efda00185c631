//! The server behind a URL: the pool for works, and single connections for migrations and for listening.

use std::{path::PathBuf, time::Duration};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{APP_ROLE, fault, tls};
use crate::{config::StoreConfig, error::StoreError};

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How long a transaction may stand idle before the server ends it: a hung process must not hold a workspace's head.
const IDLE_IN_TRANSACTION_MS_MAX: u32 = 60_000;

/// How to reach the server.
#[derive(Clone)]
pub(crate) struct Server {
    config: Config,
    connector: MakeRustlsConnect,
}

/// `sslmode` and `sslrootcert`, which the driver doesn't know in all their values, taken out of a URL.
fn split_tls_options(url: &str) -> (String, Option<String>, Option<PathBuf>) {
    let Some((address, options)) = url.split_once('?') else {
        return (url.to_owned(), None, None);
    };
    let (mut mode, mut root, mut others) = (None, None, Vec::new());
    for option in options.split('&') {
        match option.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => root = Some(PathBuf::from(value.replace("%2F", "/").replace("%2f", "/"))),
            _ => others.push(option),
        }
    }
    let joined = if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) };
    (joined, mode, root)
}

/// What a URL says.
struct Address {
    config: Config,
    /// Whether the server's certificate is verified, and by which roots when not by the system's.
    verify: bool,
    root: Option<PathBuf>,
}

impl Address {
    fn parse(url: &str) -> Result<Self, StoreError> {
        let (address, mode, root) = split_tls_options(url);
        let mut config: Config =
            address.parse().map_err(|error| StoreError::setup(format!("the PostgreSQL URL can't be read: {error}")))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::setup("the PostgreSQL URL names no host, as postgres://USER@HOST/DATABASE does"));
        }
        let (ssl_mode, verify) = match mode.as_deref() {
            Some("disable") => (SslMode::Disable, false),
            None | Some("prefer") => (SslMode::Prefer, false),
            Some("require" | "verify-ca" | "verify-full") => (SslMode::Require, true),
            Some(other) => {
                return Err(StoreError::setup(format!(
                    "sslmode={other} is none of disable, prefer, require, verify-ca, verify-full"
                )));
            }
        };
        config.ssl_mode(ssl_mode);
        Ok(Self { config, verify, root })
    }
}

/// Whether a URL can be read and says where to go; nobody is asked.
///
/// # Errors
/// `Setup` with what is wrong about it.
pub(crate) fn check(url: &str) -> Result<(), StoreError> {
    Address::parse(url).map(drop)
}

impl Server {
    pub(crate) fn parse(url: &str, settings: &StoreConfig) -> Result<Self, StoreError> {
        let Address { mut config, verify, root } = Address::parse(url)?;
        let lock_wait_ms = settings.lock_wait_max.as_millis();
        // Every read goes by a key, so one plan of a statement is right for all: to plan each read anew took a third of it. A
        // plan that was made while a table was empty must not scan it when it is not.
        // Options that the URL gives come last and win.
        let given = config.get_options().unwrap_or_default();
        config
            .options(format!(
                "-c lock_timeout={lock_wait_ms} -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS_MAX} \
                 -c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c client_min_messages=warning {given}"
            ))
            .application_name("raally")
            .connect_timeout(CONNECT_MAX);
        Ok(Self { config, connector: tls::connector(verify, root.as_deref())? })
    }

    pub(crate) fn pool(&self, settings: &StoreConfig) -> Result<Pool, StoreError> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(self.config.clone(), self.connector.clone(), recycling);
        // The role without rights of ownership; no writes but in a transaction that says so; and no acknowledgement before
        // the commit is on disk, whatever the server's default is.
        let prepare = format!(
            "SET ROLE {APP_ROLE}; SET default_transaction_read_only = on; SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off'"
        );
        Pool::builder(manager)
            .max_size(settings.pool_size.max(1))
            .wait_timeout(Some(settings.pool_wait_max))
            .create_timeout(Some(CONNECT_MAX))
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(move |client, _| {
                let prepare = prepare.clone();
                Box::pin(async move { client.batch_execute(&prepare).await.map_err(HookError::Backend) })
            }))
            .build()
            .map_err(|error| StoreError::setup(format!("no pool of connections: {error}")))
    }

    /// A connection as the user of the URL. Its driver still has to be run.
    pub(crate) async fn connect(
        &self,
    ) -> Result<
        (
            tokio_postgres::Client,
            tokio_postgres::Connection<
                tokio_postgres::Socket,
                <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket>>::Stream,
            >,
        ),
        StoreError,
    > {
        self.config.connect(self.connector.clone()).await.map_err(|error| fault::connecting(&error))
    }

    /// A connection as the user of the URL, driven by a task of its own.
    pub(crate) async fn owner(&self) -> Result<tokio_postgres::Client, StoreError> {
        let (client, connection) = self.connect().await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to PostgreSQL ended");
            }
        });
        Ok(client)
    }
}
