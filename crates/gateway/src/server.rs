//! Where clients arrive: each address is accepted from in one place, and connections go to the worker that has fewest.
//!
//! A worker is one thread with a runtime of its own. A client's connection and those to targets that its requests use
//! stay on it, so that no request crosses threads.

mod connection;

use std::net::{SocketAddr, TcpListener as StdListener, TcpStream as StdStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use crate::proxy::Worker;
use crate::shared::{Shared, Totals};
use crate::tls::Certificate;
use connection::Connections;

/// What connections are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Serving,
    /// HTTP/2 clients are told to go; HTTP/1.1 clients hear it with their next answer.
    Leaving,
    /// Idle connections close.
    Closing,
    /// All others too.
    CutOff,
    /// The threads end.
    Ended,
}

/// A connection on its way to a worker.
struct Arrival {
    stream: StdStream,
    peer: SocketAddr,
    certificate: Option<Arc<Certificate>>,
    place: OwnedSemaphorePermit,
}

/// The workers, from the side of those who accept.
#[derive(Clone)]
pub(crate) struct Workers {
    arrivals: Vec<(mpsc::UnboundedSender<Arrival>, Arc<AtomicUsize>)>,
    places: Arc<Semaphore>,
    shared: Arc<Shared>,
}

/// The threads, from the side of who ends them.
pub(crate) struct Threads {
    threads: Vec<JoinHandle<()>>,
    pub stage: watch::Sender<Stage>,
    /// Closed when the last connection is.
    pub all_gone: mpsc::Receiver<()>,
}

pub(crate) fn start(shared: &Arc<Shared>) -> std::io::Result<(Workers, Threads)> {
    let (stage, watching) = watch::channel(Stage::Serving);
    let (alive, all_gone) = mpsc::channel(1);
    let (mut arrivals, mut threads) = (Vec::new(), Vec::new());
    for index in 0..shared.workers {
        let (sender, receiver) = mpsc::unbounded_channel();
        let open = Arc::new(AtomicUsize::new(0));
        let worker = Arc::new(Worker::new(shared, index));
        let connections = Connections::new(worker, watching.clone(), alive.clone(), Arc::clone(&open));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let carry = move || runtime.block_on(carry(receiver, connections));
        threads.push(std::thread::Builder::new().name(format!("worker-{index}")).spawn(carry)?);
        arrivals.push((sender, open));
    }
    let places = Arc::new(Semaphore::new(shared.config.limits.connections_max));
    let workers = Workers { arrivals, places, shared: Arc::clone(shared) };
    Ok((workers, Threads { threads, stage, all_gone }))
}

impl Threads {
    /// Waits for the threads after [`Stage::Ended`].
    pub fn join(self) {
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a worker ended by a panic");
            }
        }
    }
}

async fn carry(mut arrivals: mpsc::UnboundedReceiver<Arrival>, connections: Connections) {
    let mut stage = connections.stage.clone();
    let mut connections = Some(connections);
    loop {
        tokio::select! {
            arrival = arrivals.recv(), if connections.is_some() => match (&connections, arrival) {
                (Some(connections), Some(arrival)) => connections.start(arrival),
                // Nobody accepts any more; what is open goes on.
                _ => connections = None,
            },
            ended = stage.wait_for(|stage| *stage == Stage::Ended) => {
                drop(ended);
                return;
            }
        }
    }
}

impl Workers {
    /// Accepts until told to stop. Unless a successor goes on with the address, what waits in the backlog is taken
    /// before it closes.
    pub async fn accept(
        self,
        listener: StdListener,
        certificate: Option<Arc<Certificate>>,
        mut stop: watch::Receiver<Option<End>>,
    ) {
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => {
                tracing::error!(%error, "can't accept connections");
                return;
            }
        };
        let end = loop {
            let accepted = tokio::select! {
                biased;
                end = stop.wait_for(Option::is_some) => break end.ok().and_then(|end| *end),
                accepted = self.next(&listener) => accepted,
            };
            match accepted {
                Ok((place, stream, peer)) => self.hand_on(place, stream, peer, certificate.clone()),
                Err(error) => {
                    tracing::warn!(%error, "can't accept a connection");
                    // Out of file handles, most likely: let others close theirs.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        };
        if end == Some(End::Close) {
            while let Some(Ok((place, stream, peer))) = self.next(&listener).now_or_never() {
                self.hand_on(place, stream, peer, certificate.clone());
            }
        }
    }

    async fn next(&self, listener: &TcpListener) -> std::io::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(std::io::Error::other)?;
        let (stream, peer) = listener.accept().await?;
        Ok((place, stream, peer))
    }

    fn hand_on(
        &self,
        place: OwnedSemaphorePermit,
        stream: TcpStream,
        peer: SocketAddr,
        certificate: Option<Arc<Certificate>>,
    ) {
        Totals::count(&self.shared.totals.connections);
        let Ok(stream) = stream.into_std() else { return };
        let Some((arrivals, open)) = self.arrivals.iter().min_by_key(|(_, open)| open.load(Ordering::Relaxed)) else {
            return;
        };
        open.fetch_add(1, Ordering::Relaxed);
        if arrivals.send(Arrival { stream, peer, certificate, place }).is_err() {
            open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Why accepting stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The gateway ends.
    Close,
    /// A successor has the addresses.
    Moved,
}
