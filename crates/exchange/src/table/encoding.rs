//! Which characters a text file is written in, and reading it as UTF-8 without holding it in memory.

use std::io::{Read, Result as IoResult};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::FileError;

const CHUNK_BYTES: usize = 64 * 1024;
/// Shorter than this, zero bytes are taken for damage, not for UTF-16.
const UTF_16_BYTES_MIN: u64 = 8;

/// The encoding named in a mapping.
pub(crate) fn named(label: &str) -> Result<&'static Encoding, FileError> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        FileError::new(
            "unknown-encoding",
            format!("\"{label}\" is no known encoding; use utf-8, utf-16le, windows-1252, …"),
        )
    })
}

/// Looks at the whole file: a byte-order mark, else valid UTF-8, else UTF-16 by its zero bytes, else a guess by the letters used.
pub(crate) fn guess(mut input: impl Read) -> Result<&'static Encoding, FileError> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut utf8 = UTF_8.new_decoder_without_bom_handling();
    let (mut is_utf8, mut zeros, mut total, mut first) = (true, [0_u64; 2], 0_u64, true);
    let mut buffer = vec![0_u8; CHUNK_BYTES];
    let mut text = String::with_capacity(CHUNK_BYTES * 3 + 16);
    loop {
        let filled = fill(&mut input, &mut buffer)?;
        let chunk = &buffer[..filled];
        if first && let Some((encoding, _)) = Encoding::for_bom(chunk) {
            return Ok(encoding);
        }
        first = false;
        let last = filled < buffer.len();
        for (index, _) in chunk.iter().enumerate().filter(|(_, byte)| **byte == 0) {
            zeros[index % 2] += 1;
        }
        total += filled as u64;
        if is_utf8 {
            text.clear();
            is_utf8 = matches!(
                utf8.decode_to_string_without_replacement(chunk, &mut text, last).0,
                DecoderResult::InputEmpty
            );
        }
        detector.feed(chunk, last);
        if last {
            break;
        }
    }
    if zeros != [0, 0] {
        return guess_by_zeros(zeros, total);
    }
    if is_utf8 {
        return Ok(UTF_8);
    }
    Ok(detector.guess(None, Utf8Detection::Deny))
}

fn guess_by_zeros(zeros: [u64; 2], total: u64) -> Result<&'static Encoding, FileError> {
    let many = |count: u64| total >= UTF_16_BYTES_MIN && count * 10 > total * 3;
    match (many(zeros[0]), many(zeros[1])) {
        (false, true) => Ok(UTF_16LE),
        (true, false) => Ok(UTF_16BE),
        _ => Err(FileError::new(
            "not-text",
            "the file contains zero bytes, so it is no text file; export it again as CSV (UTF-8)",
        )),
    }
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> IoResult<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The first bytes of a file as text, for telling its format.
pub(crate) fn decode_head(head: &[u8]) -> Result<String, FileError> {
    let encoding = match Encoding::for_bom(head) {
        Some((encoding, _)) => encoding,
        None => {
            let mut zeros = [0_u64; 2];
            for (index, _) in head.iter().enumerate().filter(|(_, byte)| **byte == 0) {
                zeros[index % 2] += 1;
            }
            if zeros == [0, 0] { UTF_8 } else { guess_by_zeros(zeros, head.len() as u64)? }
        }
    };
    Ok(encoding.decode(head).0.into_owned())
}

/// A whole file as text.
pub(crate) fn decode_all(bytes: &[u8]) -> Result<String, FileError> {
    let encoding = guess(bytes)?;
    let (text, _, malformed) = encoding.decode(bytes);
    if malformed {
        return Err(malformed_error(encoding));
    }
    if text.contains('\0') {
        return Err(FileError::new("not-text", "the file contains zero bytes, so it is no text file"));
    }
    Ok(text.into_owned())
}

fn malformed_error(encoding: &'static Encoding) -> FileError {
    FileError::new(
        "wrong-encoding",
        format!(
            "the file is not written in {}; save it again as UTF-8 or name its encoding in the mapping",
            encoding.name()
        ),
    )
}

/// Reads UTF-8 out of an input in `encoding`; a byte-order mark is left out.
pub(crate) struct Utf8Reader<R> {
    input: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_from: usize,
    raw_to: usize,
    decoded: String,
    decoded_from: usize,
    finished: bool,
    after_cr: bool,
}

impl<R: Read> Utf8Reader<R> {
    pub(crate) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            encoding,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK_BYTES],
            raw_from: 0,
            raw_to: 0,
            decoded: String::with_capacity(CHUNK_BYTES),
            decoded_from: 0,
            finished: false,
            after_cr: false,
        }
    }

    fn refill(&mut self) -> IoResult<()> {
        self.decoded.clear();
        self.decoded_from = 0;
        while self.decoded.is_empty() && !self.finished {
            self.decode()?;
            self.unify_line_ends();
        }
        if self.decoded.as_bytes().contains(&0) {
            return Err(FileError::new("not-text", "the file contains zero bytes, so it is no text file").into());
        }
        Ok(())
    }

    /// CR LF and CR become LF, so that lines are counted alike in every file.
    fn unify_line_ends(&mut self) {
        if self.after_cr && self.decoded.starts_with('\n') {
            self.decoded.remove(0);
            self.after_cr = false;
        }
        if !self.decoded.is_empty() {
            self.after_cr = self.decoded.ends_with('\r');
        }
        if self.decoded.contains('\r') {
            self.decoded = self.decoded.replace("\r\n", "\n").replace('\r', "\n");
        }
    }

    fn decode(&mut self) -> IoResult<()> {
        let mut last = false;
        if self.raw_from == self.raw_to {
            self.raw_from = 0;
            self.raw_to = fill(&mut self.input, &mut self.raw)?;
            last = self.raw_to == 0;
        }
        if self.decoded.capacity() < CHUNK_BYTES {
            self.decoded.reserve(CHUNK_BYTES);
        }
        let chunk = &self.raw[self.raw_from..self.raw_to];
        let (result, read) = self.decoder.decode_to_string_without_replacement(chunk, &mut self.decoded, last);
        self.raw_from += read;
        match result {
            DecoderResult::Malformed(..) => return Err(malformed_error(self.encoding).into()),
            DecoderResult::InputEmpty => self.finished = last,
            DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        if self.decoded_from == self.decoded.len() {
            self.refill()?;
        }
        let ready = &self.decoded.as_bytes()[self.decoded_from..];
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.decoded_from += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use encoding_rs::WINDOWS_1252;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        Utf8Reader::new(bytes, guess(bytes).unwrap()).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_usual_encoding_reads_alike() {
        let text = "Name;Stadt\r\nJürgen Ångström;São Paulo\r\nZoë Weiß;Łódź\r\n";
        let western = "Name;Stadt\r\nJürgen Ångström;São Paulo\r\nÖzlem O'Neill;Måns Lefèvre\r\n";
        let utf16 = |text: &str, big: bool| {
            text.encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect::<Vec<_>>()
        };
        let (text, western) = (text.replace("\r\n", "\n"), western.replace("\r\n", "\n"));
        let (text, western) = (text.as_str(), western.as_str());
        assert_eq!(read(text.replace('\n', "\r\n").as_bytes()), text);
        assert_eq!(read(text.replace('\n', "\r").as_bytes()), text);
        assert_eq!(read(text.as_bytes()), text);
        assert_eq!(read(&[&b"\xEF\xBB\xBF"[..], text.as_bytes()].concat()), text);
        assert_eq!(read(&[vec![0xFF, 0xFE], utf16(text, false)].concat()), text);
        assert_eq!(read(&[vec![0xFE, 0xFF], utf16(text, true)].concat()), text);
        assert_eq!(read(&utf16(text, false)), text);
        assert_eq!(read(&WINDOWS_1252.encode(western).0), western);
    }

    #[test]
    fn zero_bytes_and_broken_utf8_are_refused() {
        assert_eq!(guess(&b"a;b\n1;\0\n"[..]).unwrap_err().code, "not-text");
        let mut text = String::new();
        let error = Utf8Reader::new(&b"M\xFCller"[..], UTF_8).read_to_string(&mut text).unwrap_err();
        assert_eq!(FileError::io(&error).code, "wrong-encoding");
    }
}
