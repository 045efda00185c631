//! Every event kind has a stored sample that still reads, byte for byte; states survive the way to their document and back.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use raally_domain::decide::{Managed, Refusal, decide};
use raally_domain::event::{
    Aggregate, AssignmentEvent, CalendarEvent, ClientEvent, Envelope, Event, HolidayEvent, ImportEvent,
    MembershipEvent, PersonEvent, ProjectEvent, RoleEvent, SessionEvent, SkillEvent, TeamEvent, TimeOffEvent,
    UserEvent, WorkspaceEvent,
};
use raally_domain::model::{Assignment, Client, Person, PersonMoney, Project, TimeOff};
use serde_json::Value;
use uuid::Uuid;

fn samples() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("../samples/events.v1.json")).unwrap()
}

fn reads<E: Event>(samples: &mut BTreeMap<String, Value>) {
    for (name, version) in E::catalogue() {
        assert_eq!(*version, 1, "{name}: a new version needs a sample file of its own beside events.v1.json");
        let payload = samples.remove(*name).unwrap_or_else(|| panic!("no sample of {name}"));
        let event = E::decode(name, 1, payload.clone()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(event.encode(), payload, "{name}: what is written differs from the sample");
        assert_eq!(event.encode_text(), event.encode().to_string());
        assert_eq!((event.type_name(), event.schema_version()), (*name, 1));
    }
}

#[test]
fn every_event_kind_has_a_stored_sample_that_still_reads() {
    let mut left = samples();
    reads::<WorkspaceEvent>(&mut left);
    reads::<MembershipEvent>(&mut left);
    reads::<PersonEvent>(&mut left);
    reads::<TimeOffEvent>(&mut left);
    reads::<ProjectEvent>(&mut left);
    reads::<AssignmentEvent>(&mut left);
    reads::<ClientEvent>(&mut left);
    reads::<TeamEvent>(&mut left);
    reads::<SkillEvent>(&mut left);
    reads::<RoleEvent>(&mut left);
    reads::<CalendarEvent>(&mut left);
    reads::<HolidayEvent>(&mut left);
    reads::<UserEvent>(&mut left);
    reads::<SessionEvent>(&mut left);
    reads::<ImportEvent>(&mut left);
    assert!(left.is_empty(), "samples of no known event: {:?}", left.keys());
    let named: Vec<&str> = raally_domain::event::type_names().collect();
    let sampled = samples();
    assert_eq!(named.len(), sampled.len());
    assert!(named.iter().all(|name| sampled.contains_key(*name)));
}

fn event<E: Event>(name: &str) -> E {
    E::decode(name, 1, samples()[name].clone()).unwrap()
}

fn round_trip<A: Aggregate + PartialEq + std::fmt::Debug>(events: &[A::Event]) {
    let id = Uuid::from_u128(7);
    let state = events.iter().fold(None, |known, event| Envelope::<A>::after(known, id, event, Timestamp::UNIX_EPOCH));
    let state = state.unwrap();
    let body = serde_json::to_string(&state).unwrap();
    let mut back: Envelope<A> = serde_json::from_str(&body).unwrap();
    back.money = serde_json::from_value(serde_json::to_value(&state.money).unwrap()).unwrap();
    assert_eq!(back, state);
    assert_eq!(serde_json::to_string(&back).unwrap(), body);
}

#[test]
fn a_state_survives_its_document() {
    round_trip::<Person>(&[
        event("person-added"),
        event("job-title-set"),
        event("schedule-set"),
        event("person-skill-set"),
        event("compensation-set"),
        event("person-removed"),
    ]);
    round_trip::<Project>(&[event("project-added"), event("phase-set"), event("milestone-set"), event("budget-set")]);
    round_trip::<Assignment>(&[event("assignment-booked"), event("assignment-made-tentative")]);
    round_trip::<TimeOff>(&[event("time-off-requested"), event("time-off-approved")]);
    round_trip::<Client>(&[event("client-added")]);
}

#[test]
fn what_is_true_already_is_no_event() {
    let client: ClientEvent = event("client-added");
    let id = Uuid::from_u128(1);
    let first = decide::<Client>(None, id, vec![client], Timestamp::UNIX_EPOCH).unwrap();
    let details = first.after.state.clone();
    let again = decide(Some(first.after), id, vec![Client::changed(details)], Timestamp::UNIX_EPOCH).unwrap();
    assert!(again.events.is_empty());
    assert_eq!(again.after.version, 1);
}

#[test]
fn a_deleted_object_is_restored_before_it_is_changed() {
    let id = Uuid::from_u128(1);
    let added: ClientEvent = event("client-added");
    let removed = decide::<Client>(None, id, vec![added, ClientEvent::Removed], Timestamp::UNIX_EPOCH).unwrap();
    let details = removed.after.state.clone();
    let refused = decide(Some(removed.after.clone()), id, vec![Client::changed(details)], Timestamp::UNIX_EPOCH);
    assert_eq!(refused.unwrap_err(), Refusal::Deleted);
    let back = decide(Some(removed.after), id, vec![ClientEvent::Restored], Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(back.after.deleted_at, None);
    assert_eq!(back.after.version, 3);
}

#[test]
fn pay_is_never_in_the_public_document() {
    let id = Uuid::from_u128(1);
    let wanted = vec![event("person-added"), event("compensation-set")];
    let person = decide::<Person>(None, id, wanted, Timestamp::UNIX_EPOCH).unwrap().after;
    let money: &PersonMoney = &person.money;
    assert_eq!(money.compensations.len(), 1);
    assert!(!serde_json::to_string(&person).unwrap().contains("5400000"));
}

#[test]
fn every_bad_field_is_named_at_once() {
    let mut payload = samples()["person-added"].clone();
    payload["name"] = "  ".into();
    payload["email"] = "nobody".into();
    payload["endsOn"] = "2025-12-31".into();
    let wanted = PersonEvent::decode("person-added", 1, payload).unwrap();
    let refused = decide::<Person>(None, Uuid::from_u128(1), vec![wanted], Timestamp::UNIX_EPOCH).unwrap_err();
    let Refusal::Invalid(faults) = refused else { panic!("{refused}") };
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/email", "/endsOn"]);
}
