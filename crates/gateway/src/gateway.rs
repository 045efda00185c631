//! A gateway as others see it: started, waited for, stopped. What it does meanwhile is in [`crate::control`].

use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use crate::client::Client;
use crate::config::{Config, ConfigFault};
use crate::control::Control;
use crate::handover;
use crate::keep::KeepError;
use crate::tls::TlsError;

/// How a gateway begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begin {
    /// Takes the sockets and the table of the gateway that runs on the same admin socket, which then drains and ends.
    pub takeover: bool,
    /// Ends on SIGTERM and SIGINT, reads certificates again on SIGHUP.
    pub signals: bool,
}

/// Why a gateway does not begin, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The configuration has faults.
    #[error("the configuration has faults: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Config(Vec<ConfigFault>),
    /// Another gateway runs on the admin socket.
    #[error("{0}: a gateway runs already; take over from it, or stop it first")]
    AlreadyRunning(PathBuf),
    /// No gateway hands its sockets over.
    #[error("{0}: can't take over: {1}")]
    Takeover(PathBuf, #[source] io::Error),
    /// The kept table can't be used.
    #[error(transparent)]
    Kept(#[from] KeepError),
    /// A certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// An address or socket can't be had.
    #[error("{0}: {1}")]
    Socket(String, #[source] io::Error),
    /// The system refuses threads or signals.
    #[error("can't start: {0}")]
    System(#[from] io::Error),
    /// A thread ended by a panic.
    #[error("the gateway broke; see the log")]
    Broken,
}

/// How a gateway ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whether a successor goes on.
    pub moved: bool,
    /// Client connections that were cut off at the deadline.
    pub cut_off: u64,
}

/// A gateway that runs in threads of its own. Dropping it leaves it running; see [`Running::stop`].
#[derive(Debug)]
pub struct Running {
    addresses: Vec<SocketAddr>,
    metrics_address: Option<SocketAddr>,
    admin_socket: PathBuf,
    orders: mpsc::UnboundedSender<()>,
    control: JoinHandle<Ended>,
}

/// Runs a gateway until it is told to end.
///
/// # Errors
/// It can't begin.
pub fn run(config: Config, takeover: bool) -> Result<Ended, GatewayError> {
    Running::start(config, Begin { takeover, signals: true })?.wait()
}

impl Running {
    /// Begins; when it returns, clients are served.
    ///
    /// # Errors
    /// It can't begin; then nothing has changed.
    pub fn start(config: Config, begin: Begin) -> Result<Self, GatewayError> {
        let mut faults = config.faults();
        if config.listens.len() > handover::SOCKETS_MAX {
            faults.push(ConfigFault { option: "listens", problem: format!("at most {}", handover::SOCKETS_MAX) });
        }
        if !faults.is_empty() {
            return Err(GatewayError::Config(faults));
        }
        let inheritance = if begin.takeover {
            let path = handover::path(&config.admin_socket);
            Some(handover::take(&path).map_err(|error| GatewayError::Takeover(path, error))?)
        } else if UnixStream::connect(&config.admin_socket).is_ok() {
            return Err(GatewayError::AlreadyRunning(config.admin_socket));
        } else {
            None
        };
        let admin_socket = config.admin_socket.clone();
        let (ready, started) = std::sync::mpsc::channel();
        let (orders, ordered) = mpsc::unbounded_channel();
        let control = std::thread::Builder::new().name("gateway".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let begun = match runtime {
                Ok(runtime) => {
                    runtime.block_on(Control::begin(config, begin, inheritance)).map(|begun| (runtime, begun))
                }
                Err(error) => Err(error.into()),
            };
            match begun {
                Ok((runtime, control)) => {
                    let _ = ready.send(Ok((control.addresses.clone(), control.metrics_address)));
                    runtime.block_on(control.until_ended(ordered))
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                    Ended { moved: false, cut_off: 0 }
                }
            }
        })?;
        let (addresses, metrics_address) = started.recv().map_err(|_| GatewayError::Broken)??;
        Ok(Self { addresses, metrics_address, admin_socket, orders, control })
    }

    /// Where clients connect, in the order of the configuration.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where the scraper connects.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// A client of its admin socket.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.admin_socket)
    }

    /// Drains it and waits until it has ended.
    ///
    /// # Errors
    /// A thread broke.
    pub fn stop(self) -> Result<Ended, GatewayError> {
        let _ = self.orders.send(());
        self.wait()
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// A thread broke.
    pub fn wait(self) -> Result<Ended, GatewayError> {
        // Kept until then: a gateway whose orders nobody can give any more goes on.
        let ended = self.control.join().map_err(|_| GatewayError::Broken);
        drop(self.orders);
        ended
    }
}
