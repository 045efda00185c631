//! What a base consists of. Written last: a base without a manifest was never finished.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::body::hex_digest;
use crate::failed::ShippingError;

/// Pages in one part: 16 MiB with pages of 4 KiB.
pub(crate) const PART_PAGES: u32 = 4_096;
/// Largest size of a page that SQLite has.
const PAGE_SIZE_MAX: u32 = 65_536;

/// An object and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Part {
    pub(crate) bytes: u64,
    pub(crate) digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) generation: String,
    /// The last record that is in it.
    pub(crate) sequence: u64,
    /// Its digest: what the next record follows.
    pub(crate) link: String,
    /// Nothing in it was committed later.
    pub(crate) observed_at: Timestamp,
    pub(crate) page_size: u32,
    pub(crate) pages: u32,
    pub(crate) checksum: String,
    pub(crate) sealed: bool,
    pub(crate) parts: Vec<Part>,
    /// The installation's keys, sealed.
    pub(crate) keys: Option<Part>,
    /// The program that made it.
    pub(crate) version: String,
}

impl Manifest {
    /// As bytes: their digest on the first line.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, ShippingError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| ShippingError::Input(error.to_string()))?;
        Ok(format!("{}\n{text}\n", hex_digest(text.as_bytes())).into_bytes())
    }

    pub(crate) fn decode(object: &str, bytes: &[u8]) -> Result<Self, ShippingError> {
        let damaged = |what: String| ShippingError::damaged(object, what);
        let text = std::str::from_utf8(bytes).map_err(|error| damaged(error.to_string()))?;
        let (digest, text) = text.split_once('\n').ok_or_else(|| damaged("is cut off".to_owned()))?;
        let text = text.trim_end();
        if hex_digest(text.as_bytes()) != digest {
            return Err(damaged("is not what was put there".to_owned()));
        }
        let manifest: Self = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
        let whole = manifest.parts.len() == manifest.pages.div_ceil(PART_PAGES) as usize;
        let sized = manifest.page_size.is_power_of_two() && (512..=PAGE_SIZE_MAX).contains(&manifest.page_size);
        let whole = whole && manifest.pages > 0;
        if whole && sized { Ok(manifest) } else { Err(damaged("does not fit together".to_owned())) }
    }
}
