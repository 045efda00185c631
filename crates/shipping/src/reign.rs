//! One generation: a base, and the log after it, for as long as this process ships and the chain holds.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use raally_storage::{Change, Tap};

use crate::base::{self, Making, Standing};
use crate::failed::ShippingError;
use crate::names;
use crate::progress::now_us;
use crate::record::{Collected, Link, encode, first_link};
use crate::shipper::Work;

/// Pause between two looks whether anything was committed.
const TICK: Duration = Duration::from_millis(10);
/// Pause after a request that failed.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// Shortest pause between two tries to let the log begin anew.
const ROTATE_EVERY: Duration = Duration::from_millis(500);
/// Bytes of single records that are packed into one object; larger ones stay alone.
const PACK_BYTES: usize = 8 << 20;
/// Pause between two looks for what is too old.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// How long the end waits for a base that is under way.
const BASE_WAIT: Duration = Duration::from_secs(5);

/// How a reign ended.
pub(crate) enum End {
    /// It was told to.
    Stopped,
    /// The chain was given up: the log had grown too long while the store did not answer.
    GivenUp,
}

pub(crate) struct Reign<'w> {
    work: &'w Work,
    tap: Tap,
    generation: String,
    /// Of the last record that is in the store.
    sequence: u64,
    link: String,
    observed_at: Timestamp,
    base: Option<JoinHandle<Result<(), ShippingError>>>,
    base_given_up: Arc<AtomicBool>,
    based: bool,
    base_due: Instant,
    singles: Vec<(String, Bytes)>,
    looked: Instant,
    rotated: Instant,
    tidied: Option<Instant>,
}

impl<'w> Reign<'w> {
    /// Begins a generation; the database is read once from end to end.
    pub(crate) fn begin(work: &'w Work, database: &Path) -> Result<Self, ShippingError> {
        let generation = names::generation(Timestamp::now());
        let about = serde_json::json!({"version": work.options.version, "process": std::process::id()}).to_string();
        work.runtime.block_on(work.options.place.put(&names::begun(&generation), about.into()))?;
        let tap = Tap::open(database)?;
        let (link, now) = (first_link(&generation), Instant::now());
        tracing::info!(generation, place = %work.options.place, pages = tap.pages(), "shipping begins");
        Ok(Self {
            work,
            tap,
            generation,
            sequence: 0,
            link,
            observed_at: Timestamp::now(),
            base: None,
            base_given_up: Arc::default(),
            based: false,
            base_due: now,
            singles: Vec::new(),
            looked: now,
            rotated: now,
            tidied: None,
        })
    }

    /// Ships until it is told to stop or the chain has to be given up.
    pub(crate) fn run(mut self) -> Result<End, ShippingError> {
        let mut more = true;
        loop {
            let stopping = self.work.stop.load(Relaxed);
            self.tap.hold()?;
            if more || stopping || self.looked.elapsed() >= self.work.options.every {
                more = match self.step(stopping)? {
                    Some(more) => more,
                    None => return Ok(End::GivenUp),
                };
            }
            self.base()?;
            if stopping && !more {
                self.finish();
                return Ok(End::Stopped);
            }
            if !more {
                self.tidy();
                std::thread::sleep(TICK);
            }
        }
    }

    /// One look, and the log begun anew when it is long; whether there is more, or none when it is over.
    fn step(&mut self, stopping: bool) -> Result<Option<bool>, ShippingError> {
        self.looked = Instant::now();
        let (log_bytes, safe_us) = (self.tap.log_bytes()?, now_us());
        self.work.progress.log_bytes.store(log_bytes, Relaxed);
        let rotate = log_bytes >= self.work.options.rotate_bytes && self.rotated.elapsed() >= ROTATE_EVERY;
        let mut record = Collected::new()?;
        let mut sink = |number: u32, page: &[u8]| record.page(number, page);
        let change = if rotate && !stopping {
            self.rotated = Instant::now();
            self.tap.rotate(&mut sink)?
        } else {
            self.tap.look(&mut sink)?
        };
        if let Some(change) = change {
            if !self.ship(&change, record, stopping)? {
                return Ok(None);
            }
            if change.more {
                return Ok(Some(true));
            }
        } else if rotate {
            return Ok(Some(true));
        }
        if self.based {
            self.work.progress.safe_us.store(safe_us, Relaxed);
        }
        Ok(Some(false))
    }

    /// Puts a record, however long it takes; false when the chain was given up.
    fn ship(&mut self, change: &Change, record: Collected, stopping: bool) -> Result<bool, ShippingError> {
        let recipients = &self.work.options.recipients;
        let body = record.finish(recipients)?;
        let sequence = self.sequence + 1;
        let observed_at = Timestamp::now().max(self.observed_at);
        let link = Link {
            generation: &self.generation,
            sequence,
            previous: &self.link,
            observed_at,
            page_size: self.tap.page_size(),
        };
        let (bytes, digest) = encode(&link, change, recipients.seal(), &body)?;
        let (name, bytes) = (names::records(&self.generation, sequence, sequence), Bytes::from(bytes));
        if !self.put(&name, &bytes, stopping)? {
            return Ok(false);
        }
        self.work.progress.records.fetch_add(1, Relaxed);
        (self.sequence, self.link, self.observed_at) = (sequence, digest, observed_at);
        if bytes.len() < PACK_BYTES / 2 {
            self.singles.push((name, bytes));
        } else {
            self.pack();
        }
        let waiting: usize = self.singles.iter().map(|(_, bytes)| bytes.len()).sum();
        if self.singles.len() >= self.work.options.pack_records || waiting >= PACK_BYTES {
            self.pack();
        }
        Ok(true)
    }

    fn put(&mut self, name: &str, bytes: &Bytes, stopping: bool) -> Result<bool, ShippingError> {
        let mut pause = TICK;
        loop {
            let Err(error) = self.work.runtime.block_on(self.work.options.place.put(name, bytes.clone())) else {
                self.work.progress.put(bytes.len());
                return Ok(true);
            };
            self.work.progress.failures.fetch_add(1, Relaxed);
            if pause == TICK {
                tracing::warn!(%error, "the backup store does not take records; writes go on, and it is tried again");
            }
            let log_bytes = self.tap.log_bytes()?;
            self.work.progress.log_bytes.store(log_bytes, Relaxed);
            if log_bytes > self.work.options.log_bytes_max {
                tracing::error!(log_bytes, "the write-ahead log is too long: the chain of backups is given up");
                self.base_given_up.store(true, Relaxed);
                return Ok(false);
            }
            if stopping || self.work.stop.load(Relaxed) {
                return Err(error);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE_MAX);
            self.tap.hold()?;
        }
    }

    /// Makes one object of many, so that a month of records can still be listed. The many go when the one is there.
    fn pack(&mut self) {
        let singles = std::mem::take(&mut self.singles);
        let ends = singles.first().zip(singles.last());
        let Some((first, last)) = ends.and_then(|(first, last)| Some((number(&first.0)?, number(&last.0)?))) else {
            return;
        };
        if singles.len() < 2 {
            return;
        }
        let all: Vec<u8> = singles.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        let names: Vec<String> = singles.into_iter().map(|(name, _)| name).collect();
        let (place, name) = (&self.work.options.place, names::records(&self.generation, first, last));
        let packed = self.work.runtime.block_on(async {
            place.put(&name, all.into()).await?;
            place.remove(&names).await
        });
        if let Err(error) = packed {
            // They can be read one by one as well.
            tracing::debug!(%error, "records stay as they are");
        }
    }

    /// Begins a base when one is due and everything before it is shipped; heeds one that has ended.
    fn base(&mut self) -> Result<(), ShippingError> {
        if self.base.as_ref().is_some_and(JoinHandle::is_finished)
            && let Some(base) = self.base.take()
        {
            match base.join() {
                Ok(Ok(())) => {
                    self.based = true;
                    tracing::info!(generation = self.generation, "a base is in the backup store");
                }
                Ok(Err(error)) => {
                    self.work.progress.failures.fetch_add(1, Relaxed);
                    tracing::warn!(%error, "a base was not finished; another is begun");
                    self.base_due = Instant::now() + PAUSE_MAX;
                }
                Err(_) => return Err(ShippingError::Input("the thread of the base panicked".to_owned())),
            }
        }
        if self.base.is_some() || Instant::now() < self.base_due {
            return Ok(());
        }
        let Some(snapshot) = self.tap.snapshot()? else { return Ok(()) };
        let work = self.work;
        let making = Making {
            place: work.options.place.clone(),
            runtime: work.runtime.clone(),
            recipients: work.options.recipients.clone(),
            keys: work.options.keys.clone(),
            version: work.options.version.clone(),
            progress: Arc::clone(&work.progress),
            given_up: Arc::clone(&self.base_given_up),
        };
        let standing = Standing {
            generation: self.generation.clone(),
            sequence: self.sequence,
            link: self.link.clone(),
            observed_at: Timestamp::now().max(self.observed_at),
        };
        self.base = Some(base::start(making, standing, snapshot)?);
        self.base_due = Instant::now() + work.options.base_every;
        Ok(())
    }

    fn tidy(&mut self) {
        if !self.based || self.tidied.is_some_and(|at| at.elapsed() < TIDY_EVERY) {
            return;
        }
        self.tidied = Some(Instant::now());
        let options = &self.work.options;
        match self.work.runtime.block_on(crate::housekeeping::remove_older(&options.place, options.keep)) {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old backups were removed"),
            Err(error) => tracing::warn!(%error, "old backups could not be removed; it is tried again"),
        }
    }

    /// The last record is in the store; a base that is under way gets a moment.
    fn finish(&mut self) {
        let Some(base) = self.base.take() else { return };
        let begun = Instant::now();
        while !base.is_finished() && begun.elapsed() < BASE_WAIT {
            std::thread::sleep(TICK);
        }
        self.base_given_up.store(true, Relaxed);
        _ = base.join();
    }
}

impl Drop for Reign<'_> {
    fn drop(&mut self) {
        self.base_given_up.store(true, Relaxed);
    }
}

fn number(name: &str) -> Option<u64> {
    names::records_of(name.rsplit('/').next()?).map(|(first, _)| first)
}
