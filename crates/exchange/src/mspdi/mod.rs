//! Microsoft Project XML (MSPDI): calendars, resources, tasks and assignments with time-phased work.
//!
//! Source: Microsoft, "Project XML Data Interchange Schema Reference"; where that is silent, files written by Project 2007 to 2019.

mod assignments;
mod calendar;
mod emit;
mod parse;
mod parse_calendar;
mod people;
mod raw;
mod timephased;
mod value;
mod xml;

use crate::emitter::Emitter;
use crate::error::FileError;
use crate::limits::MSPDI_BYTES_MAX;
use crate::source::Source;
use crate::table::encoding::decode_all;

/// Reads a whole project; nothing is given before the file is known to be well formed to its end.
pub(crate) fn read(source: &Source, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let text = decode_all(&source.read_all(MSPDI_BYTES_MAX)?)?;
    let file = parse::parse(&text)?;
    drop(text);
    emit::emit(&file, emitter)
}
