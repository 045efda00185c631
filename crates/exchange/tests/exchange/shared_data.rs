//! Where the real files are: beside the repository, or where `RAALLY_SHARED_DATA` says. They are not part of the repository.

use std::ops::ControlFlow;
use std::path::PathBuf;

use raally_exchange::{FileError, Format, Item, Mapping, ReadOptions, Record, Severity, Source, Summary, detect, read};

/// The folder, or `None` with a line on the output.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("RAALLY_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: shared data not present");
    None
}

pub fn read_all(source: &Source, name: &str, mapping: Option<Mapping>) -> Result<(Vec<Item>, Summary), FileError> {
    let format = detect(&source.head()?, name)?;
    read_as(source, format, mapping)
}

pub fn read_as(source: &Source, format: Format, mapping: Option<Mapping>) -> Result<(Vec<Item>, Summary), FileError> {
    let mut items = Vec::new();
    let options = ReadOptions { mapping, ..ReadOptions::default() };
    let summary = read(source, format, &options, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    })?;
    Ok((items, summary))
}

/// The records; an error in a row fails the test.
pub fn records(items: Vec<Item>) -> Vec<Record> {
    let sound = |item: Item| match item {
        Ok(located) => Some(located.record),
        Err(error) => {
            assert_eq!(error.severity, Severity::Warning, "{error:?}");
            None
        }
    };
    items.into_iter().filter_map(sound).collect()
}

pub fn bytes(bytes: impl AsRef<[u8]>) -> Source {
    Source::Bytes(bytes.as_ref().into())
}
