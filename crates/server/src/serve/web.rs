//! The web application, built in when `web/dist` held one at build time.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use raally_api::{Asset, Assets};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

struct Embedded;

/// The files, if there are any; without them the API serves its own page.
pub fn assets() -> Option<Arc<dyn Assets>> {
    Dist::get("index.html").map(|_| Arc::new(Embedded) as Arc<dyn Assets>)
}

impl Assets for Embedded {
    fn get(&self, path: &str) -> Option<Asset> {
        let file = Dist::get(path)?;
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let tag = file.metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Asset { bytes, tag })
    }
}
