//! Any bytes as a mapping, up to a zero byte, and as the table that it is for, behind it: an answer or an error.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use raally_exchange::{Format, Mapping, ReadOptions, Source, inspect, read};

const TABLE: &[u8] = b"Name;Project;Role;KW 1;KW 2;KW 3;From;Hours\nAnna;P-1 Portal;Dev;8;4,5;;2026-01-05;8\nTotal;;;8;4,5;;;\n";

fuzz_target!(|data: &[u8]| {
    let (json, table) = data.iter().position(|byte| *byte == 0).map_or((data, TABLE), |at| (&data[..at], &data[at + 1..]));
    if let Ok(mapping) = Mapping::from_json(json) {
        let source = Source::Bytes(table.into());
        let _ = inspect(&source, Format::Csv, &mapping);
        let options = ReadOptions { mapping: Some(mapping), holidays: None };
        let _ = read(&source, Format::Csv, &options, &mut |_| ControlFlow::Continue(()));
    }
});
