//! Log lines are collected and written together, because a system call a line costs more than the line. At most
//! [`WRITE_EVERY`] of lines is lost when the process is killed; a warning or an error is written at once.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others.
const WRITE_EVERY: Duration = Duration::from_millis(20);
/// So many bytes are written without waiting.
const BYTES_MAX: usize = 64 * 1024;

#[derive(Default)]
struct Waiting {
    lines: Mutex<Vec<u8>>,
    some: Condvar,
}

impl Waiting {
    fn lines(&self) -> MutexGuard<'_, Vec<u8>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what waits; the lock is held meanwhile, so that lines keep their order.
fn write_out(lines: &mut Vec<u8>) {
    // A log that can't be written is no reason to stop serving.
    _ = io::stderr().lock().write_all(lines);
    lines.clear();
}

/// Where the formatted lines go.
#[derive(Clone)]
pub struct Buffer(Arc<Waiting>);

/// Writes the rest when it goes out of scope.
pub struct Flush(Arc<Waiting>);

impl Buffer {
    /// A buffer with the thread that empties it.
    ///
    /// # Errors
    /// When the thread can't be started.
    pub fn start() -> io::Result<(Self, Flush)> {
        let waiting = Arc::new(Waiting::default());
        let emptied = Arc::clone(&waiting);
        thread::Builder::new().name("raally-log".to_owned()).spawn(move || {
            loop {
                let lines = emptied.some.wait_while(emptied.lines(), |lines| lines.is_empty());
                drop(lines);
                thread::sleep(WRITE_EVERY);
                write_out(&mut emptied.lines());
            }
        })?;
        Ok((Self(Arc::clone(&waiting)), Flush(waiting)))
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        write_out(&mut self.0.lines());
    }
}

impl<'w> MakeWriter<'w> for Buffer {
    type Writer = Lines<'w>;

    fn make_writer(&'w self) -> Self::Writer {
        Lines { waiting: &self.0, at_once: false }
    }

    fn make_writer_for(&'w self, meta: &Metadata<'_>) -> Self::Writer {
        Lines { waiting: &self.0, at_once: *meta.level() <= Level::WARN }
    }
}

/// Takes whole lines.
pub struct Lines<'w> {
    waiting: &'w Waiting,
    at_once: bool,
}

impl Write for Lines<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self.waiting.lines();
        let was_empty = lines.is_empty();
        lines.extend_from_slice(line);
        if self.at_once || lines.len() >= BYTES_MAX {
            write_out(&mut lines);
        } else if was_empty {
            self.waiting.some.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        write_out(&mut self.waiting.lines());
        Ok(())
    }
}
