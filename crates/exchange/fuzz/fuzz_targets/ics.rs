//! Any bytes as an iCalendar file, its yearly days over a century: an answer or an error.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use raally_exchange::{Format, ReadOptions, Source, read};

fuzz_target!(|data: &[u8]| {
    let holidays = "2000-01-01".parse().ok().zip("2099-12-31".parse().ok());
    let options = ReadOptions { mapping: None, holidays };
    let _ = read(&Source::Bytes(data.into()), Format::Ics, &options, &mut |_| ControlFlow::Continue(()));
});
