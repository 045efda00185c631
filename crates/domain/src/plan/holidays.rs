//! Public holidays by region; where a day has several, the strongest observance holds.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::ids::HolidayId;
use crate::model::{Holiday, Observance};
use crate::rules::{Day, day_of, strength};

/// The holidays of all regions.
#[derive(Clone, Debug, Default)]
pub(super) struct Holidays {
    by_id: FxHashMap<HolidayId, (String, Day)>,
    regions: FxHashMap<String, Region>,
}

#[derive(Clone, Debug, Default)]
struct Region {
    entries: BTreeMap<(Day, HolidayId), Observance>,
    days: Vec<(Day, Observance)>,
}

impl Holidays {
    /// The days of a region in order, one entry a day.
    pub(super) fn of_region(&self, region: &str) -> &[(Day, Observance)] {
        self.regions.get(region).map_or(&[], |region| &region.days)
    }

    pub(super) fn put(&mut self, id: HolidayId, holiday: &Holiday) {
        self.remove(id);
        let day = day_of(holiday.on);
        self.by_id.insert(id, (holiday.region.clone(), day));
        let region = self.regions.entry(holiday.region.clone()).or_default();
        region.entries.insert((day, id), holiday.observance);
        region.settle(day);
    }

    pub(super) fn remove(&mut self, id: HolidayId) {
        let Some((name, day)) = self.by_id.remove(&id) else {
            return;
        };
        if let Some(region) = self.regions.get_mut(&name) {
            region.entries.remove(&(day, id));
            region.settle(day);
        }
    }
}

impl Region {
    fn settle(&mut self, day: Day) {
        let least = HolidayId(uuid::Uuid::nil());
        let on_day = self.entries.range((day, least)..(day + 1, least)).map(|(_, observance)| *observance);
        let strongest = on_day.max_by_key(|observance| strength(*observance));
        match (self.days.binary_search_by_key(&day, |(on, _)| *on), strongest) {
            (Ok(at), Some(observance)) => self.days[at].1 = observance,
            (Ok(at), None) => drop(self.days.remove(at)),
            (Err(at), Some(observance)) => self.days.insert(at, (day, observance)),
            (Err(_), None) => {}
        }
    }
}
