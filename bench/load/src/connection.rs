//! One connection: send, read to the end of the answer, note the time, again.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::histogram::Histogram;
use crate::response::{Head, Length, end_of_chunks, parse_head};
use crate::scenario::Scenario;
use crate::template::{Chance, Requests};

const BUFFER_BYTES: usize = 64 * 1024;
const RECONNECT_DELAY: Duration = Duration::from_millis(50);

/// What the connections of one thread saw after the warm-up.
#[derive(Default)]
pub struct Seen {
    pub latencies: Histogram,
    pub bytes: u64,
    /// Answers with a status that was not expected, by status.
    pub wrong_statuses: BTreeMap<u16, u64>,
    /// Connections that broke or were refused.
    pub broken: u64,
    /// Requests without an answer at the end.
    pub unanswered: u64,
}

impl Seen {
    pub fn add(&mut self, other: Self) {
        self.latencies.merge(&other.latencies);
        self.bytes += other.bytes;
        for (status, count) in other.wrong_statuses {
            *self.wrong_statuses.entry(status).or_default() += count;
        }
        self.broken += other.broken;
        self.unanswered += other.unanswered;
    }

    /// All that went wrong.
    pub fn errors(&self) -> u64 {
        self.wrong_statuses.values().sum::<u64>() + self.broken + self.unanswered
    }
}

/// When to count and when to stop.
#[derive(Clone, Copy)]
pub struct Window {
    pub counts_from: Instant,
    pub ends_at: Instant,
}

/// Asks until the window ends; reconnects when the connection breaks.
pub async fn ask(scenario: Arc<Scenario>, requests: Arc<Requests>, seed: u64, window: Window, seen: Arc<Mutex<Seen>>) {
    let mut chance = Chance::new(seed);
    while Instant::now() < window.ends_at {
        let mut connection = match Connection::open(&scenario.address).await {
            Ok(connection) => connection,
            Err(_) => {
                lock(&seen).broken += 1;
                tokio::time::sleep(RECONNECT_DELAY).await;
                continue;
            }
        };
        if connection.ask(&scenario, &requests, &mut chance, window, &seen).await.is_err() {
            lock(&seen).broken += 1;
        }
    }
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    scratch: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, request: Vec::new(), scratch: Vec::new(), answer: vec![0; BUFFER_BYTES] })
    }

    async fn ask(
        &mut self,
        scenario: &Scenario,
        requests: &Requests,
        chance: &mut Chance,
        window: Window,
        seen: &Mutex<Seen>,
    ) -> Result<()> {
        loop {
            requests.render(chance, &mut self.request, &mut self.scratch);
            let sent_at = Instant::now();
            if sent_at >= window.ends_at {
                return Ok(());
            }
            self.stream.write_all(&self.request).await?;
            let (head, bytes) = self.read_answer().await?;
            let answered_at = Instant::now();
            if sent_at >= window.counts_from && answered_at <= window.ends_at {
                let mut seen = lock(seen);
                let micros = (answered_at - sent_at).as_micros();
                seen.latencies.record(u64::try_from(micros).unwrap_or(u64::MAX));
                seen.bytes += bytes as u64;
                if !scenario.expect.contains(&head.status) {
                    *seen.wrong_statuses.entry(head.status).or_default() += 1;
                }
            }
            if head.closes {
                return Ok(());
            }
        }
    }

    /// Reads one answer to its end and returns its head and all its bytes' number.
    async fn read_answer(&mut self) -> Result<(Head, usize)> {
        let mut filled = 0;
        let head = loop {
            filled += self.read_more(filled).await?;
            if let Some(head) = parse_head(&self.answer[..filled]).map_err(broken)? {
                break head;
            }
        };
        let Length::Bytes(length) = head.length else {
            loop {
                let body = &self.answer[head.head_bytes..filled];
                if let Some(length) = end_of_chunks(body).map_err(broken)? {
                    return Ok((head, filled.max(length)));
                }
                filled += self.read_more(filled).await?;
            }
        };
        let whole = head.head_bytes + length;
        let mut missing = whole.saturating_sub(filled);
        while missing > 0 {
            // The body is not looked at: every part of it may lie over the one before.
            let room = missing.min(self.answer.len());
            let read = self.stream.read(&mut self.answer[..room]).await?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            missing -= read;
        }
        Ok((head, whole))
    }

    async fn read_more(&mut self, filled: usize) -> Result<usize> {
        if filled == self.answer.len() {
            self.answer.resize(filled * 2, 0);
        }
        match self.stream.read(&mut self.answer[filled..]).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            read => Ok(read),
        }
    }
}

/// The counts; a thread that panicked while it held them left them whole.
pub fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn broken(reason: String) -> Error {
    Error::new(ErrorKind::InvalidData, reason)
}
