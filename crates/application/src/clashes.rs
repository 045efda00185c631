//! Does a booking clash? Asked in the transaction that would save it, which runs after all others of the workspace, so that
//! no other booking of that person can slip in between.

use jiff::civil::Date;
use raally_domain::decide::Refusal;
use raally_domain::ids::{AssignmentId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_domain::model::{AssignmentDetails, ClashPolicy, Commitment, Settings};
use raally_domain::plan::Plan;
use raally_domain::rules::{Booking, Clash, Days, Expansion, expand};
use raally_storage::Tx;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::failure::Failure;

impl App {
    /// Settles what is saved when the booking clashes: nothing, a tentative one, or what was asked. Answers the objects
    /// that it has seen alive on the way.
    ///
    /// # Errors
    /// `Refusal::Clash` with every clash when the policy is to refuse.
    pub(crate) async fn settle_clash(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        id: Option<Uuid>,
        details: &mut AssignmentDetails,
        on_clash: Option<ClashPolicy>,
    ) -> Result<Vec<(Kind, Uuid)>, Failure> {
        let desk = self.desk(tx, caller.workspace).await?;
        let (policy, clashes, seen) = judge(&desk.plan, self.today_date(desk.plan.settings()), id, details, on_clash);
        self.desks().give_back(caller.workspace, desk);
        match policy {
            _ if clashes.is_empty() => {}
            ClashPolicy::Refuse => return Err(Refusal::Clash(clashes).into()),
            ClashPolicy::Tentative => details.commitment = Commitment::Tentative,
            ClashPolicy::Allow => {}
        }
        Ok(seen)
    }

    /// A booking's minutes per day of a range.
    ///
    /// # Errors
    /// `NotFound` when its person is gone.
    pub(crate) async fn expansion(
        &self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        details: &AssignmentDetails,
        range: Days,
    ) -> Result<Expansion, Failure> {
        let desk = self.desk(tx, workspace).await?;
        let plan = &desk.plan;
        let calendar = plan.person(details.person_id).and_then(|slot| plan.work_calendar(slot, false));
        let expansion = calendar.map(|calendar| expand(&Booking::of(details), &calendar, range));
        self.desks().give_back(workspace, desk);
        expansion.ok_or_else(|| Refusal::NotFound.into())
    }

    /// Today in the workspace's time zone.
    #[must_use]
    pub fn today_date(&self, settings: &Settings) -> Date {
        let zone = jiff::tz::TimeZone::get(&settings.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
        self.mint().now().to_zoned(zone).date()
    }
}

/// Judges a booking by the plan alone.
fn judge(
    plan: &Plan,
    today: Date,
    id: Option<Uuid>,
    details: &AssignmentDetails,
    on_clash: Option<ClashPolicy>,
) -> (ClashPolicy, Vec<Clash>, Vec<(Kind, Uuid)>) {
    let policy = on_clash.unwrap_or(plan.settings().clash_policy);
    let mut seen = Vec::with_capacity(3);
    if plan.person(details.person_id).is_some_and(|slot| slot.alive().is_some()) {
        seen.push((Kind::Person, details.person_id.0));
    }
    if plan.project(details.project_id).is_some_and(|entry| entry.alive().is_some()) {
        seen.push((Kind::Project, details.project_id.0));
    }
    if let Some(role) = details.role_id.filter(|role| plan.role(*role).is_some_and(|entry| entry.alive().is_some())) {
        seen.push((Kind::Role, role.0));
    }
    let clashes = if policy == ClashPolicy::Allow {
        Vec::new()
    } else {
        plan.check_clash(id.map(AssignmentId), details, today).clashes
    };
    (policy, clashes, seen)
}
