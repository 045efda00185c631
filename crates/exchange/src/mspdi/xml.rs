//! A pull reader over XML text: elements by local name, text, lines; no document types, no entities of its own.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::FileError;
use crate::limits::{XML_DEPTH_MAX, XML_TOKEN_BYTES_MAX};

pub(super) struct Pull<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    depth: usize,
    line: u64,
    counted_to: usize,
    /// Name of an empty element whose end is still to be told.
    pending_close: bool,
}

pub(super) enum Token {
    Open(String),
    Close,
    Text(String),
    End,
}

impl<'a> Pull<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { reader: Reader::from_str(text), text, depth: 0, line: 1, counted_to: 0, pending_close: false }
    }

    /// The line that was read last, from 1.
    pub(super) fn line(&mut self) -> u64 {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        if position > self.counted_to {
            let newlines =
                self.text.as_bytes()[self.counted_to..position].iter().filter(|byte| **byte == b'\n').count();
            self.line += newlines as u64;
            self.counted_to = position;
        }
        self.line
    }

    pub(super) fn malformed(&mut self, why: &str) -> FileError {
        let line = self.line();
        FileError::new("malformed", format!("line {line} of the XML: {why}"))
    }

    pub(super) fn next(&mut self) -> Result<Token, FileError> {
        if std::mem::take(&mut self.pending_close) {
            self.depth -= 1;
            return Ok(Token::Close);
        }
        loop {
            let before = self.reader.buffer_position();
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.malformed(&error.to_string())),
            };
            if self.reader.buffer_position() - before > XML_TOKEN_BYTES_MAX {
                return Err(self.malformed("a tag or text is too long"));
            }
            return Ok(match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    if self.depth > XML_DEPTH_MAX {
                        return Err(self.malformed("elements are nested too deeply"));
                    }
                    Token::Open(tag.local_name().as_ref().to_owned())
                }
                Event::Empty(tag) => {
                    self.depth += 1;
                    self.pending_close = true;
                    Token::Open(tag.local_name().as_ref().to_owned())
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Token::Close
                }
                Event::Text(text) => Token::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Token::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Token::Text(self.reference(&reference)?),
                Event::DocType(_) => {
                    return Err(FileError::new(
                        "doctype",
                        "the XML declares a document type, which Project never writes; it is refused unread",
                    ));
                }
                Event::Eof if self.depth > 0 => return Err(self.malformed("the file is cut off")),
                Event::Eof => Token::End,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            });
        }
    }

    fn reference(&mut self, reference: &quick_xml::events::BytesRef<'_>) -> Result<String, FileError> {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            return Ok(character.to_string());
        }
        match quick_xml::escape::resolve_predefined_entity(reference.as_ref()) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.malformed("an entity that XML doesn't define")),
        }
    }

    /// The name of the next element inside of the current one; `None` at its end.
    pub(super) fn child(&mut self) -> Result<Option<String>, FileError> {
        loop {
            match self.next()? {
                Token::Open(name) => return Ok(Some(name)),
                Token::Close | Token::End => return Ok(None),
                Token::Text(_) => {}
            }
        }
    }

    /// The text of the current element up to its end; elements inside of it are left out.
    pub(super) fn leaf(&mut self) -> Result<String, FileError> {
        let mut text = String::new();
        loop {
            match self.next()? {
                Token::Text(piece) => text.push_str(&piece),
                Token::Open(_) => self.skip()?,
                Token::Close | Token::End => return Ok(text.trim().to_owned()),
            }
            if text.len() as u64 > XML_TOKEN_BYTES_MAX {
                return Err(self.malformed("a text is too long"));
            }
        }
    }

    /// Leaves out the rest of the current element.
    pub(super) fn skip(&mut self) -> Result<(), FileError> {
        let outside = self.depth.saturating_sub(1);
        loop {
            match self.next()? {
                Token::Close if self.depth <= outside => return Ok(()),
                Token::End => return Ok(()),
                _ => {}
            }
        }
    }
}
