//! Puts every page of a snapshot, in parts, and the manifest last.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use raally_storage::Snapshot;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::body::{Packer, Recipients, hex_digest};
use crate::failed::ShippingError;
use crate::manifest::{Manifest, PART_PAGES, Part};
use crate::names;
use crate::place::Place;
use crate::progress::Progress;
use crate::record::shown;

/// Pause after a part that could not be put.
const PAUSE: Duration = Duration::from_millis(500);

/// What a base is made with.
pub(crate) struct Making {
    pub(crate) place: Place,
    pub(crate) runtime: Handle,
    pub(crate) recipients: Recipients,
    pub(crate) keys: Vec<(String, PathBuf)>,
    pub(crate) version: String,
    pub(crate) progress: Arc<Progress>,
    /// Set: nobody wants it any more.
    pub(crate) given_up: Arc<AtomicBool>,
}

/// Where in the chain it stands.
pub(crate) struct Standing {
    pub(crate) generation: String,
    pub(crate) sequence: u64,
    pub(crate) link: String,
    pub(crate) observed_at: Timestamp,
}

/// Makes it on a thread of its own: the log goes on meanwhile.
pub(crate) fn start(
    making: Making,
    standing: Standing,
    snapshot: Snapshot,
) -> Result<JoinHandle<Result<(), ShippingError>>, ShippingError> {
    let work = move || {
        let made = making.make(&standing, &snapshot);
        if made.is_ok() {
            making.progress.based();
        }
        made
    };
    std::thread::Builder::new().name("raally-base".to_owned()).spawn(work).map_err(ShippingError::disk("a thread"))
}

impl Making {
    fn make(&self, standing: &Standing, snapshot: &Snapshot) -> Result<(), ShippingError> {
        if snapshot.pages() == 0 {
            return Err(ShippingError::Input("the database is empty: there is nothing to make a base of".to_owned()));
        }
        let folder = names::base(&standing.generation, standing.sequence);
        let mut parts = Vec::new();
        let mut page = vec![0; snapshot.page_size() as usize];
        let mut first = 1;
        while first <= snapshot.pages() {
            let last = snapshot.pages().min(first + PART_PAGES - 1);
            let mut packer = Packer::new()?;
            for number in first..=last {
                let read = snapshot.read(number, &mut page).and_then(|()| packer.write(&page));
                read.map_err(ShippingError::disk("the base"))?;
            }
            let bytes = packer.finish(&self.recipients)?;
            parts.push(self.put(&names::part(&folder, parts.len()), bytes)?);
            first = last + 1;
        }
        let keys = if self.recipients.seal() { Some(self.put_keys(&folder)?) } else { None };
        let manifest = Manifest {
            generation: standing.generation.clone(),
            sequence: standing.sequence,
            link: standing.link.clone(),
            observed_at: standing.observed_at,
            page_size: snapshot.page_size(),
            pages: snapshot.pages(),
            checksum: shown(snapshot.checksum()),
            sealed: self.recipients.seal(),
            parts,
            keys,
            version: self.version.clone(),
        };
        self.put(&names::manifest(&folder), manifest.encode()?).map(|_| ())
    }

    /// The keys without which the data can't be read, sealed; they never leave unsealed.
    fn put_keys(&self, folder: &str) -> Result<Part, ShippingError> {
        let mut map = serde_json::Map::new();
        for (name, path) in &self.keys {
            match std::fs::read(path).map(Zeroizing::new) {
                Ok(bytes) => {
                    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    map.insert(name.clone(), hex.into());
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(ShippingError::disk(path.display())(error)),
            }
        }
        let text = serde_json::to_vec(&map).map_err(|error| ShippingError::Input(error.to_string()))?;
        self.put(&names::keys(folder), self.recipients.close(text)?)
    }

    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<Part, ShippingError> {
        let part = Part { bytes: bytes.len() as u64, digest: hex_digest(&bytes) };
        let bytes = bytes::Bytes::from(bytes);
        loop {
            if self.given_up.load(Relaxed) {
                return Err(ShippingError::Unreachable("the base was given up".to_owned()));
            }
            match self.runtime.block_on(self.place.put(name, bytes.clone())) {
                Ok(()) => break,
                Err(error) => {
                    self.progress.failures.fetch_add(1, Relaxed);
                    tracing::debug!(%error, object = name, "a part of the base is tried again");
                    std::thread::sleep(PAUSE);
                }
            }
        }
        self.progress.put(bytes.len());
        Ok(part)
    }
}
