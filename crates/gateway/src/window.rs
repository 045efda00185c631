//! Counts of the last moments, without a lock: ten slots of time that are overwritten in turn, for each worker its own.

use std::sync::atomic::{AtomicU64, Ordering};

/// What one worker writes to, on cache lines that no other worker writes to.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Lane<T>(pub T);

/// A lane for each worker.
pub(crate) fn lanes<T: Default>(workers: usize) -> Box<[Lane<T>]> {
    (0..workers).map(|_| Lane::default()).collect()
}

const SLOTS: u64 = 10;

/// How often something happened within the window that ends now. It is exact to a tenth of its length.
#[derive(Debug)]
pub(crate) struct Window {
    slot_us: u64,
    /// Number of the slot since the beginning (upper half) and count within it (lower half), by worker.
    lanes: Box<[Lane<[AtomicU64; SLOTS as usize]>]>,
}

impl Window {
    pub fn new(length_us: u64, workers: usize) -> Self {
        Self { slot_us: (length_us / SLOTS).max(1), lanes: lanes(workers) }
    }

    pub fn add(&self, worker: usize, now_us: u64) {
        let number = (now_us / self.slot_us) & 0xffff_ffff;
        let Some(slot) = self.lanes[worker].0.get(usize::try_from(number % SLOTS).unwrap_or(0)) else { return };
        // Relaxed: a count, not a message to another thread.
        let _ = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| {
            if old >> 32 == number { Some(old.saturating_add(1)) } else { Some((number << 32) | 1) }
        });
    }

    pub fn sum(&self, now_us: u64) -> u64 {
        let number = (now_us / self.slot_us) & 0xffff_ffff;
        let oldest = number.saturating_sub(SLOTS - 1);
        self.lanes
            .iter()
            .flat_map(|lane| &lane.0)
            .map(|slot| slot.load(Ordering::Relaxed))
            .filter(|slot| (oldest..=number).contains(&(slot >> 32)))
            .map(|slot| slot & 0xffff_ffff)
            .sum()
    }

    pub fn clear(&self) {
        self.lanes.iter().flat_map(|lane| &lane.0).for_each(|slot| slot.store(0, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_the_window_counts_no_more() {
        let window = Window::new(10_000_000, 2);
        for second in 0..20 {
            window.add(usize::from(second % 2 == 0), second * 1_000_000);
        }
        assert_eq!(window.sum(19_000_000), 10);
        assert_eq!(window.sum(25_000_000), 4);
        assert_eq!(window.sum(60_000_000), 0);
        window.clear();
        assert_eq!(window.sum(19_000_000), 0);
    }
}
