//! Any bytes as a CSV table: an answer or an error.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use raally_exchange::{Format, ReadOptions, Source, detect, read};

fuzz_target!(|data: &[u8]| {
    let _ = detect(data, "file");
    let _ = read(&Source::Bytes(data.into()), Format::Csv, &ReadOptions::default(), &mut |_| ControlFlow::Continue(()));
});
