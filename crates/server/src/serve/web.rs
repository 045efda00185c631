//! The web application, built in when `web/dist` held one at build time.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use flate2::read::GzDecoder;
use raally_api::{Asset, Assets};
use rust_embed::{Metadata, RustEmbed};

/// Of texts the packed copies alone: the plain ones would be a megabyte of the program, and no browser asks for them.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[exclude = "*.css"]
#[exclude = "*.html"]
#[exclude = "*.js"]
#[exclude = "*.json"]
#[exclude = "*.svg"]
struct Dist;

struct Embedded;

/// The files, if there are any; without them the API serves its own page.
pub fn assets() -> Option<Arc<dyn Assets>> {
    Embedded.get("index.html").map(|_| Arc::new(Embedded) as Arc<dyn Assets>)
}

impl Assets for Embedded {
    fn get(&self, path: &str) -> Option<Asset> {
        let Some(file) = Dist::get(path) else { return unpacked(path) };
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some(Asset { bytes, tag: tag(&file.metadata) })
    }
}

/// A text for who takes no packed one.
fn unpacked(path: &str) -> Option<Asset> {
    let packed = Dist::get(&format!("{path}.gz"))?;
    let mut bytes = Vec::new();
    GzDecoder::new(&*packed.data).read_to_end(&mut bytes).ok()?;
    Some(Asset { bytes: bytes.into(), tag: tag(&packed.metadata) })
}

fn tag(metadata: &Metadata) -> String {
    metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}
