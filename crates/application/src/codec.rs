//! Between states and rows, facts and stored events. Wire, row and domain types meet only here.

use jiff::Timestamp;
use raally_domain::event::{Aggregate, Envelope, Event};
use raally_domain::ids::WorkspaceId;
use raally_domain::model::{
    Assignment, Calendar, Client, Commitment, Holiday, ImportRun, Membership, Person, PersonKind, Project, Role,
    Session, Skill, Team, TimeOff, User, Workspace,
};
use raally_domain::rules::{OPEN_END, day_of};
use raally_storage::{Columns, Record, StoredEvent};
use serde_json::Value;

use crate::failure::Failure;
use crate::replay::Kept;

/// A state's index columns.
pub trait Indexed: Aggregate + Kept {
    /// The columns of its read table.
    fn columns(&self) -> Columns;
}

/// The row of a state.
///
/// # Errors
/// `Bug` when the state does not serialise.
pub fn to_record<A: Indexed>(workspace: WorkspaceId, envelope: &Envelope<A>, position: i64) -> Result<Record, Failure> {
    let money = serde_json::to_value(&envelope.money).map_err(Failure::bug)?;
    Ok(Record {
        workspace,
        id: envelope.id,
        version: envelope.version,
        position,
        created_at: envelope.created_at.as_microsecond(),
        updated_at: envelope.updated_at.as_microsecond(),
        deleted_at: envelope.deleted_at.map(Timestamp::as_microsecond),
        sort_key: envelope.state.sort_key(),
        body: serde_json::to_string(envelope).map_err(Failure::bug)?,
        money: if money.is_null() { None } else { Some(money.to_string()) },
        columns: envelope.state.columns(),
    })
}

/// The state of a row.
///
/// # Errors
/// `Bug` when the row's document does not fit this build.
pub fn from_record<A: Aggregate>(record: &Record) -> Result<Envelope<A>, Failure> {
    from_parts(&record.body, record.money.as_deref())
}

/// The state of a row's two documents.
///
/// # Errors
/// `Bug` when a document does not fit this build.
pub fn from_parts<A: Aggregate>(body: &str, money: Option<&str>) -> Result<Envelope<A>, Failure> {
    let mut envelope: Envelope<A> = serde_json::from_str(body).map_err(Failure::bug)?;
    if let Some(money) = money {
        envelope.money = serde_json::from_str(money).map_err(Failure::bug)?;
    }
    Ok(envelope)
}

/// The fact of a stored event whose private parts are opened already.
///
/// # Errors
/// `Bug` when this build can't read it.
pub fn from_stored<A: Aggregate>(event: &StoredEvent, payload: Value) -> Result<A::Event, Failure> {
    A::Event::decode(&event.type_name, event.schema_version, payload).map_err(Failure::bug)
}

/// An instant of a column.
#[must_use]
pub fn instant(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

macro_rules! without_columns {
    ($($state:ty),+) => {$(
        impl Indexed for $state {
            fn columns(&self) -> Columns {
                Columns::new()
            }
        }
    )+};
}
without_columns!(Team, Skill, Role, Workspace);

impl Indexed for Client {
    fn columns(&self) -> Columns {
        Columns::new().with("external_id", self.external_id.clone())
    }
}

impl Indexed for Calendar {
    fn columns(&self) -> Columns {
        Columns::new().with("external_id", self.external_id.clone())
    }
}

impl Indexed for Holiday {
    fn columns(&self) -> Columns {
        Columns::new().with("region", self.region.clone()).with("on_day", day_of(self.on))
    }
}

impl Indexed for Membership {
    fn columns(&self) -> Columns {
        Columns::new().with("user_id", self.user_id.0).with("role", self.role.name())
    }
}

impl Indexed for Person {
    fn columns(&self) -> Columns {
        Columns::new()
            .with("user_id", self.details.user_id.map(|id| id.0))
            .with("email", self.details.email.as_ref().map(|email| email.to_lowercase()))
            .with("external_id", self.details.external_id.clone())
            .with("placeholder", self.details.kind == PersonKind::Placeholder)
    }
}

impl Indexed for TimeOff {
    fn columns(&self) -> Columns {
        Columns::new()
            .with("person_id", self.details.person_id.0)
            .with("starts_on", day_of(self.details.starts_on))
            .with("ends_on", day_of(self.details.ends_on))
            .with(
                "status",
                match self.status {
                    raally_domain::model::TimeOffStatus::Pending => "pending",
                    raally_domain::model::TimeOffStatus::Approved => "approved",
                    raally_domain::model::TimeOffStatus::Rejected => "rejected",
                },
            )
    }
}

impl Indexed for Project {
    fn columns(&self) -> Columns {
        Columns::new()
            .with("code", self.details.code.clone())
            .with("client_id", self.details.client_id.map(|id| id.0))
            .with("external_id", self.details.external_id.clone())
    }
}

impl Indexed for Assignment {
    fn columns(&self) -> Columns {
        Columns::new()
            .with("person_id", self.person_id.0)
            .with("project_id", self.project_id.0)
            .with("role_id", self.role_id.map(|id| id.0))
            .with("starts_on", day_of(self.starts_on))
            .with("ends_on", self.ends_on.map_or(OPEN_END, day_of))
            .with("tentative", self.commitment == Commitment::Tentative)
            .with("external_id", self.external_id.clone())
    }
}

impl Indexed for User {
    fn columns(&self) -> Columns {
        Columns::new().with("email", self.email.clone())
    }
}

impl Indexed for Session {
    fn columns(&self) -> Columns {
        Columns::new().with("user_id", self.user_id.0)
    }
}

impl Indexed for ImportRun {
    fn columns(&self) -> Columns {
        let status = serde_json::to_value(self.status).ok();
        Columns::new().with("status", status.as_ref().and_then(Value::as_str).unwrap_or("running"))
    }
}
