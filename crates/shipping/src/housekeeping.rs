//! Removes what no moment worth going back to needs.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::failed::ShippingError;
use crate::manifest::Manifest;
use crate::names;
use crate::place::Place;

/// A base that was finished.
pub(crate) struct Found {
    pub(crate) generation: String,
    pub(crate) sequence: u64,
}

impl Found {
    pub(crate) fn folder(&self) -> String {
        names::base(&self.generation, self.sequence)
    }

    /// None when it was never finished.
    pub(crate) async fn manifest(&self, place: &Place) -> Result<Option<Manifest>, ShippingError> {
        let name = names::manifest(&self.folder());
        let bytes = place.find(&name).await?;
        bytes.map(|bytes| Manifest::decode(&name, &bytes)).transpose()
    }
}

/// All generations, the oldest first.
pub(crate) async fn generations(place: &Place) -> Result<Vec<String>, ShippingError> {
    Ok(place.folders("").await?.into_iter().filter(|name| names::is_generation(name)).collect())
}

/// The bases of a generation, finished or not, the oldest first.
pub(crate) async fn bases(place: &Place, generation: &str) -> Result<Vec<Found>, ShippingError> {
    let folders = place.folders(generation).await?;
    let mut found: Vec<Found> = folders
        .iter()
        .filter_map(|name| names::base_sequence(name))
        .map(|sequence| Found { generation: generation.to_owned(), sequence })
        .collect();
    found.sort_by_key(|base| base.sequence);
    Ok(found)
}

/// Keeps the newest base that is older than the wanted time, and everything after it; removes the rest. How many folders
/// and objects went.
pub(crate) async fn remove_older(place: &Place, keep: Duration) -> Result<usize, ShippingError> {
    let keep = SignedDuration::try_from(keep).unwrap_or(SignedDuration::MAX);
    let Ok(oldest) = Timestamp::now().checked_sub(keep) else { return Ok(0) };
    let generations = generations(place).await?;
    let Some((kept, sequence)) = still_needed(place, &generations, oldest).await? else { return Ok(0) };
    let mut removed = 0;
    for generation in generations.iter().take_while(|generation| **generation < kept) {
        place.remove_folder(generation).await?;
        removed += 1;
    }
    for base in bases(place, &kept).await?.iter().filter(|base| base.sequence < sequence) {
        // The manifest goes first: half a removal is a base that was never finished.
        place.remove(&[names::manifest(&base.folder())]).await?;
        place.remove_folder(&base.folder()).await?;
        removed += 1;
    }
    let log = names::log(&kept);
    let old = |name: &String| names::records_of(name).is_some_and(|(_, last)| last <= sequence);
    let names: Vec<String> =
        place.names(&log).await?.into_iter().filter(old).map(|name| format!("{log}/{name}")).collect();
    place.remove(&names).await?;
    Ok(removed + names.len())
}

/// The newest finished base that is old enough.
async fn still_needed(
    place: &Place,
    generations: &[String],
    oldest: Timestamp,
) -> Result<Option<(String, u64)>, ShippingError> {
    for generation in generations.iter().rev() {
        for base in bases(place, generation).await?.iter().rev() {
            // One that can't be read is not what everything else is given up for.
            if let Ok(Some(manifest)) = base.manifest(place).await
                && manifest.observed_at <= oldest
            {
                return Ok(Some((generation.clone(), base.sequence)));
            }
        }
    }
    Ok(None)
}
