//! Makes a database of a base and the records after it, and holds every step against what was written down.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use jiff::Timestamp;
use raally_storage::hash_of;
use zeroize::Zeroizing;

use crate::body::{Identities, hex_digest, unpack};
use crate::failed::ShippingError;
use crate::housekeeping::{Found, bases, generations};
use crate::manifest::{Manifest, PART_PAGES, Part};
use crate::names;
use crate::place::Place;
use crate::record::{Head, decode, shown};

/// Which moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Nothing later; without it, everything there is.
    pub to: Option<Timestamp>,
    /// Where something is damaged, take the last good moment before it instead of nothing.
    pub last_good: bool,
}

/// Files with keys, by name.
pub type Keys = Vec<(String, Zeroizing<Vec<u8>>)>;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Which generation it is from.
    pub generation: String,
    /// When its base was taken.
    pub based_at: Timestamp,
    /// Everything acknowledged before this moment, less the pause between two records, is in it, and nothing later.
    pub reached: Timestamp,
    /// The last record in it; 0 for the base alone.
    pub sequence: u64,
    /// Records put on the base.
    pub records: u64,
    /// Bytes of the database.
    pub bytes: u64,
    /// Files with the installation's keys, by name, when they were shipped.
    pub keys: Keys,
    /// What was found damaged and left out, when the last good moment was asked for.
    pub faults: Vec<String>,
}

/// Writes the database of the wanted moment to a new file.
///
/// # Errors
/// `Input` when there is no backup before that moment or it is sealed to somebody else; `Damaged` names the object that is
/// not what was put there; `Unreachable`; `Disk`.
pub async fn restore(
    place: &Place,
    keys: &Identities,
    wanted: Wanted,
    target: &Path,
) -> Result<Restored, ShippingError> {
    let mut faults = Vec::new();
    for generation in generations(place).await?.iter().rev() {
        for base in bases(place, generation).await?.iter().rev() {
            match from_base(place, keys, wanted, target, base, &mut faults).await {
                Ok(Some(restored)) => return Ok(Restored { faults, ..restored }),
                Ok(None) => {}
                Err(error @ ShippingError::Damaged { .. }) if wanted.last_good => faults.push(error.to_string()),
                Err(error) => return Err(error),
            }
        }
    }
    let moment = wanted.to.map_or_else(String::new, |to| format!(" from before {to}"));
    if let Some(fault) = faults.first() {
        return Err(ShippingError::damaged(place.to_string(), format!("no backup{moment} is whole: {fault}")));
    }
    Err(ShippingError::Input(format!("there is no backup{moment} in {place}")))
}

/// Restores from this base; none when it is too new or was never finished.
async fn from_base(
    place: &Place,
    keys: &Identities,
    wanted: Wanted,
    target: &Path,
    base: &Found,
    faults: &mut Vec<String>,
) -> Result<Option<Restored>, ShippingError> {
    let Some(manifest) = base.manifest(place).await? else { return Ok(None) };
    if wanted.to.is_some_and(|to| manifest.observed_at > to) {
        return Ok(None);
    }
    if manifest.generation != base.generation || manifest.sequence != base.sequence {
        return Err(ShippingError::damaged(names::manifest(&base.folder()), "belongs elsewhere"));
    }
    let mut copy = Copy::begin(target, &manifest)?;
    for (number, part) in manifest.parts.iter().enumerate() {
        let name = names::part(&base.folder(), number);
        copy.part(&name, number, &open(place, keys, &name, manifest.sealed, part).await?)?;
    }
    if shown(copy.sum) != manifest.checksum {
        return Err(ShippingError::damaged(base.folder(), "its pages do not add up"));
    }
    let found = match &manifest.keys {
        Some(part) => read_keys(&open(place, keys, &names::keys(&base.folder()), true, part).await?)?,
        None => Vec::new(),
    };
    let applied = apply_log(place, keys, wanted.to, &mut copy).await;
    match applied {
        Err(error @ ShippingError::Damaged { .. }) if wanted.last_good => faults.push(error.to_string()),
        other => other?,
    }
    copy.file.sync_all().map_err(ShippingError::disk(target.display()))?;
    Ok(Some(Restored {
        generation: manifest.generation,
        based_at: manifest.observed_at,
        reached: copy.reached,
        sequence: copy.sequence,
        records: copy.sequence - manifest.sequence,
        bytes: u64::from(manifest.page_size) * copy.hashes.len() as u64,
        keys: found,
        faults: Vec::new(),
    }))
}

async fn open(
    place: &Place,
    keys: &Identities,
    name: &str,
    sealed: bool,
    part: &Part,
) -> Result<Vec<u8>, ShippingError> {
    let bytes = place.get(name).await?;
    if bytes.len() as u64 != part.bytes || hex_digest(&bytes) != part.digest {
        return Err(ShippingError::damaged(name, "is not what was put there"));
    }
    keys.open(name, sealed, &bytes)
}

fn read_keys(text: &[u8]) -> Result<Keys, ShippingError> {
    let damaged = |what: String| ShippingError::damaged("keys", what);
    let map: BTreeMap<String, String> = serde_json::from_slice(text).map_err(|error| damaged(error.to_string()))?;
    let file = |(name, hex): (String, String)| {
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.');
        if !plain || name.starts_with('.') {
            return Err(damaged(format!("{name:?} is no name of a key")));
        }
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or("?"));
        let bytes: Result<Vec<u8>, _> = pairs.map(|pair| u8::from_str_radix(pair, 16)).collect();
        Ok((name, Zeroizing::new(bytes.map_err(|error| damaged(error.to_string()))?)))
    };
    map.into_iter().map(file).collect()
}

/// Which objects hold the records after a sequence, each with the last one in it.
fn chain_of(names: Vec<String>, after: u64) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = names.iter().filter_map(|name| names::records_of(name)).collect();
    ranges.retain(|(_, last)| *last > after);
    // The longest first where several hold the same: a pack and what it was made of.
    ranges.sort_by_key(|(first, last)| (*first, std::cmp::Reverse(*last)));
    ranges
}

async fn apply_log(
    place: &Place,
    keys: &Identities,
    to: Option<Timestamp>,
    copy: &mut Copy,
) -> Result<(), ShippingError> {
    let generation = copy.generation.clone();
    let ranges = chain_of(place.names(&names::log(&generation)).await?, copy.sequence);
    for (first, last) in ranges {
        if last <= copy.sequence {
            continue;
        }
        let name = names::records(&generation, first, last);
        if first > copy.sequence + 1 {
            let missing = (copy.sequence + 1, first - 1);
            let what = format!("records {} to {} before it are missing", missing.0, missing.1);
            return Err(ShippingError::damaged(name, what));
        }
        let Some(bytes) = place.find(&name).await? else {
            // It was packed or removed since it was listed.
            return Err(ShippingError::damaged(name, "went while it was being restored; try again"));
        };
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (record, after) = decode(&name, rest)?;
            rest = after;
            if record.head.sequence <= copy.sequence {
                continue;
            }
            if to.is_some_and(|to| record.head.observed_at > to) {
                return Ok(());
            }
            copy.follows(&name, &record.head)?;
            copy.apply(&name, &record.head, &record.digest, &record.pages(&name, keys)?)?;
        }
        if copy.sequence < last {
            return Err(ShippingError::damaged(name, format!("ends with record {}, not {last}", copy.sequence)));
        }
    }
    Ok(())
}

/// A database in the making.
struct Copy {
    file: File,
    generation: String,
    page_size: usize,
    hashes: Vec<u64>,
    sum: u64,
    sequence: u64,
    link: String,
    reached: Timestamp,
}

impl Copy {
    fn begin(target: &Path, manifest: &Manifest) -> Result<Self, ShippingError> {
        let mut options = File::options();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.create(true).truncate(true).write(true).open(target);
        Ok(Self {
            file: opened.map_err(ShippingError::disk(target.display()))?,
            generation: manifest.generation.clone(),
            page_size: manifest.page_size as usize,
            hashes: Vec::new(),
            sum: 0,
            sequence: manifest.sequence,
            link: manifest.link.clone(),
            reached: manifest.observed_at,
        })
    }

    fn part(&mut self, name: &str, number: usize, packed: &[u8]) -> Result<(), ShippingError> {
        let max = u64::from(PART_PAGES) * self.page_size as u64;
        let content = unpack(name, packed, max)?;
        if !content.len().is_multiple_of(self.page_size) {
            return Err(ShippingError::damaged(name, "is cut off"));
        }
        self.write(number as u64 * max, &content)?;
        for page in content.chunks(self.page_size) {
            let hash = hash_of(u32::try_from(self.hashes.len() + 1).unwrap_or(u32::MAX), page);
            self.hashes.push(hash);
            self.sum ^= hash;
        }
        Ok(())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), ShippingError> {
        self.file.write_all_at(bytes, at).map_err(ShippingError::disk("the restored database"))
    }

    fn follows(&self, name: &str, head: &Head) -> Result<(), ShippingError> {
        let same = head.generation == self.generation && head.page_size as usize == self.page_size;
        if same && head.sequence == self.sequence + 1 && head.previous == self.link {
            return Ok(());
        }
        let (sequence, wanted) = (head.sequence, self.sequence + 1);
        Err(ShippingError::damaged(
            name,
            format!("record {sequence} does not follow: {wanted} of this chain is missing"),
        ))
    }

    /// Counts first and writes then: a record that does not add up leaves the copy as it was.
    fn apply(
        &mut self,
        name: &str,
        head: &Head,
        digest: &str,
        pages: &BTreeMap<u32, Vec<u8>>,
    ) -> Result<(), ShippingError> {
        let mut hashes = self.hashes.clone();
        let mut sum = self.sum;
        while hashes.len() > head.pages as usize {
            sum ^= hashes.pop().unwrap_or(0);
        }
        let zeros = vec![0; self.page_size];
        while hashes.len() < head.pages as usize {
            let hash = hash_of(u32::try_from(hashes.len() + 1).unwrap_or(u32::MAX), &zeros);
            sum ^= hash;
            hashes.push(hash);
        }
        for (&number, page) in pages {
            let hash = hash_of(number, page);
            let kept = &mut hashes[number as usize - 1];
            sum ^= *kept ^ hash;
            *kept = hash;
        }
        if shown(sum) != head.checksum {
            return Err(ShippingError::damaged(
                name,
                format!("after record {} the pages do not add up", head.sequence),
            ));
        }
        let bytes = u64::from(head.pages) * self.page_size as u64;
        self.file.set_len(bytes).map_err(ShippingError::disk("the restored database"))?;
        for (&number, page) in pages {
            self.write(u64::from(number - 1) * self.page_size as u64, page)?;
        }
        (self.hashes, self.sum, self.sequence) = (hashes, sum, head.sequence);
        digest.clone_into(&mut self.link);
        self.reached = head.observed_at;
        Ok(())
    }
}
