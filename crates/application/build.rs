//! Packs the built-in holidays: a megabyte of the program that is read about once a year becomes a seventh of it.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::ZlibEncoder;

fn main() -> Result<(), Box<dyn Error>> {
    let source = "../domain/data/holidays.gen.json";
    println!("cargo:rerun-if-changed={source}");
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&fs::read(source)?)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("holidays.json.z"), packed.finish()?)?;
    Ok(())
}
