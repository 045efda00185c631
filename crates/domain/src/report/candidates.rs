//! Who could take this: people ranked by how well they fit a piece of work, each with reasons.
//!
//! Order: wanted skills met, then the role, then whether it fits without overbooking, then how much of it fits, then
//! who knows the project, then who has most free; names last, so that the answer is always the same.

use jiff::civil::Date;

use super::candidate::{Candidate, CandidateQuery, CandidatesReport, SkillWanted};
use super::candidate_fit::{Fit, Rank};
use super::query::{ReportFault, ReportQuery, Selection, checked_range};
use crate::ids::{AssignmentId, PersonId};
use crate::model::Person;
use crate::plan::Plan;
use crate::rules::{Days, Grain, OPEN_END, day_of};

/// Most people that are answered.
pub const CANDIDATES_MAX: usize = 200;

/// Who could take a piece of work. Nobody is left out for a missing skill or role: that is a reason, and a lower rank.
///
/// # Errors
/// When the range is too large.
pub fn candidates(plan: &Plan, query: &CandidateQuery) -> Result<CandidatesReport, ReportFault> {
    search(plan, query, None)
}

/// Who could take an assignment: a placeholder's, or instead of whoever has it. A placeholder's skills are wanted.
/// An open end counts as far as `until`.
///
/// # Errors
/// When there is no such assignment, or its range is too large.
pub fn candidates_for_assignment(plan: &Plan, id: AssignmentId, until: Date) -> Result<CandidatesReport, ReportFault> {
    let (holder, row) = plan.assignment(id).ok_or(ReportFault::NoSuchAssignment)?;
    let person = holder.alive().ok_or(ReportFault::NoSuchAssignment)?;
    let days = row.days();
    let last = if days.to == OPEN_END { day_of(until).max(days.from) } else { days.to };
    let to = crate::rules::date_of(last);
    let placeholder = holder.is_placeholder();
    let wanted = person.skills.iter().filter(|_| placeholder);
    let query = CandidateQuery {
        from: crate::rules::date_of(days.from),
        to,
        effort: Some(row.effort().into_owned()),
        role_id: plan.role_of(row).or_else(|| crate::rules::role_on(person, to)),
        skills: wanted.map(|skill| SkillWanted { skill_id: skill.skill_id, minimum_level: skill.level }).collect(),
        team_ids: if placeholder { person.details.team_ids.clone() } else { Vec::new() },
        project_id: plan.project_of(row).map(|entry| entry.id),
        include_tentative: false,
        include_pending: false,
        limit: 0,
    };
    search(plan, &query, Some(holder.id))
}

fn search(plan: &Plan, query: &CandidateQuery, holder: Option<PersonId>) -> Result<CandidatesReport, ReportFault> {
    let range = checked_range(query.from, query.to)?;
    let people =
        ReportQuery { team_ids: query.team_ids.clone(), ..ReportQuery::new(query.from, query.to, Grain::Total) };
    let asked = Selection::new(plan, &people)?;
    let judged = asked
        .people()
        .filter(|(slot, _)| Some(slot.id) != holder)
        .filter(|(_, person)| employed(person).overlaps(range))
        .map(|(slot, person)| Fit { plan, query, range, slot, person }.judge(asked.role_at_end(person)));
    let mut found: Vec<(Rank, Candidate)> = judged.collect();
    let considered = found.len() as i64;
    found.sort_by(|(a, left), (b, right)| (a, &left.name, left.person_id).cmp(&(b, &right.name, right.person_id)));
    found.truncate(match query.limit {
        0 => 20,
        limit => limit.min(CANDIDATES_MAX),
    });
    let ranked = found.into_iter().zip(1..).map(|((_, candidate), rank)| Candidate { rank, ..candidate });
    Ok(CandidatesReport { candidates: ranked.collect(), considered })
}

fn employed(person: &Person) -> Days {
    let details = &person.details;
    Days::new(details.starts_on.map_or(i32::MIN, day_of), details.ends_on.map_or(OPEN_END, day_of))
}
