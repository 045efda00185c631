//! A gateway from its start to its end: sockets, threads, signals, drain.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle as Task;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use crate::client::Client;
use crate::config::{Config, ConfigFault, ms};
use crate::handover::{self, Inheritance};
use crate::keep::{KeepError, Kept};
use crate::routes::Routes;
use crate::server::{self, End, Stage, Threads, Workers};
use crate::shared::Shared;
use crate::steering::Steering;
use crate::tls::{Certificate, TlsError};
use crate::{admin, health};

const BACKLOG: i32 = 4_096;
const CERTIFICATE_LOOK: Duration = Duration::from_secs(5);

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

/// A socket that clients connect to.
struct Listening {
    /// Its address as it is configured, by which a successor finds it.
    configured: String,
    socket: StdListener,
    certificate: Option<Arc<Certificate>>,
}

/// The thread that accepts, checks, listens to the admin socket and ends it all.
struct Control {
    steering: Arc<Steering>,
    addresses: Vec<SocketAddr>,
    metrics_address: Option<SocketAddr>,
    listening: Vec<Listening>,
    workers: Workers,
    threads: Threads,
    admin: Option<UnixListener>,
    handover: UnixListener,
    metrics: Option<Listening>,
    signals: Option<Signals>,
    inheritance: Option<Inheritance>,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Control {
    async fn begin(config: Config, begin: Begin, mut inheritance: Option<Inheritance>) -> Result<Self, GatewayError> {
        let kept = match &inheritance {
            Some(inheritance) => inheritance.kept.clone(),
            None => Kept::load(&config.state_file)?,
        };
        let signals = if begin.signals { Some(Signals::new()?) } else { None };
        let listening = listening(&config, inheritance.as_mut())?;
        let addresses = listening.iter().map(|listen| listen.socket.local_addr()).collect::<Result<Vec<_>, _>>()?;
        let metrics = config.metrics_listen.map(|address| {
            let configured = format!("metrics {address}");
            let socket = socket(&configured, address, inheritance.as_mut())?;
            Ok::<_, GatewayError>(Listening { configured, socket, certificate: None })
        });
        let metrics = metrics.transpose()?;
        let metrics_address = metrics.as_ref().and_then(|metrics| metrics.socket.local_addr().ok());
        let routes = Routes::new(kept.epoch, kept.table, None, &config, config.workers());
        for id in &kept.draining {
            if let Some(target) = routes.target(id) {
                target.set_draining(true);
            }
        }
        let admin_socket = config.admin_socket.clone();
        let shared = Arc::new(Shared::new(config, routes));
        let (workers, threads) = server::start(&shared)?;
        let steering = Arc::new(Steering::new(shared, addresses.iter().map(ToString::to_string).collect()));
        let at = |path: &std::path::Path| {
            let path = path.display().to_string();
            move |error| GatewayError::Socket(path, error)
        };
        let handover_path = handover::path(&admin_socket);
        let handover = admin::bind(&handover_path).map_err(at(&handover_path))?;
        let admin = Some(admin::bind(&admin_socket).map_err(at(&admin_socket))?);
        Ok(Self {
            steering,
            addresses,
            metrics_address,
            listening,
            workers,
            threads,
            admin,
            handover,
            metrics,
            signals,
            inheritance,
        })
    }

    async fn until_ended(mut self, mut orders: mpsc::UnboundedReceiver<()>) -> Ended {
        let (stop, stopping) = watch::channel(None);
        let mut accepting = Vec::new();
        for listen in &self.listening {
            match listen.socket.try_clone() {
                Ok(socket) => {
                    let accept = self.workers.clone().accept(socket, listen.certificate.clone(), stopping.clone());
                    accepting.push(tokio::spawn(accept));
                }
                Err(error) => tracing::error!(%error, "can't accept connections"),
            }
        }
        let mut helpers = vec![tokio::spawn(health::watch(Arc::clone(&self.steering.shared)))];
        if let Some(admin) = self.admin.take() {
            helpers.push(tokio::spawn(admin::serve(admin, Arc::clone(&self.steering))));
        }
        if let Some(metrics) = &self.metrics {
            match metrics.socket.try_clone().and_then(TcpListener::from_std) {
                Ok(listener) => helpers.push(tokio::spawn(admin::serve_metrics(listener, Arc::clone(&self.steering)))),
                Err(error) => tracing::error!(%error, "can't serve metrics"),
            }
        }
        if let Some(inheritance) = self.inheritance.take()
            && let Err(error) = inheritance.ready()
        {
            tracing::warn!(%error, "the old gateway did not hear that it may leave");
        }
        tracing::info!(listens = ?self.addresses, pid = std::process::id(), "the gateway serves");
        let end = self.until_told(&mut orders).await;
        self.drain(end, &stop, accepting, helpers).await
    }

    /// Reads certificates again and hands over, until it is time to leave.
    async fn until_told(&mut self, orders: &mut mpsc::UnboundedReceiver<()>) -> End {
        let mut looks = interval(CERTIFICATE_LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ordered = true;
        loop {
            let always = tokio::select! {
                order = orders.recv(), if ordered => match order {
                    Some(()) => return End::Close,
                    None => {
                        ordered = false;
                        continue;
                    }
                },
                hung_up = Signals::next(&mut self.signals) => if hung_up { true } else { return End::Close },
                successor = self.handover.accept() => {
                    match successor {
                        Ok((stream, _)) => if self.hand_over(stream).await { return End::Moved },
                        Err(error) => {
                            tracing::warn!(%error, "can't accept a successor");
                            sleep(Duration::from_millis(50)).await;
                        }
                    }
                    continue;
                }
                _ = looks.tick() => false,
            };
            for certificate in self.listening.iter().filter_map(|listen| listen.certificate.as_ref()) {
                certificate.reload(always);
            }
        }
    }

    /// Gives the sockets to a successor; `true` once it serves.
    async fn hand_over(&self, stream: tokio::net::UnixStream) -> bool {
        // No change may fall between what the successor is told and its first own one.
        let _frozen = self.steering.freeze().await;
        let kept = self.steering.kept();
        let sockets = self
            .listening
            .iter()
            .chain(&self.metrics)
            .map(|listen| Ok((listen.configured.clone(), listen.socket.try_clone()?)));
        let sockets: io::Result<Vec<(String, StdListener)>> = sockets.collect();
        let given = tokio::task::spawn_blocking(move || {
            let sockets = sockets?;
            let borrowed: Vec<_> = sockets.iter().map(|(listen, socket)| (listen.clone(), socket.as_fd())).collect();
            handover::give(stream.into_std()?, kept, &borrowed)
        });
        match given.await.map_err(io::Error::other).and_then(|given| given) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "a successor did not take over; this gateway goes on");
                false
            }
        }
    }

    async fn drain(
        mut self,
        end: End,
        stop: &watch::Sender<Option<End>>,
        accepting: Vec<Task<()>>,
        helpers: Vec<Task<()>>,
    ) -> Ended {
        let timeouts = self.steering.shared.config.timeouts.clone();
        self.steering.shared.draining.store(true, Ordering::Relaxed);
        tracing::info!(moved = end == End::Moved, "draining");
        match end {
            End::Close => sleep(ms(timeouts.drain_delay_ms)).await,
            // Checks, metrics and the admin socket are the successor's.
            End::Moved => helpers.iter().for_each(Task::abort),
        }
        stop.send_replace(Some(end));
        for task in accepting {
            if task.await.is_err() {
                tracing::error!("accepting broke");
            }
        }
        drop(self.workers);
        self.listening.clear();
        self.threads.stage.send_replace(Stage::Leaving);
        let begun = Instant::now();
        let cut_off_at = begun + ms(timeouts.drain_ms_max);
        // A client may send on an idle connection at this very moment. Who has a successor can wait for that.
        let closing_at = match end {
            End::Close => begun + ms(timeouts.idle_grace_ms),
            End::Moved => begun + ms(timeouts.drain_ms_max) / 2,
        };
        let mut cut_off = 0;
        for (at, stage) in [(closing_at, Stage::Closing), (cut_off_at, Stage::CutOff)] {
            tokio::select! {
                _ = self.threads.all_gone.recv() => break,
                () = sleep_until(at.min(cut_off_at)) => {}
            }
            if stage == Stage::CutOff {
                cut_off = self.steering.shared.totals.connections_open.load(Ordering::Relaxed);
                tracing::warn!(cut_off, "the deadline has passed: connections are cut off");
            }
            self.threads.stage.send_replace(stage);
        }
        let _ = self.threads.all_gone.recv().await;
        self.threads.stage.send_replace(Stage::Ended);
        let config = &self.steering.shared.config;
        if end == End::Close {
            for path in [&config.admin_socket, &handover::path(&config.admin_socket)] {
                let _ = std::fs::remove_file(path);
            }
        }
        helpers.iter().for_each(Task::abort);
        self.threads.join();
        tracing::info!("the gateway has ended");
        Ended { moved: end == End::Moved, cut_off }
    }
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next signal: whether it is the one to read files again. Without signals it waits for ever.
    async fn next(signals: &mut Option<Self>) -> bool {
        match signals {
            None => std::future::pending().await,
            Some(signals) => tokio::select! {
                _ = signals.terminate.recv() => false,
                _ = signals.interrupt.recv() => false,
                _ = signals.hang_up.recv() => true,
            },
        }
    }
}

fn listening(config: &Config, mut inheritance: Option<&mut Inheritance>) -> Result<Vec<Listening>, GatewayError> {
    config
        .listens
        .iter()
        .map(|listen| {
            let configured = listen.address.to_string();
            let certificate = listen.tls.as_ref().map(Certificate::load).transpose()?.map(Arc::new);
            let socket = socket(&configured, listen.address, inheritance.as_deref_mut())?;
            Ok(Listening { configured, socket, certificate })
        })
        .collect()
}

/// The socket of an address: the predecessor's, or a new one.
fn socket(
    configured: &str,
    address: SocketAddr,
    inheritance: Option<&mut Inheritance>,
) -> Result<StdListener, GatewayError> {
    let inherited = inheritance.and_then(|inheritance| {
        let index = inheritance.sockets.iter().position(|(known, _)| known == configured)?;
        Some(StdListener::from(inheritance.sockets.swap_remove(index).1))
    });
    match inherited {
        Some(socket) => Ok(socket),
        None => bind(address).map_err(|error| GatewayError::Socket(configured.to_owned(), error)),
    }
}

fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = StdListener::bind(address)?;
    rustix::net::listen(&socket, BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
