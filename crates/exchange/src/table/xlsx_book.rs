//! The parts of an XLSX that its sheets refer to: list of sheets, styles that mean a date, shared strings.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::xlsx_package::{Package, attribute, text_of};
use crate::error::FileError;
use crate::limits::{CELL_BYTES_MAX, SHARED_STRINGS_BYTES_MAX, SHARED_STRINGS_MAX, WORKBOOK_ITEMS_MAX};

/// What the sheets of a workbook refer to.
#[derive(Default)]
pub(super) struct Book {
    /// Name and part of each visible sheet, then of the hidden ones.
    pub(super) sheets: Vec<(String, String)>,
    pub(super) is_1904: bool,
    date_styles: Vec<bool>,
    strings: Strings,
}

/// All shared strings in one piece of memory.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Book {
    pub(super) fn read(package: &mut Package) -> Result<Self, FileError> {
        let mut book = Self::default();
        let workbook = workbook_part(package)?;
        let folder = workbook.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let targets = relations(package, &folder, &workbook)?;
        book.read_sheets(package, &workbook, &targets)?;
        let by_type =
            |suffix: &str| targets.values().find(|(kind, _)| kind.ends_with(suffix)).map(|(_, part)| part.clone());
        if let Some(part) = by_type("/styles") {
            book.date_styles = date_styles(package, &part)?;
        }
        if let Some(part) = by_type("/sharedStrings") {
            book.strings = shared_strings(package, &part)?;
        }
        Ok(book)
    }

    pub(super) fn string(&self, index: usize) -> Option<&str> {
        let to = *self.strings.ends.get(index)? as usize;
        let from = index.checked_sub(1).map_or(0, |before| self.strings.ends[before] as usize);
        self.strings.text.get(from..to)
    }

    pub(super) fn is_date_style(&self, style: usize) -> bool {
        self.date_styles.get(style).copied().unwrap_or(false)
    }

    fn read_sheets(
        &mut self,
        package: &mut Package,
        part: &str,
        targets: &BTreeMap<String, (String, String)>,
    ) -> Result<(), FileError> {
        let mut xml = package.part(part)?.ok_or_else(no_workbook)?;
        let mut hidden = Vec::new();
        loop {
            match xml.next()? {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    "workbookPr" => {
                        self.is_1904 |= attribute(&tag, "date1904").is_some_and(|value| value == "1" || value == "true")
                    }
                    "sheet" => {
                        let target = attribute(&tag, "id").and_then(|id| targets.get(&id));
                        if let (Some(name), Some((kind, part))) = (attribute(&tag, "name"), target)
                            && kind.ends_with("/worksheet")
                        {
                            let is_hidden = attribute(&tag, "state").is_some_and(|state| state != "visible");
                            if is_hidden {
                                hidden.push((name, part.clone()))
                            } else {
                                self.sheets.push((name, part.clone()))
                            }
                        }
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
            if self.sheets.len() + hidden.len() > WORKBOOK_ITEMS_MAX {
                return Err(FileError::new("too-many-sheets", "the workbook has too many sheets"));
            }
        }
        self.sheets.append(&mut hidden);
        if self.sheets.is_empty() {
            Err(FileError::new("no-sheet", "the workbook has no sheet with cells"))
        } else {
            Ok(())
        }
    }
}

fn no_workbook() -> FileError {
    FileError::new("unsupported-format", "this zip archive is no Excel workbook (it has no workbook part)")
}

fn workbook_part(package: &mut Package) -> Result<String, FileError> {
    let Some(mut xml) = package.part("_rels/.rels")? else {
        return Err(no_workbook());
    };
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Relationship" => {
                if attribute(&tag, "Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
                    && let Some(target) = attribute(&tag, "Target")
                {
                    return Ok(target.trim_start_matches('/').to_owned());
                }
            }
            Event::Eof => return Err(no_workbook()),
            _ => {}
        }
    }
}

/// Id → (type, part).
fn relations(package: &mut Package, folder: &str, part: &str) -> Result<BTreeMap<String, (String, String)>, FileError> {
    let file = part.rsplit('/').next().unwrap_or(part);
    let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let mut targets = BTreeMap::new();
    let Some(mut xml) = package.part(&name)? else {
        return Ok(targets);
    };
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Relationship" => {
                if let (Some(id), Some(kind), Some(target)) =
                    (attribute(&tag, "Id"), attribute(&tag, "Type"), attribute(&tag, "Target"))
                {
                    let part = match target.strip_prefix('/') {
                        Some(absolute) => absolute.to_owned(),
                        None if folder.is_empty() => target,
                        None => format!("{folder}/{target}"),
                    };
                    targets.insert(id, (kind, part));
                }
                if targets.len() > WORKBOOK_ITEMS_MAX {
                    return Err(FileError::new("malformed", "the workbook has too many relations"));
                }
            }
            Event::Eof => return Ok(targets),
            _ => {}
        }
    }
}

/// For each cell style whether it shows a number as a date.
///
/// Source: ECMA-376 part 1, 18.8.30: built-in formats 14 to 17, 22, 27 to 36 and 50 to 58 are dates.
fn date_styles(package: &mut Package, part: &str) -> Result<Vec<bool>, FileError> {
    let (mut own, mut styles, mut in_cells) = (BTreeMap::new(), Vec::new(), false);
    let Some(mut xml) = package.part(part)? else {
        return Ok(styles);
    };
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (
                        attribute(&tag, "numFmtId").and_then(|id| id.parse::<u32>().ok()),
                        attribute(&tag, "formatCode"),
                    ) {
                        own.insert(id, is_date_code(&code));
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
                    let built_in = matches!(id, 14..=17 | 22 | 27..=36 | 50..=58);
                    styles.push(own.get(&id).copied().unwrap_or(built_in));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(styles),
            _ => {}
        }
        if styles.len() > WORKBOOK_ITEMS_MAX || own.len() > WORKBOOK_ITEMS_MAX {
            return Err(FileError::new("malformed", "the workbook has too many cell styles"));
        }
    }
}

/// A number format shows a date if a `d` or `y` stands outside of quotes, brackets and escapes.
fn is_date_code(code: &str) -> bool {
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                characters.by_ref().find(|c| *c == '"');
            }
            '[' => {
                characters.by_ref().find(|c| *c == ']');
            }
            '\\' | '_' | '*' => {
                characters.next();
            }
            'd' | 'D' | 'y' | 'Y' => return true,
            ';' => return false,
            _ => {}
        }
    }
    false
}

fn shared_strings(package: &mut Package, part: &str) -> Result<Strings, FileError> {
    let mut strings = Strings::default();
    let Some(mut xml) = package.part(part)? else {
        return Ok(strings);
    };
    let (mut in_text, mut in_phonetic, mut start) = (false, false, 0);
    loop {
        let event = xml.next()?;
        let mut ended = false;
        match &event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "si" => start = strings.text.len(),
                "t" => in_text = true,
                "rPh" => in_phonetic = true,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => ended = true,
            Event::End(tag) => match tag.local_name().as_ref() {
                "si" => ended = true,
                "t" => in_text = false,
                "rPh" => in_phonetic = false,
                _ => {}
            },
            Event::Eof => return Ok(strings),
            other => {
                if in_text && !in_phonetic {
                    strings.text.push_str(&text_of(other).unwrap_or_default());
                }
            }
        }
        if ended {
            strings.ends.push(u32::try_from(strings.text.len()).unwrap_or(u32::MAX));
            start = strings.text.len();
        }
        let too_long = strings.text.len() - start > CELL_BYTES_MAX;
        if too_long || strings.text.len() > SHARED_STRINGS_BYTES_MAX || strings.ends.len() > SHARED_STRINGS_MAX {
            return Err(FileError::new("too-many-strings", "the workbook's shared strings are too many or too long"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_formats_are_told_from_numbers() {
        for code in ["yyyy-mm-dd", "dd.mm.yy", "[$-407]d. mmmm yyyy", "m/d/yy h:mm"] {
            assert!(is_date_code(code), "{code}");
        }
        for code in ["0.00", "#,##0 \"days\"", "[Red]0", "h:mm", "0\\d", "General"] {
            assert!(!is_date_code(code), "{code}");
        }
    }
}
