//! Which format a file has, from its first bytes; the name only helps to tell text files apart.

use serde::Serialize;

use crate::error::FileError;
use crate::table::encoding;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Text with a delimiter.
    Csv,
    /// Excel workbook.
    Xlsx,
    /// Microsoft Project XML.
    Mspdi,
    /// iCalendar.
    Ics,
}

const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const BINARY_MAGIC: [(&[u8], &str); 8] = [
    (b"%PDF", "a PDF document"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF", "a 7-Zip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PK\x05\x06", "an empty zip archive"),
];

/// Says which format `head`, the first bytes of a file (64 KiB are enough), and its name stand for.
///
/// # Errors
/// `empty-file`, or `unsupported-format` with what to do instead.
pub fn detect(head: &[u8], name: &str) -> Result<Format, FileError> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    if head.is_empty() {
        return Err(FileError::new("empty-file", "the file is empty"));
    }
    if head.starts_with(ZIP) {
        return detect_zip(head, &extension);
    }
    if head.starts_with(OLE) {
        return Err(refuse(match extension.as_str() {
            "mpp" | "mpt" => {
                "this is Microsoft Project's own binary format; in Project choose File > Save As > XML Format (*.xml) and import that"
            }
            "xls" => "this is the old binary Excel format; save it as .xlsx or .csv",
            "xlsx" | "xlsm" => "this workbook is protected with a password; save it without one",
            _ => "this is an old binary Office file; save a sheet as .xlsx or .csv, a project as XML",
        }));
    }
    if let Some((_, what)) = BINARY_MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(refuse(&format!(
            "this is {what}; CSV, XLSX, Microsoft Project XML and iCalendar files can be read"
        )));
    }
    detect_text(head, &extension)
}

fn detect_zip(head: &[u8], extension: &str) -> Result<Format, FileError> {
    let has = |needle: &[u8]| head.windows(needle.len()).any(|window| window == needle);
    match extension {
        "xlsx" | "xlsm" | "xltx" => Ok(Format::Xlsx),
        "ods" => Err(refuse("this is an OpenDocument sheet; save it as .xlsx or .csv")),
        "xlsb" => Err(refuse("this is a binary workbook; save it as .xlsx or .csv")),
        _ if has(b"xl/") || has(b"[Content_Types].xml") => Ok(Format::Xlsx),
        _ => {
            Err(refuse("this is a zip archive but no Excel workbook; unpack it and import the files inside one by one"))
        }
    }
}

fn detect_text(head: &[u8], extension: &str) -> Result<Format, FileError> {
    let text = encoding::decode_head(head)?;
    let start = text.trim_start();
    if start.is_empty() {
        return Err(FileError::new("empty-file", "the file holds nothing but blanks"));
    }
    if starts_with_ignore_case(start, "BEGIN:VCALENDAR") {
        return Ok(Format::Ics);
    }
    if start.starts_with('<') {
        if start.contains("http://schemas.microsoft.com/project") || start.contains("<Project") {
            return Ok(Format::Mspdi);
        }
        if start.contains("<!DOCTYPE") && extension == "xml" {
            return Ok(Format::Mspdi);
        }
        return Err(refuse("this is XML or HTML, but not a Microsoft Project file (no <Project> element)"));
    }
    if extension == "json" || ((start.starts_with('{') || start.starts_with('[')) && extension != "csv") {
        return Err(refuse("this is JSON; CSV, XLSX, Microsoft Project XML and iCalendar files can be read"));
    }
    Ok(Format::Csv)
}

fn starts_with_ignore_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn refuse(message: &str) -> FileError {
    FileError::new("unsupported-format", message)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_binary_project_is_told_to_be_saved_as_xml() {
        let error = detect(&[OLE, &[0; 20]].concat(), "plan.mpp").unwrap_err();
        assert_eq!(error.code, "unsupported-format");
        assert!(error.message.contains("Save As > XML"));
    }

    #[test]
    fn formats_are_told_by_content_before_name() {
        assert_eq!(detect(b"Name;Project\n", "x.txt"), Ok(Format::Csv));
        assert_eq!(detect(b"BEGIN:VCALENDAR\r\n", "x"), Ok(Format::Ics));
        assert_eq!(detect(b"\xEF\xBB\xBF<?xml version=\"1.0\"?><Project xmlns=\"x\">", "x.csv"), Ok(Format::Mspdi));
        assert_eq!(detect(b"PK\x03\x04aaaaxl/workbook.xml", "x"), Ok(Format::Xlsx));
        for (head, name) in [
            (&b"<html>"[..], "x.xml"),
            (b"{\"a\":1}", "x"),
            (b"%PDF-1.7", "x.csv"),
            (b"PK\x03\x04", "x.zip"),
            (b"a\0b", "x.csv"),
        ] {
            assert!(detect(head, name).is_err(), "{name}");
        }
        assert_eq!(detect(b"", "x").unwrap_err().code, "empty-file");
    }
}
