//! A record of the log: a line about itself in the open, then the pages.

use std::collections::BTreeMap;

use jiff::Timestamp;
use raally_storage::Change;
use serde::{Deserialize, Serialize};

use crate::body::{CONTENT_MAX, Identities, Packer, Recipients, hex_digest, unpack};
use crate::failed::ShippingError;

const MAGIC: &[u8; 8] = b"raally1\n";
/// Longest line about a record, in bytes.
const HEAD_MAX: usize = 4_096;

/// What a record says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Head {
    pub(crate) generation: String,
    pub(crate) sequence: u64,
    /// Digest of the head before, or of the generation's name.
    pub(crate) previous: String,
    /// Nothing in it was committed later.
    pub(crate) observed_at: Timestamp,
    pub(crate) page_size: u32,
    /// Pages of the database afterwards.
    pub(crate) pages: u32,
    /// What they then add up to, in hexadecimal.
    pub(crate) checksum: String,
    /// Pages in it.
    pub(crate) told: u32,
    pub(crate) commits: u32,
    pub(crate) sealed: bool,
    pub(crate) body_bytes: u64,
    pub(crate) body_digest: String,
}

/// The digest that the first record of a generation follows.
pub(crate) fn first_link(generation: &str) -> String {
    hex_digest(generation.as_bytes())
}

pub(crate) fn shown(checksum: u64) -> String {
    format!("{checksum:016x}")
}

/// Collects the pages of a record.
pub(crate) struct Collected(Packer);

impl Collected {
    pub(crate) fn new() -> Result<Self, ShippingError> {
        Packer::new().map(Self)
    }

    pub(crate) fn page(&mut self, number: u32, page: &[u8]) -> std::io::Result<()> {
        self.0.write(&number.to_be_bytes())?;
        self.0.write(page)
    }

    pub(crate) fn finish(self, recipients: &Recipients) -> Result<Vec<u8>, ShippingError> {
        self.0.finish(recipients)
    }
}

/// What a record follows, and when.
pub(crate) struct Link<'l> {
    pub(crate) generation: &'l str,
    pub(crate) sequence: u64,
    pub(crate) previous: &'l str,
    pub(crate) observed_at: Timestamp,
    pub(crate) page_size: u32,
}

/// The bytes of a record, and its digest.
pub(crate) fn encode(
    link: &Link<'_>,
    change: &Change,
    sealed: bool,
    body: &[u8],
) -> Result<(Vec<u8>, String), ShippingError> {
    let head = Head {
        generation: link.generation.to_owned(),
        sequence: link.sequence,
        previous: link.previous.to_owned(),
        observed_at: link.observed_at,
        page_size: link.page_size,
        pages: change.pages,
        checksum: shown(change.checksum),
        told: change.told,
        commits: change.commits,
        sealed,
        body_bytes: body.len() as u64,
        body_digest: hex_digest(body),
    };
    let head = serde_json::to_vec(&head).map_err(|error| ShippingError::Input(error.to_string()))?;
    let length = u32::try_from(head.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + head.len() + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(body);
    Ok((bytes, hex_digest(&head)))
}

/// A record as it lies in an object.
pub(crate) struct Record<'b> {
    pub(crate) head: Head,
    pub(crate) digest: String,
    body: &'b [u8],
}

/// The next record, and the bytes after it.
pub(crate) fn decode<'b>(object: &str, bytes: &'b [u8]) -> Result<(Record<'b>, &'b [u8]), ShippingError> {
    let cut = || ShippingError::damaged(object, "a record in it is cut off");
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| ShippingError::damaged(object, "holds no record"))?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > HEAD_MAX {
        return Err(ShippingError::damaged(object, "a record in it is damaged"));
    }
    let (head_bytes, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
    let head: Head = serde_json::from_slice(head_bytes)
        .map_err(|error| ShippingError::damaged(object, format!("a record in it is damaged: {error}")))?;
    let body_bytes = usize::try_from(head.body_bytes).map_err(|_| cut())?;
    let (body, rest) = rest.split_at_checked(body_bytes).ok_or_else(cut)?;
    if hex_digest(body) != head.body_digest {
        return Err(ShippingError::damaged(object, format!("record {} is not what was put there", head.sequence)));
    }
    let digest = hex_digest(head_bytes);
    Ok((Record { head, digest, body }, rest))
}

impl Record<'_> {
    /// The pages in it.
    pub(crate) fn pages(&self, object: &str, keys: &Identities) -> Result<BTreeMap<u32, Vec<u8>>, ShippingError> {
        let Head { page_size, told, pages, sealed, sequence, .. } = self.head;
        let size = page_size as usize + 4;
        let opened = keys.open(object, sealed, self.body)?;
        let content = unpack(object, &opened, CONTENT_MAX.min(u64::from(told) * size as u64))?;
        let mut found = BTreeMap::new();
        for entry in content.chunks(size) {
            match entry.split_first_chunk::<4>() {
                Some((number, page)) if page.len() == page_size as usize => {
                    found.insert(u32::from_be_bytes(*number), page.to_vec());
                }
                _ => return Err(ShippingError::damaged(object, format!("record {sequence} is cut off"))),
            }
        }
        let fits = found.len() == told as usize && found.keys().all(|number| (1..=pages).contains(number));
        if fits { Ok(found) } else { Err(ShippingError::damaged(object, format!("record {sequence} has other pages"))) }
    }
}
