//! The zip archive of an XLSX, unpacked part by part under bounds that hold whatever the archive says about itself.

use std::cell::Cell as Counter;
use std::io::{BufReader, Read, Result as IoResult, Seek, SeekFrom};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::error::FileError;
use crate::limits::{
    UNZIP_RATIO_FREE_BYTES, UNZIP_RATIO_MAX, UNZIPPED_BYTES_MAX, XLSX_BYTES_MAX, XML_DEPTH_MAX, XML_TOKEN_BYTES_MAX,
    ZIP_ENTRIES_MAX,
};
use crate::source::{ReadSeek, Source};

const BUFFER_BYTES: usize = 32 * 1024;
const END_RECORD: &[u8] = b"PK\x05\x06";
const END_RECORD_BYTES: usize = 22;

pub(super) struct Package {
    archive: ZipArchive<Box<dyn ReadSeek>>,
    unpacked: Rc<Counter<u64>>,
}

/// Counts what comes out of one part and stops a bomb early.
pub(super) struct Bounded<R> {
    input: R,
    packed: u64,
    part: u64,
    total: Rc<Counter<u64>>,
    token: Rc<Counter<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        let count = self.input.read(out)? as u64;
        self.part += count;
        self.total.set(self.total.get() + count);
        self.token.set(self.token.get() + count);
        if self.part > UNZIP_RATIO_FREE_BYTES && self.part / self.packed.max(1) > UNZIP_RATIO_MAX {
            return Err(bomb(format!("a part of it unpacks to more than {UNZIP_RATIO_MAX} times its size")).into());
        }
        if self.total.get() > UNZIPPED_BYTES_MAX {
            return Err(bomb(format!("it unpacks to more than {UNZIPPED_BYTES_MAX} bytes")).into());
        }
        if self.token.get() > XML_TOKEN_BYTES_MAX + BUFFER_BYTES as u64 {
            return Err(FileError::new(
                "malformed",
                format!("the workbook holds a tag or text of more than {XML_TOKEN_BYTES_MAX} bytes"),
            )
            .into());
        }
        usize::try_from(count).map_err(std::io::Error::other)
    }
}

fn bomb(why: String) -> FileError {
    FileError::new("zip-bomb", format!("the workbook is refused: {why}"))
}

impl Package {
    pub(super) fn open(source: &Source) -> Result<Self, FileError> {
        source.check_size(XLSX_BYTES_MAX)?;
        let mut input = source.open()?;
        check_end_record(&mut input)?;
        let mut archive = ZipArchive::new(input).map_err(|error| broken(&error))?;
        for index in 0..archive.len() {
            let part = archive.by_index_raw(index).map_err(|error| broken(&error))?;
            let (size, packed) = (part.size(), part.compressed_size());
            if size > UNZIPPED_BYTES_MAX || (size > UNZIP_RATIO_FREE_BYTES && size / packed.max(1) > UNZIP_RATIO_MAX) {
                return Err(bomb(format!(
                    "{} unpacks from {packed} to {size} bytes",
                    short(&part.name().unwrap_or_default())
                )));
            }
        }
        Ok(Self { archive, unpacked: Rc::new(Counter::new(0)) })
    }

    /// A part as XML, or `None` if the archive has no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Xml<'_>>, FileError> {
        let Some(name) = self
            .archive
            .file_names()
            .flatten()
            .find(|found| found.eq_ignore_ascii_case(name))
            .map(std::borrow::Cow::into_owned)
        else {
            return Ok(None);
        };
        let part = self.archive.by_name(&name).map_err(|error| broken(&error))?;
        let token = Rc::new(Counter::new(0));
        let bounded = Bounded {
            packed: part.compressed_size(),
            input: part,
            part: 0,
            total: Rc::clone(&self.unpacked),
            token: Rc::clone(&token),
        };
        let reader = Reader::from_reader(BufReader::with_capacity(BUFFER_BYTES, bounded));
        Ok(Some(Xml { reader, buffer: Vec::new(), token, depth: 0, name }))
    }
}

/// The number of parts is looked at before the list of parts is loaded.
fn check_end_record(input: &mut Box<dyn ReadSeek>) -> Result<(), FileError> {
    let size = input.seek(SeekFrom::End(0))?;
    let from = size.saturating_sub(0xFFFF + END_RECORD_BYTES as u64);
    input.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    input.by_ref().take(0xFFFF + END_RECORD_BYTES as u64).read_to_end(&mut tail)?;
    input.seek(SeekFrom::Start(0))?;
    let at = tail.windows(END_RECORD.len()).rposition(|window| window == END_RECORD);
    let Some(record) = at.and_then(|at| tail.get(at..at + END_RECORD_BYTES)) else {
        return Err(FileError::new(
            "malformed",
            "the workbook is cut off: its list of parts is missing at the end of the file",
        ));
    };
    let entries = u64::from(u16::from_le_bytes([record[10], record[11]]));
    let list_bytes = u64::from(u32::from_le_bytes([record[12], record[13], record[14], record[15]]));
    if entries > ZIP_ENTRIES_MAX || list_bytes > ZIP_ENTRIES_MAX * 1024 {
        return Err(FileError::new("too-many-parts", format!("the workbook has more than {ZIP_ENTRIES_MAX} parts")));
    }
    Ok(())
}

fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

pub(super) fn broken(error: &zip::result::ZipError) -> FileError {
    match error {
        zip::result::ZipError::Io(error) => match FileError::io(error) {
            known if known.code != "unreadable" => known,
            _ => FileError::new("malformed", format!("the workbook is damaged or cut off: {error}")),
        },
        other => FileError::new("malformed", format!("the workbook is damaged or cut off: {other}")),
    }
}

type Part<'a> = Bounded<ZipFile<'a, Box<dyn ReadSeek>>>;

/// A part, event by event, with the depth and the size of each event bounded.
pub(super) struct Xml<'a> {
    reader: Reader<BufReader<Part<'a>>>,
    buffer: Vec<u8>,
    token: Rc<Counter<u64>>,
    depth: usize,
    name: String,
}

impl Xml<'_> {
    pub(super) fn next(&mut self) -> Result<Event<'_>, FileError> {
        self.buffer.clear();
        self.token.set(0);
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => {
                let known = FileError::io(&error);
                return Err(if known.code == "unreadable" { damaged(&self.name, &error.to_string()) } else { known });
            }
            Err(error) => return Err(damaged(&self.name, &error.to_string())),
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => {
                return Err(FileError::new(
                    "doctype",
                    "the workbook declares a document type, which is never needed and not read",
                ));
            }
            Event::Eof if self.depth > 0 => return Err(damaged(&self.name, "it ends too early")),
            _ => {}
        }
        if self.depth > XML_DEPTH_MAX {
            return Err(damaged(&self.name, "its elements are nested too deeply"));
        }
        Ok(event)
    }
}

fn damaged(part: &str, why: &str) -> FileError {
    FileError::new("malformed", format!("the workbook is damaged in {}: {why}", short(part)))
}

/// An attribute by its name without prefix, entities resolved.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let value = found.value.as_ref();
    Some(quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned))
}

/// The text that an event stands for, if any.
pub(super) fn text_of(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Text(text) => Some(text.xml10_content().into_owned()),
        Event::CData(text) => Some(text.xml10_content().into_owned()),
        Event::GeneralRef(reference) => match reference.resolve_char_ref() {
            Ok(Some(character)) => Some(character.to_string()),
            _ => quick_xml::escape::resolve_predefined_entity(reference.as_ref()).map(str::to_owned),
        },
        _ => None,
    }
}
