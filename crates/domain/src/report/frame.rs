//! One pass over people and their assignments: each person's sums by bucket, which the reports fold.

use super::figures::Minutes;
use super::query::{ReportFault, Selection};
use crate::ids::RoleId;
use crate::model::{Commitment, Person};
use crate::plan::{AssignmentRow, PersonSlot};
use crate::rules::{Booking, DayTable, Days, add_load, counted_in_bucket, date_of, day_of, role_on};

/// A person's sums of a bucket.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) minutes: Minutes,
    /// Days with more load than capacity.
    pub(super) overbooked_days: i64,
    /// The bucket as a whole has more load than capacity.
    pub(super) overbooked: bool,
    /// Days without a schedule.
    pub(super) unknown_days: i64,
    /// Confirmed work, on unknown days too.
    pub(super) confirmed_minutes: i64,
    /// Tentative work, on unknown days too.
    pub(super) tentative_minutes: i64,
    /// Minutes that count in the bucket when it is judged.
    pub(super) counted_minutes: i64,
}

/// A person's sums.
pub(super) struct PersonFigures<'a> {
    pub(super) slot: &'a PersonSlot,
    pub(super) person: &'a Person,
    /// One entry a bucket.
    pub(super) buckets: Vec<Figures>,
    /// The same cut by the role in force: one entry unless it changes in the range.
    pub(super) by_role: Vec<(Option<RoleId>, Vec<Minutes>)>,
    /// Assignments of which the minutes are unknown.
    pub(super) unknown_assignments: i64,
}

impl PersonFigures<'_> {
    pub(super) fn total(&self) -> Minutes {
        self.buckets.iter().map(|bucket| bucket.minutes).sum()
    }

    pub(super) fn unknown_days(&self) -> i64 {
        self.buckets.iter().map(|bucket| bucket.unknown_days).sum()
    }
}

/// An assignment's minutes on the days that it has in the range.
pub(super) struct RowLoad<'r> {
    pub(super) slot: &'r PersonSlot,
    pub(super) row: &'r AssignmentRow,
    pub(super) table: &'r DayTable,
    pub(super) days: Days,
    pub(super) minutes: &'r [i64],
    pub(super) known: bool,
}

impl RowLoad<'_> {
    /// Its minutes in a bucket.
    pub(super) fn in_bucket(&self, bucket: Days) -> i64 {
        let both = bucket.intersect(self.days);
        if both.is_empty() {
            return 0;
        }
        let first = (both.from - self.days.from) as usize;
        self.minutes[first..first + both.len()].iter().sum()
    }
}

/// Day by day load of one person; reused from person to person.
#[derive(Default)]
pub(super) struct Loads {
    pub(super) confirmed: Vec<i64>,
    pub(super) tentative: Vec<i64>,
    one: Vec<i64>,
    /// What totals count in each bucket beyond, or below, their expanded minutes.
    corrections: Vec<i64>,
    unknown_assignments: i64,
}

impl Loads {
    /// Loads of a person's kept assignments.
    pub(super) fn fill<'a>(
        &mut self,
        asked: &Selection<'a>,
        slot: &'a PersonSlot,
        table: &DayTable,
        mut each: Option<&mut dyn FnMut(&RowLoad<'_>)>,
    ) {
        let length = asked.range.len();
        for load in [&mut self.confirmed, &mut self.tentative] {
            load.clear();
            load.resize(length, 0);
        }
        self.corrections.clear();
        self.corrections.resize(asked.buckets.len(), 0);
        self.unknown_assignments = 0;
        for row in asked.plan.rows_in(slot, asked.range, asked.query.include_tentative) {
            if !asked.keeps(row) {
                continue;
            }
            let effort = row.effort();
            let booking = Booking { days: row.days(), effort: &effort };
            let of_kind = match row.commitment {
                Commitment::Confirmed => &mut self.confirmed,
                Commitment::Tentative => &mut self.tentative,
            };
            if each.is_none() && !row.is_total() {
                self.unknown_assignments += i64::from(!add_load(&booking, table, asked.range, of_kind));
                continue;
            }
            let days = row.days().intersect(asked.range);
            self.one.clear();
            self.one.resize(days.len(), 0);
            let known = add_load(&booking, table, days, &mut self.one);
            self.unknown_assignments += i64::from(!known);
            let first = (days.from - asked.range.from) as usize;
            for (sum, minutes) in of_kind[first..].iter_mut().zip(&self.one) {
                *sum += minutes;
            }
            let load = RowLoad { slot, row, table, days, minutes: &self.one, known };
            if row.is_total() && known {
                correct(&mut self.corrections, &asked.buckets, &booking, &load);
            }
            if let Some(each) = each.as_mut() {
                each(&load);
            }
        }
    }

    fn figures(&self, range: Days, table: &DayTable, days: Days) -> Figures {
        let first = (days.from - range.from) as usize;
        let (confirmed, tentative) = (&self.confirmed[first..][..days.len()], &self.tentative[first..][..days.len()]);
        let (contracted, base, capacity) = (table.contracted_sum(days), table.base_sum(days), table.capacity_sum(days));
        let mut found = Figures::default();
        let (mut known_confirmed, mut known_tentative, mut unknown) = (0, 0, 0);
        if table.has_unknown(days) {
            for (at, day) in days.iter().enumerate() {
                if table.is_unknown(day) {
                    found.unknown_days += 1;
                    unknown += confirmed[at] + tentative[at];
                } else {
                    known_confirmed += confirmed[at];
                    known_tentative += tentative[at];
                    let capacity = i64::from(table.capacity(Days::new(day, day))[0]);
                    found.overbooked_days += i64::from(confirmed[at] + tentative[at] > capacity);
                }
            }
        } else {
            for ((confirmed, tentative), capacity) in confirmed.iter().zip(tentative).zip(table.capacity(days)) {
                known_confirmed += confirmed;
                known_tentative += tentative;
                found.overbooked_days += i64::from(confirmed + tentative > i64::from(*capacity));
            }
        }
        found.confirmed_minutes = confirmed.iter().sum();
        found.tentative_minutes = tentative.iter().sum();
        found.minutes = Minutes {
            contracted_minutes: contracted,
            holiday_minutes: contracted - base,
            time_off_minutes: base - capacity,
            capacity_minutes: capacity,
            confirmed_minutes: known_confirmed,
            tentative_minutes: known_tentative,
            free_minutes: (capacity - known_confirmed - known_tentative).max(0),
            unknown_capacity_minutes: unknown,
        };
        found
    }

    /// A person's sums of each bucket.
    pub(super) fn bucket_figures(&self, asked: &Selection<'_>, table: &DayTable) -> Vec<Figures> {
        let judged = |(bucket, correction): (&Days, &i64)| {
            let mut found = self.figures(asked.range, table, *bucket);
            let load = found.minutes.allocated_minutes() + correction;
            found.counted_minutes = load;
            found.overbooked = found.unknown_days == 0 && load > found.minutes.capacity_minutes;
            found
        };
        asked.buckets.iter().zip(&self.corrections).map(judged).collect()
    }
}

/// The buckets that days touch, each with its place.
pub(super) fn touched(buckets: &[Days], days: Days) -> impl Iterator<Item = (usize, Days)> {
    let first = buckets.partition_point(|bucket| bucket.to < days.from);
    buckets.iter().copied().enumerate().skip(first).take_while(move |(_, bucket)| bucket.from <= days.to)
}

fn correct(corrections: &mut [i64], buckets: &[Days], booking: &Booking<'_>, load: &RowLoad<'_>) {
    for (at, bucket) in touched(buckets, load.days) {
        let expanded = load.in_bucket(bucket);
        corrections[at] += counted_in_bucket(booking, load.table, bucket, expanded) - expanded;
    }
}

/// Everybody's sums, in no order.
pub(super) struct Frame<'a> {
    pub(super) people: Vec<PersonFigures<'a>>,
}

impl<'a> Frame<'a> {
    /// Sums of all selected people, without placeholders. `each` sees every assignment's minutes.
    pub(super) fn build(
        asked: &Selection<'a>,
        mut each: Option<&mut dyn FnMut(&RowLoad<'_>)>,
    ) -> Result<Self, ReportFault> {
        let selected: Vec<_> = asked.people().collect();
        asked.bound(selected.len())?;
        let mut loads = Loads::default();
        let mut people = Vec::with_capacity(selected.len());
        for (slot, person) in selected {
            let table = asked.plan.working_days(slot, asked.range, asked.query.include_pending);
            match each.as_mut() {
                Some(each) => loads.fill(asked, slot, &table, Some(*each)),
                None => loads.fill(asked, slot, &table, None),
            }
            let buckets = loads.bucket_figures(asked, &table);
            let by_role = by_role(asked, person, &loads, &table, &buckets);
            let unknown_assignments = loads.unknown_assignments;
            people.push(PersonFigures { slot, person, buckets, by_role, unknown_assignments });
        }
        Ok(Self { people })
    }

    /// Sums of all people in each bucket.
    pub(super) fn sums(&self, buckets: usize) -> Vec<Minutes> {
        let of = |bucket: usize| self.people.iter().map(|person| person.buckets[bucket].minutes).sum();
        (0..buckets).map(of).collect()
    }
}

/// Stretches of the range with one role each.
pub(super) fn role_stretches(person: &Person, range: Days) -> Vec<(Option<RoleId>, Days)> {
    let mut stretches: Vec<(Option<RoleId>, Days)> = Vec::with_capacity(1);
    let changes = person.job_titles.iter().map(|title| day_of(title.valid_from));
    let starts = std::iter::once(range.from).chain(changes.filter(|day| range.contains(*day) && *day != range.from));
    for from in starts {
        let role = role_on(person, date_of(from));
        match stretches.last_mut() {
            Some((known, _)) if *known == role => {}
            Some((_, days)) => {
                days.to = from - 1;
                stretches.push((role, Days::new(from, range.to)));
            }
            None => stretches.push((role, range)),
        }
    }
    stretches
}

fn by_role(
    asked: &Selection<'_>,
    person: &Person,
    loads: &Loads,
    table: &DayTable,
    buckets: &[Figures],
) -> Vec<(Option<RoleId>, Vec<Minutes>)> {
    let stretches = role_stretches(person, asked.range);
    if let [(role, _)] = stretches[..] {
        return vec![(role, buckets.iter().map(|figures| figures.minutes).collect())];
    }
    let mut found: Vec<(Option<RoleId>, Vec<Minutes>)> = Vec::new();
    for (role, days) in stretches {
        let cut = asked.buckets.iter().map(|bucket| bucket.intersect(days));
        let minutes = cut.map(|days| match days.is_empty() {
            true => Minutes::default(),
            false => loads.figures(asked.range, table, days).minutes,
        });
        match found.iter_mut().find(|(known, _)| *known == role) {
            Some((_, sums)) => sums.iter_mut().zip(minutes).for_each(|(sum, part)| *sum += part),
            None => found.push((role, minutes.collect())),
        }
    }
    found
}
