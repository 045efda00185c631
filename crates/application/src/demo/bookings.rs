//! Who does what when: a year of assignments around today in every form of effort, and time off.

use jiff::civil::Date;
use raally_domain::event::{AssignmentEvent, TimeOffEvent};
use raally_domain::ids::PersonId;
use raally_domain::model::{
    Assignment, AssignmentDetails, Commitment, Effort, Pace, Span, TimeOff, TimeOffDetails, TimeOffKind,
};
use raally_storage::Tx;

use super::Company;
use super::company::{PEOPLE, PLACEHOLDERS, PROJECTS, Week, monday};
use super::plan::friday;
use super::random::Chance;
use crate::app::App;
use crate::failure::Failure;

/// The plan goes from so many weeks before today to so many after.
const WEEKS_AROUND: i64 = 26;

impl Company {
    /// Books everybody; how many assignments there are.
    pub(super) async fn book(&self, app: &App, tx: &mut Tx<'_>) -> Result<usize, Failure> {
        let mut chance = Chance::new(2_026);
        let mut wanted = Vec::new();
        for index in 0..self.people.len() {
            self.book_person(index, &mut chance, &mut wanted);
        }
        for (index, person) in self.placeholders.iter().enumerate() {
            for _ in 0..3 {
                let from = 1 + chance.below(14);
                let project = self.running(from, &mut chance);
                let effort = Effort::HoursPerWeek { minutes_per_week: 32 * 60 };
                wanted.extend(self.booking(*person, PLACEHOLDERS[index].1, project, (from, from + 7), effort));
            }
        }
        for details in &wanted {
            self.add::<Assignment>(app, tx, vec![AssignmentEvent::Booked(details.clone())]).await?;
        }
        Ok(wanted.len())
    }

    /// Blocks of some weeks one after the other, now and then a gap, a second project beside, or too much.
    fn book_person(&self, index: usize, chance: &mut Chance, wanted: &mut Vec<AssignmentDetails>) {
        let (_, _, role, _, _, week, _) = PEOPLE[index];
        let person = self.people[index];
        let weekly = match week {
            Week::Full | Week::NineDays => 2_400,
            Week::FourDays => 1_920,
            Week::ThirtyHours => 1_800,
            Week::Mornings => 1_200,
        };
        let mut from = -WEEKS_AROUND + chance.below(2);
        let mut project = self.running(from, chance);
        while from <= WEEKS_AROUND {
            if chance.percent(14) {
                from += 1 + chance.below(3);
                continue;
            }
            let to = (from + 2 + chance.below(7)).min(WEEKS_AROUND);
            if chance.percent(60) {
                project = self.running(from, chance);
            }
            let main = self.main_effort(weekly, (from, to), chance);
            wanted.extend(self.booking(person, role, project, (from, to), main));
            if chance.percent(34) {
                let beside = self.running(from, chance);
                let basis_points = [1_000, 2_000, 2_000, 5_000][usize::try_from(chance.below(4)).unwrap_or(0)];
                let until = (from + 1 + chance.below(3)).min(to);
                let effort = Effort::Percent { basis_points };
                wanted.extend(self.booking(person, role, beside, (from, until), effort));
            }
            from = to + 1;
        }
    }

    fn main_effort(&self, weekly: i64, (from, to): (i64, i64), chance: &mut Chance) -> Effort {
        let weeks = to - from + 1;
        match chance.below(10) {
            0..=2 => Effort::HoursPerDay {
                minutes_per_day: [240, 300, 360][usize::try_from(chance.below(3)).unwrap_or(0)] * weekly / 2_400,
            },
            3..=5 => Effort::HoursPerWeek { minutes_per_week: weekly * (6 + chance.below(4)) / 10 },
            6 | 7 => Effort::Percent { basis_points: 6_000 + 1_000 * chance.below(4) },
            8 => Effort::Total { minutes: weekly * weeks * (5 + chance.below(3)) / 10 },
            _ if chance.percent(50) => {
                Effort::TotalUntilDone { minutes: weekly * weeks / 2, pace: Pace::Percent { basis_points: 7_000 } }
            }
            _ => Effort::Phased {
                spans: (from..=to)
                    .map(|week| Span {
                        from: monday(self.today, week),
                        to: friday(self.today, week),
                        minutes: weekly * (4 + (week - from) % 5) / 10,
                    })
                    .collect(),
            },
        }
    }

    /// The number of a project that runs in this week.
    fn running(&self, week: i64, chance: &mut Chance) -> usize {
        let running: Vec<usize> = (0..PROJECTS.len())
            .filter(|index| (PROJECTS[*index].weeks.0..=PROJECTS[*index].weeks.1).contains(&week))
            .collect();
        chance.pick(&running).unwrap_or(PROJECTS.len() - 1)
    }

    /// Clipped to the project; none when nothing is left.
    fn booking(
        &self,
        person_id: PersonId,
        role: usize,
        project: usize,
        (from, to): (i64, i64),
        effort: Effort,
    ) -> Option<AssignmentDetails> {
        let work = PROJECTS[project];
        let (from, to) = (from.max(work.weeks.0), to.min(work.weeks.1));
        if to < from {
            return None;
        }
        let (starts_on, ends_on) = (monday(self.today, from), friday(self.today, to));
        let effort = clipped(effort, ends_on);
        let (project_id, phases) = &self.projects[project];
        let holds = |first: Option<Date>, last: Option<Date>| first <= Some(starts_on) && Some(starts_on) <= last;
        let phase = phases.iter().find(|phase| holds(phase.starts_on, phase.ends_on));
        let unsure = work.status == 0 || (from > 10 && (from + to) % 3 == 0);
        Some(AssignmentDetails {
            person_id,
            project_id: *project_id,
            phase_id: phase.map(|phase| phase.id),
            role_id: Some(self.roles[role]),
            starts_on,
            ends_on: if matches!(effort, Effort::TotalUntilDone { .. }) { None } else { Some(ends_on) },
            effort,
            commitment: if unsure { Commitment::Tentative } else { Commitment::Confirmed },
            note: None,
            external_id: None,
        })
    }

    /// Holidays taken, training, sick days; how many.
    pub(super) async fn absences(&self, app: &App, tx: &mut Tx<'_>) -> Result<usize, Failure> {
        let mut chance = Chance::new(99);
        let mut count = 0;
        for person in &self.people {
            let mut from = -WEEKS_AROUND + chance.below(10);
            while from < WEEKS_AROUND {
                let (kind, days) = match chance.below(8) {
                    0 => (TimeOffKind::SickLeave, chance.below(3)),
                    1 => (TimeOffKind::Training, 1),
                    2..=4 => (TimeOffKind::Vacation, 4),
                    _ => (TimeOffKind::Vacation, 11),
                };
                // Nobody plans to be ill.
                let kind = if kind == TimeOffKind::SickLeave && from >= 0 { TimeOffKind::Vacation } else { kind };
                let starts_on = monday(self.today, from);
                let facts = self.absence(*person, kind, starts_on, days, &mut chance);
                self.add::<TimeOff>(app, tx, facts).await?;
                count += 1;
                from += 8 + chance.below(12);
            }
        }
        Ok(count)
    }

    fn absence(
        &self,
        person_id: PersonId,
        kind: TimeOffKind,
        starts_on: Date,
        days: i64,
        chance: &mut Chance,
    ) -> Vec<TimeOffEvent> {
        let half_day = days == 0 && chance.percent(50);
        let details = TimeOffDetails {
            person_id,
            kind,
            starts_on,
            ends_on: starts_on.saturating_add(jiff::Span::new().days(days)),
            minutes_per_day: half_day.then_some(240),
            note: None,
            external_id: None,
        };
        let mut facts = vec![TimeOffEvent::Requested(details)];
        if starts_on < monday(self.today, 4) || chance.percent(60) {
            facts.push(TimeOffEvent::Approved);
        } else if chance.percent(15) {
            facts.push(TimeOffEvent::Rejected);
        }
        facts
    }
}

/// Spans after the end are left out.
fn clipped(effort: Effort, ends_on: Date) -> Effort {
    match effort {
        Effort::Phased { spans } => {
            Effort::Phased { spans: spans.into_iter().filter(|span| span.to <= ends_on).collect() }
        }
        other => other,
    }
}
