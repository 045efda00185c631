//! The one writer on SQLite: a thread that commits many waiting inserts in one transaction (group commit)
//! and answers each of them only after the commit has reached the disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::row::{CREATED_FIRST, Fault, Row};

const QUEUE_MAX: usize = 4_096;
const BATCH_MAX: usize = 512;

struct Insert {
    row: Row,
    answer: oneshot::Sender<i64>,
}

#[derive(Default)]
struct Counts {
    commits: AtomicU64,
    inserts: AtomicU64,
}

/// The way to the writer thread.
pub struct Writer {
    queue: SyncSender<Insert>,
    counts: Arc<Counts>,
}

impl Writer {
    /// Opens the database and starts the thread.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub fn start(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let (queue, inserts) = sync_channel(QUEUE_MAX);
        let counts = Arc::new(Counts::default());
        let thread_counts = Arc::clone(&counts);
        std::thread::spawn(move || {
            if let Err(error) = write_all(&connection, &inserts, &thread_counts) {
                eprintln!("yardstick: the writer stops: {error}");
            }
        });
        Ok(Self { queue, counts })
    }

    /// Inserts a row; the answer means that it is on the disk.
    pub async fn insert(&self, row: Row) -> Result<i64, Fault> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Insert { row, answer }).map_err(|_| Fault::Full)?;
        answered.await.map_err(|_| Fault::Gone)
    }

    /// How many commits and inserts there were.
    pub fn counts(&self) -> (u64, u64) {
        (self.counts.commits.load(Ordering::Relaxed), self.counts.inserts.load(Ordering::Relaxed))
    }
}

fn write_all(connection: &Connection, inserts: &Receiver<Insert>, counts: &Counts) -> rusqlite::Result<()> {
    let mut created = CREATED_FIRST;
    let mut answers = Vec::with_capacity(BATCH_MAX);
    while let Ok(first) = inserts.recv() {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut next = Some(first);
        while let Some(Insert { row, answer }) = next {
            created += 1;
            answers.push((row.insert(connection, created)?, answer));
            next = if answers.len() < BATCH_MAX { inserts.try_recv().ok() } else { None };
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        counts.commits.fetch_add(1, Ordering::Relaxed);
        counts.inserts.fetch_add(answers.len() as u64, Ordering::Relaxed);
        for (id, answer) in answers.drain(..) {
            // A client that went away needs no answer; its row is kept.
            let _ = answer.send(id);
        }
    }
    Ok(())
}
