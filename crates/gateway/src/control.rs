//! The thread that accepts, checks, listens to the admin socket and ends it all.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle as Task;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use crate::config::{Config, ms};
use crate::gateway::{Begin, Ended, GatewayError};
use crate::handover::{self, Inheritance};
use crate::keep::Kept;
use crate::routes::Routes;
use crate::server::{self, End, Stage, Threads, Workers};
use crate::shared::Shared;
use crate::sockets::{Listening, listening, socket};
use crate::steering::Steering;
use crate::{admin, health};

const CERTIFICATE_LOOK: Duration = Duration::from_secs(5);

/// Everything that a running gateway consists of.
pub(crate) struct Control {
    steering: Arc<Steering>,
    pub addresses: Vec<SocketAddr>,
    pub metrics_address: Option<SocketAddr>,
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
    pub async fn begin(
        config: Config,
        begin: Begin,
        mut inheritance: Option<Inheritance>,
    ) -> Result<Self, GatewayError> {
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

    pub async fn until_ended(mut self, mut orders: mpsc::UnboundedReceiver<()>) -> Ended {
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
    async fn hand_over(&self, stream: UnixStream) -> bool {
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
