//! How well one person fits a piece of work: skills, role, free capacity, conflicts.

use std::cmp::Reverse;

use super::candidate::{Candidate, CandidateQuery, FitReason, SkillWanted};
use super::figures::Share;
use crate::ids::RoleId;
use crate::model::{Effort, Person};
use crate::plan::{PersonSlot, Plan};
use crate::rules::{
    Booking, Clash, ClashCheck, ClashScope, DayTable, Days, Grain, OPEN_END, add_load, check_clash, needed_days,
};

/// Smaller is better.
pub(super) type Rank = (usize, bool, bool, Reverse<i64>, bool, Reverse<i64>);

/// One person against the work.
pub(super) struct Fit<'a> {
    pub(super) plan: &'a Plan,
    pub(super) query: &'a CandidateQuery,
    pub(super) range: Days,
    pub(super) slot: &'a PersonSlot,
    pub(super) person: &'a Person,
}

impl Fit<'_> {
    /// Where the person ranks, and why.
    pub(super) fn judge(&self, role_id: Option<RoleId>) -> (Rank, Candidate) {
        let mut reasons = Vec::new();
        let skills_unmet = self.skills(&mut reasons);
        let role_differs = self.role(role_id, &mut reasons);
        let work = self.work(&mut reasons);
        let knows = self.knows_project();
        if let Some(project_id) = self.query.project_id.filter(|_| knows) {
            reasons.push(FitReason::KnowsProject { project_id });
        }
        let share = work.fits.and_then(|fits| fits.basis_points);
        let rank = (
            skills_unmet,
            role_differs,
            !work.conflicts.is_empty() || work.fits.is_none(),
            Reverse(share.unwrap_or(-1)),
            !knows,
            Reverse(work.free_minutes.unwrap_or(0)),
        );
        let candidate = Candidate {
            rank: 0,
            person_id: self.slot.id,
            name: self.slot.name().to_owned(),
            role_id,
            free_minutes: work.free_minutes,
            fits: work.fits,
            reasons,
            conflicts: work.conflicts,
        };
        (rank, candidate)
    }

    fn skills(&self, reasons: &mut Vec<FitReason>) -> usize {
        let mut unmet = 0;
        for &SkillWanted { skill_id, minimum_level } in &self.query.skills {
            let known = self.person.skills.iter().find(|skill| skill.skill_id == skill_id);
            reasons.push(match known.map(|skill| skill.level) {
                Some(level) if level >= minimum_level => FitReason::SkillMet { skill_id, level, minimum_level },
                Some(level) => FitReason::SkillTooLow { skill_id, level, minimum_level },
                None => FitReason::SkillMissing { skill_id, minimum_level },
            });
            unmet += usize::from(!matches!(reasons.last(), Some(FitReason::SkillMet { .. })));
        }
        unmet
    }

    fn role(&self, role_id: Option<RoleId>, reasons: &mut Vec<FitReason>) -> bool {
        let Some(wanted_role_id) = self.query.role_id else {
            return false;
        };
        let differs = role_id != Some(wanted_role_id);
        reasons.push(match differs {
            true => FitReason::RoleDiffers { role_id, wanted_role_id },
            false => FitReason::RoleMatches { role_id: wanted_role_id },
        });
        differs
    }

    fn knows_project(&self) -> bool {
        let project = self.query.project_id;
        let all = Days::new(i32::MIN, OPEN_END);
        project.is_some()
            && self
                .plan
                .rows_in(self.slot, all, true)
                .any(|row| self.plan.project_of(row).map(|entry| entry.id) == project)
    }

    fn work(&self, reasons: &mut Vec<FitReason>) -> Work {
        let table = self.plan.working_days(self.slot, self.range, self.query.include_pending);
        if table.has_unknown(self.range) {
            reasons.push(FitReason::CapacityUnknown);
            return Work::default();
        }
        let mut load = vec![0; self.range.len()];
        for row in self.plan.rows_in(self.slot, self.range, self.query.include_tentative) {
            let effort = row.effort();
            add_load(&Booking { days: row.days(), effort: &effort }, &table, self.range, &mut load);
        }
        let free: Vec<i64> = table
            .capacity(self.range)
            .iter()
            .zip(&load)
            .map(|(capacity, load)| (i64::from(*capacity) - load).max(0))
            .collect();
        let free_minutes: i64 = free.iter().sum();
        let absent = table.base_sum(self.range) - table.capacity_sum(self.range);
        let mut work = Work { free_minutes: Some(free_minutes), ..Work::default() };
        match &self.query.effort {
            Some(effort) => self.try_effort(effort, &table, &free, &mut work, reasons),
            None => work.fits = Some(Share::new(free_minutes, table.capacity_sum(self.range))),
        }
        if absent > 0 {
            reasons.push(FitReason::TimeOff { minutes: absent });
        }
        work
    }

    fn try_effort(
        &self,
        effort: &Effort,
        table: &DayTable,
        free: &[i64],
        work: &mut Work,
        reasons: &mut Vec<FitReason>,
    ) {
        let booking = Booking { days: self.range, effort };
        let first_day_of_week = table.first_day_of_week();
        let needed = needed_days(&booking, self.range, first_day_of_week);
        let mut wanted = vec![0; self.range.len()];
        match (table.window().covers(needed), self.plan.work_calendar(self.slot, self.query.include_pending)) {
            (true, _) => _ = add_load(&booking, table, self.range, &mut wanted),
            (false, Some(calendar)) => {
                add_load(&booking, &DayTable::build(&calendar, needed), self.range, &mut wanted);
            }
            (false, None) => return,
        }
        let needed_minutes: i64 = wanted.iter().sum();
        let fitting_minutes: i64 = wanted.iter().zip(free).map(|(wanted, free)| *wanted.min(free)).sum();
        let free_minutes: i64 = free.iter().sum();
        work.fits = Some(Share::new(fitting_minutes, needed_minutes));
        reasons.push(match fitting_minutes {
            fitting if fitting == needed_minutes => FitReason::FullyFree { free_minutes, needed_minutes },
            0 => FitReason::NotFree { needed_minutes },
            _ => FitReason::PartlyFree { free_minutes, needed_minutes, fitting_minutes },
        });
        work.conflicts = self.conflicts(&booking).clashes;
        let count = |scope| work.conflicts.iter().filter(|clash| clash.scope == scope).count() as i64;
        let (days, weeks) = (count(ClashScope::Day), count(ClashScope::Bucket));
        if days + weeks > 0 {
            reasons.push(FitReason::WouldOverbook { days, weeks });
        }
    }

    fn conflicts(&self, booking: &Booking<'_>) -> ClashCheck {
        let Some(calendar) = self.plan.work_calendar(self.slot, self.query.include_pending) else {
            return ClashCheck::default();
        };
        let range = self.range.whole_weeks(calendar.first_day_of_week);
        let rows: Vec<_> = self
            .plan
            .rows_in(self.slot, range, self.query.include_tentative)
            .map(|row| (row.id, row.days(), row.effort()))
            .collect();
        let others: Vec<_> = rows.iter().map(|(id, days, effort)| (*id, Booking { days: *days, effort })).collect();
        check_clash(&calendar, booking, &others, range, Grain::Week)
    }
}

#[derive(Default)]
struct Work {
    free_minutes: Option<i64>,
    fits: Option<Share>,
    conflicts: Vec<Clash>,
}
