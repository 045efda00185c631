//! Rows of a CSV file, one record in memory at a time.

use std::cell::Cell as Counter;
use std::io::{Read, Result as IoResult};
use std::ops::ControlFlow;
use std::rc::Rc;

use super::cell::{Cell, Row};
use super::encoding::{self, Utf8Reader};
use super::{RowSink, TableInfo};
use crate::error::FileError;
use crate::limits::{CELL_BYTES_MAX, COLUMNS_MAX, CSV_BYTES_MAX, CSV_RECORD_BYTES_MAX, ROWS_MAX};
use crate::source::Source;

const DELIMITERS: [char; 4] = [';', ',', '\t', '|'];
const BUFFER_BYTES: usize = 64 * 1024;
const SNIFF_BYTES: u64 = 256 * 1024;
const SNIFF_LINES: usize = 100;

/// Fails when one record alone has taken more bytes than allowed: a quotation mark that is never closed.
struct RecordBound<R> {
    input: R,
    taken: Rc<Counter<u64>>,
}

impl<R: Read> Read for RecordBound<R> {
    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        let count = self.input.read(out)?;
        self.taken.set(self.taken.get() + count as u64);
        if self.taken.get() > CSV_RECORD_BYTES_MAX + BUFFER_BYTES as u64 {
            let message = format!("a row has more than {CSV_RECORD_BYTES_MAX} bytes; is a quotation mark missing?");
            return Err(FileError::new("row-too-large", message).into());
        }
        Ok(count)
    }
}

pub(crate) fn rows(
    source: &Source,
    encoding: Option<&str>,
    delimiter: Option<char>,
    sink: &mut RowSink<'_>,
) -> Result<TableInfo, FileError> {
    source.check_size(CSV_BYTES_MAX)?;
    let encoding = match encoding {
        Some(label) => encoding::named(label)?,
        None => encoding::guess(source.open()?)?,
    };
    let delimiter = match delimiter {
        Some(delimiter) => delimiter,
        None => sniff(source, encoding)?,
    };
    let Ok(delimiter_byte) = u8::try_from(delimiter) else {
        return Err(FileError::new("bad-mapping", "the delimiter must be one ASCII character"));
    };
    let info = TableInfo {
        encoding: Some(encoding.name().to_ascii_lowercase()),
        delimiter: Some(delimiter),
        ..TableInfo::default()
    };
    let taken = Rc::new(Counter::new(0));
    let bounded = RecordBound { input: Utf8Reader::new(source.open()?, encoding), taken: Rc::clone(&taken) };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter_byte)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(bounded);
    let mut record = csv::StringRecord::new();
    let mut row = Row::default();
    let mut count = 0;
    loop {
        taken.set(0);
        if !reader.read_record(&mut record).map_err(from_csv)? {
            return Ok(info);
        }
        count += 1;
        if count > ROWS_MAX {
            return Err(FileError::new("too-many-rows", format!("the table has more than {ROWS_MAX} rows")));
        }
        take_record(&record, &mut row)?;
        if !row.is_blank() && sink(&mut row)? == ControlFlow::Break(()) {
            return Ok(info);
        }
    }
}

fn take_record(record: &csv::StringRecord, row: &mut Row) -> Result<(), FileError> {
    row.number = record.position().map_or(0, csv::Position::line);
    if record.len() > COLUMNS_MAX {
        let message = format!("line {} has {} columns; at most {COLUMNS_MAX} are read", row.number, record.len());
        return Err(FileError::new("too-many-columns", message));
    }
    row.cells.clear();
    for field in record {
        if field.len() > CELL_BYTES_MAX {
            let message =
                format!("line {} has a cell of {} bytes; at most {CELL_BYTES_MAX} are read", row.number, field.len());
            return Err(FileError::new("cell-too-large", message));
        }
        row.cells.push(Cell::text(field));
    }
    Ok(())
}

fn from_csv(error: csv::Error) -> FileError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => FileError::io(&error),
        csv::ErrorKind::Utf8 { err, .. } => {
            FileError::new("wrong-encoding", format!("the file is not valid UTF-8: {err}"))
        }
        other => FileError::new("malformed", format!("the file is no readable CSV: {other:?}")),
    }
}

/// The delimiter that cuts most lines into the same, largest number of cells.
fn sniff(source: &Source, encoding: &'static encoding_rs::Encoding) -> Result<char, FileError> {
    let mut text = Vec::new();
    Utf8Reader::new(source.open()?, encoding).take(SNIFF_BYTES).read_to_end(&mut text)?;
    if let Some(declared) = text.strip_prefix(b"sep=").and_then(<[u8]>::first)
        && let Some(found) = DELIMITERS.into_iter().find(|delimiter| *delimiter as u8 == *declared)
    {
        return Ok(found);
    }
    let score = |delimiter: char| {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter as u8)
            .has_headers(false)
            .flexible(true)
            .from_reader(&text[..]);
        let mut counts = std::collections::BTreeMap::<usize, usize>::new();
        for record in reader.into_byte_records().take(SNIFF_LINES).flatten() {
            *counts.entry(record.len()).or_default() += 1;
        }
        counts
            .into_iter()
            .filter(|(cells, _)| *cells > 1)
            .map(|(cells, lines)| (lines * (cells.min(40) + 3), cells))
            .max()
    };
    let best = DELIMITERS
        .into_iter()
        .filter_map(|delimiter| Some((score(delimiter)?, delimiter)))
        .max_by_key(|(score, _)| *score);
    Ok(best.map_or(',', |(_, delimiter)| delimiter))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn read(bytes: &[u8]) -> Result<(TableInfo, Vec<Row>), FileError> {
        let mut all = Vec::new();
        let info = rows(&Source::Bytes(bytes.into()), None, None, &mut |row| {
            all.push(row.clone());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((info, all))
    }

    #[test]
    fn the_delimiter_is_the_one_that_cuts_evenly() {
        for (text, delimiter) in
            [("a;b;c\n1,5;2;3\n1,5;2;3\n", ';'), ("a,b\n1;x,2\n", ','), ("a\tb\n1,5\t2\n", '\t'), ("only\none\n", ',')]
        {
            assert_eq!(read(text.as_bytes()).unwrap().0.delimiter, Some(delimiter), "{text}");
        }
    }

    #[test]
    fn rows_carry_their_line_and_blank_rows_are_left_out() {
        let (_, rows) = read(b"a;b\n\n;;\n\"x\ny\";\"say \"\"z\"\"\"\nlast;1\n").unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 4, 6]);
        assert_eq!(rows[1].cells[1], Cell::Text("say \"z\"".to_owned()));
    }

    #[test]
    fn lines_are_counted_alike_with_every_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "1;2", "3;4"].join(end);
            assert_eq!(
                read(text.as_bytes()).unwrap().1.iter().map(|row| row.number).collect::<Vec<_>>(),
                [1, 2, 3],
                "{end:?}"
            );
        }
    }

    #[test]
    fn too_many_columns_and_open_quotes_are_refused() {
        let wide = ";".repeat(1_000_000);
        assert_eq!(read(wide.as_bytes()).unwrap_err().code, "too-many-columns");
        let open = format!("a;b\n\"{}", "x;y\n".repeat(2_000_000));
        assert_eq!(read(open.as_bytes()).unwrap_err().code, "row-too-large");
        let long = format!("a;b\n{};1\n", "x".repeat(CELL_BYTES_MAX + 1));
        assert_eq!(read(long.as_bytes()).unwrap_err().code, "cell-too-large");
    }
}
