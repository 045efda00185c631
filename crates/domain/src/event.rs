//! Facts that happened: the source of truth. One enum per kind of stream, each fact with a stable name and a version.
//!
//! An event's stored form is `(type name, schema version, JSON payload)`. Payloads of older versions are lifted to
//! today's by [`upcast`] before they are read, so that a fact once written reads for ever (TRUST P9). Names and
//! payloads of `samples/` are the contract: a changed payload needs a new version, an upcast and a new sample.

mod aggregate;
mod apply;
mod apply_accounts;
mod kinds;
mod private;
mod upcast;

pub use aggregate::{Aggregate, Envelope, Life};
pub use kinds::{
    AssignmentEvent, CalendarEvent, ClientEvent, HolidayEvent, ImportEvent, MembershipEvent, PersonEvent, ProjectEvent,
    RoleEvent, SessionEvent, SkillEvent, TeamEvent, TimeOffEvent, UserEvent, WorkspaceEvent,
};
pub use kinds::{
    EndedSession, From, ImportOutcome, Named, NewImport, NewName, NewPermissions, NewRole, NewSession, NewUser,
    NewWorkspace, SelfGrant, SessionEnd,
};
pub use private::{Subject, private_pointers};
pub use upcast::upcast;

use serde_json::Value;

/// The name of every fact, kind by kind.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    let kinds = [
        WorkspaceEvent::catalogue(),
        MembershipEvent::catalogue(),
        PersonEvent::catalogue(),
        TimeOffEvent::catalogue(),
        ProjectEvent::catalogue(),
        AssignmentEvent::catalogue(),
        ClientEvent::catalogue(),
        TeamEvent::catalogue(),
        SkillEvent::catalogue(),
        RoleEvent::catalogue(),
        CalendarEvent::catalogue(),
        HolidayEvent::catalogue(),
        ImportEvent::catalogue(),
        UserEvent::catalogue(),
        SessionEvent::catalogue(),
    ];
    kinds.into_iter().flatten().map(|(name, _)| *name)
}

/// A fact's stored name, version and payload, and back.
pub trait Event: Sized {
    /// The name in the log: `assignment-booked`.
    fn type_name(&self) -> &'static str;
    /// The payload's version, from 1.
    fn schema_version(&self) -> i32;
    /// The payload.
    fn encode(&self) -> Value;
    /// The payload as text, without a tree in between: the same as `encode().to_string()`.
    fn encode_text(&self) -> String;
    /// Reads a stored fact of any released version.
    ///
    /// # Errors
    /// When the name is not of this kind of stream, the version is newer than this build, or the payload does not fit.
    fn decode(type_name: &str, schema_version: i32, payload: Value) -> Result<Self, Unreadable>;
    /// Every name and current version of this kind, for the gap test on samples.
    fn catalogue() -> &'static [(&'static str, i32)];
}

/// A stored fact that this build can't read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// No such fact in this kind of stream.
    #[error("unknown event {0}")]
    UnknownType(String),
    /// Written by a newer build.
    #[error("event {type_name} has version {version}, this build reads up to {known}")]
    TooNew {
        /// Which fact.
        type_name: String,
        /// Its version in the log.
        version: i32,
        /// The newest that this build reads.
        known: i32,
    },
    /// The payload does not fit.
    #[error("event {type_name}: {source}")]
    Payload {
        /// Which fact.
        type_name: String,
        /// What did not fit.
        source: serde_json::Error,
    },
}

macro_rules! events {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $(($body:ty))? = $type_name:literal v $version:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant $(($body))?),+ }

        impl crate::event::Event for $name {
            fn type_name(&self) -> &'static str {
                match self { $(events!(@pattern $name $variant $($body)?) => $type_name),+ }
            }
            fn schema_version(&self) -> i32 {
                match self { $(events!(@pattern $name $variant $($body)?) => $version),+ }
            }
            fn encode(&self) -> serde_json::Value {
                match self { $(events!(@bind $name $variant body $($body)?) => events!(@encode body $($body)?)),+ }
            }
            fn encode_text(&self) -> String {
                match self { $(events!(@bind $name $variant body $($body)?) => events!(@text body $($body)?)),+ }
            }
            fn decode(type_name: &str, schema_version: i32, payload: serde_json::Value) -> Result<Self, crate::event::Unreadable> {
                match type_name {
                    $($type_name => {
                        let _payload = crate::event::upcast($type_name, schema_version, $version, payload)?;
                        Ok(events!(@decode $name $variant $type_name _payload $($body)?))
                    })+
                    other => Err(crate::event::Unreadable::UnknownType(other.to_owned())),
                }
            }
            fn catalogue() -> &'static [(&'static str, i32)] {
                &[$(($type_name, $version)),+]
            }
        }
    };
    (@pattern $name:ident $variant:ident $body:ty) => { $name::$variant(_) };
    (@pattern $name:ident $variant:ident) => { $name::$variant };
    (@bind $name:ident $variant:ident $bound:ident $body:ty) => { $name::$variant($bound) };
    (@bind $name:ident $variant:ident $bound:ident) => { $name::$variant };
    (@encode $bound:ident $body:ty) => { serde_json::to_value($bound).expect("plain data always serialises") };
    (@encode $bound:ident) => { serde_json::Value::Object(serde_json::Map::new()) };
    (@text $bound:ident $body:ty) => { serde_json::to_string($bound).expect("plain data always serialises") };
    (@text $bound:ident) => { "{}".to_owned() };
    (@decode $name:ident $variant:ident $type_name:literal $payload:ident $body:ty) => {
        $name::$variant(serde_json::from_value($payload).map_err(|source| {
            crate::event::Unreadable::Payload { type_name: $type_name.to_owned(), source }
        })?)
    };
    (@decode $name:ident $variant:ident $type_name:literal $payload:ident) => { $name::$variant };
}
pub(crate) use events;
