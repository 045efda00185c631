//! Reading any file: one function with a callback, and an iterator on top of it.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use jiff::civil::Date;

use crate::detect::Format;
use crate::emitter::{Emitter, Item, Summary};
use crate::error::FileError;
use crate::source::Source;
use crate::table::inspect::inspect;
use crate::table::mapping::Mapping;
use crate::table::records;
use crate::{ics, mspdi};

/// What does not come from the file.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// How to read a table; absent: as [`inspect`] suggests, if it is sure enough.
    pub mapping: Option<Mapping>,
    /// First and last day for holidays that come again each year; absent: only their first occurrence.
    pub holidays: Option<(Date, Date)>,
}

/// A suggested mapping below this is not used without being looked at.
pub const CONFIDENCE_MIN: u8 = 50;
/// Items that wait between the reading thread and the taker of [`stream`].
const STREAM_ITEMS_MAX: usize = 256;

/// Reads a file and gives each record and each row's error to `sink`, in the order of the file, until it breaks.
///
/// Tables are read a row at a time in constant memory. Microsoft Project and iCalendar files are held in memory within
/// their size bound, and give nothing at all if they are not well formed to the end.
///
/// # Errors
/// The file as a whole can't be read; items given before (a table that is cut off) must not be used.
pub fn read(
    source: &Source,
    format: Format,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> Result<Summary, FileError> {
    let mut emitter = Emitter::new(sink);
    match format {
        Format::Csv | Format::Xlsx => {
            let mapping = match &options.mapping {
                Some(mapping) => mapping.clone(),
                None => suggested(source, format)?,
            };
            records::read(source, format, &mapping, &mut emitter)?;
        }
        Format::Mspdi => mspdi::read(source, &mut emitter)?,
        Format::Ics => ics::read(source, options.holidays, &mut emitter)?,
    }
    Ok(emitter.summary)
}

fn suggested(source: &Source, format: Format) -> Result<Mapping, FileError> {
    let preview = inspect(source, format, &Mapping::default())?;
    if preview.confidence >= CONFIDENCE_MIN {
        return Ok(preview.mapping);
    }
    let notes: Vec<&str> = preview.notes.iter().map(|note| note.message.as_str()).collect();
    let message =
        format!("the columns are not understood well enough to import without a mapping: {}", notes.join("; "));
    Err(FileError::new("mapping-needed", message))
}

/// The items of a file as an iterator, read on a thread of its own; dropping it stops the reading.
///
/// The last item may be the error of the file as a whole.
#[must_use]
pub fn stream(source: Source, format: Format, options: ReadOptions) -> Records {
    let (sender, items) = sync_channel(STREAM_ITEMS_MAX);
    let thread = thread::spawn(move || {
        let outcome = read(&source, format, &options, &mut |item| match sender.send(Ok(item)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        });
        match outcome {
            Ok(summary) => Some(summary),
            Err(error) => {
                // Nobody listens any more if this fails.
                let _ = sender.send(Err(error));
                None
            }
        }
    });
    Records { items: Some(items), thread: Some(thread), summary: None }
}

/// Items of a file; see [`stream`].
#[derive(Debug)]
pub struct Records {
    items: Option<Receiver<Result<Item, FileError>>>,
    thread: Option<thread::JoinHandle<Option<Summary>>>,
    summary: Option<Summary>,
}

impl Records {
    /// What was read, once the iterator has ended without an error of the file.
    #[must_use]
    pub fn summary(&self) -> Option<Summary> {
        self.summary
    }

    fn join(&mut self) {
        self.items = None;
        if let Some(thread) = self.thread.take() {
            self.summary = thread.join().ok().flatten();
        }
    }
}

impl Iterator for Records {
    type Item = Result<Item, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.items.as_ref()?.recv().ok();
        if next.is_none() {
            self.join();
        }
        next
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        self.join();
    }
}
