//! The facts that bring an object back to what it was. Facts that are true already are dropped by the domain.

use raally_domain::decide::Managed;
use raally_domain::event::{Envelope, From as FromDate, Named, PersonEvent, ProjectEvent, TimeOffEvent};
use raally_domain::model::{Assignment, Calendar, Client, Person, Project, Role, Skill, Team, TimeOff, TimeOffStatus};

/// A kind that an import can change.
pub(crate) trait Restorable: Managed {
    /// What is beside the details.
    fn rest(_now: &Envelope<Self>, _then: &Envelope<Self>) -> Vec<Self::Event> {
        Vec::new()
    }
}

/// The facts that bring an object back to what it was before; `then` is none when it was not there.
pub(crate) fn facts<A: Restorable>(now: &Envelope<A>, then: Option<&Envelope<A>>) -> Vec<A::Event> {
    let living = now.deleted_at.is_none();
    let Some(then) = then else {
        return if living { vec![A::removed()] } else { Vec::new() };
    };
    let mut facts = Vec::new();
    if !living {
        facts.push(A::restored());
    }
    facts.push(A::changed(then.state.details().clone()));
    facts.extend(A::rest(now, then));
    if then.deleted_at.is_some() {
        facts.push(A::removed());
    }
    facts
}

impl Restorable for Assignment {}
impl Restorable for Client {}
impl Restorable for Team {}
impl Restorable for Skill {}
impl Restorable for Role {}
impl Restorable for Calendar {}

impl Restorable for TimeOff {
    fn rest(_now: &Envelope<Self>, then: &Envelope<Self>) -> Vec<TimeOffEvent> {
        vec![match then.state.status {
            TimeOffStatus::Pending => TimeOffEvent::Reopened,
            TimeOffStatus::Approved => TimeOffEvent::Approved,
            TimeOffStatus::Rejected => TimeOffEvent::Rejected,
        }]
    }
}

impl Restorable for Person {
    fn rest(now: &Envelope<Self>, then: &Envelope<Self>) -> Vec<PersonEvent> {
        let mut facts = Vec::new();
        macro_rules! dated {
            ($now:expr, $then:expr, $set:ident, $cleared:ident) => {
                let then = &$then;
                let gone = $now.iter().filter(|entry| then.iter().all(|one| one.valid_from != entry.valid_from));
                facts.extend(gone.map(|entry| PersonEvent::$cleared(FromDate { valid_from: entry.valid_from })));
                let back = then.iter().filter(|entry| !$now.contains(entry));
                facts.extend(back.map(|entry| PersonEvent::$set(entry.clone())));
            };
        }
        dated!(now.state.job_titles, then.state.job_titles, JobTitleSet, JobTitleCleared);
        dated!(now.state.schedules, then.state.schedules, ScheduleSet, ScheduleCleared);
        dated!(now.state.availability, then.state.availability, AvailabilitySet, AvailabilityCleared);
        dated!(now.money.compensations, then.money.compensations, CompensationSet, CompensationCleared);
        dated!(now.money.bill_rates, then.money.bill_rates, BillRateSet, BillRateCleared);
        let known = &then.state.skills;
        let gone = now.state.skills.iter().filter(|entry| known.iter().all(|one| one.skill_id != entry.skill_id));
        facts.extend(gone.map(|entry| PersonEvent::SkillCleared(Named { id: entry.skill_id })));
        let back = known.iter().filter(|entry| !now.state.skills.contains(entry));
        facts.extend(back.map(|entry| PersonEvent::SkillSet(*entry)));
        facts
    }
}

impl Restorable for Project {
    fn rest(now: &Envelope<Self>, then: &Envelope<Self>) -> Vec<ProjectEvent> {
        let mut facts = Vec::new();
        let phases = &then.state.phases;
        let gone = now.state.phases.iter().filter(|entry| phases.iter().all(|one| one.id != entry.id));
        facts.extend(gone.map(|entry| ProjectEvent::PhaseCleared(Named { id: entry.id })));
        let back = phases.iter().filter(|entry| !now.state.phases.contains(entry));
        facts.extend(back.map(|entry| ProjectEvent::PhaseSet(entry.clone())));
        let milestones = &then.state.milestones;
        let gone = now.state.milestones.iter().filter(|entry| milestones.iter().all(|one| one.id != entry.id));
        facts.extend(gone.map(|entry| ProjectEvent::MilestoneCleared(Named { id: entry.id })));
        let back = milestones.iter().filter(|entry| !now.state.milestones.contains(entry));
        facts.extend(back.map(|entry| ProjectEvent::MilestoneSet(entry.clone())));
        facts
    }
}
