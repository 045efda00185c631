//! What is private in an event is sealed under its subject's key, and gone with it.

use proptest::prelude::*;
use raally_domain::ids::WorkspaceId;
use raally_identity::Keyring;
use raally_identity::keyring::OpenError;
use raally_identity::subject::{Place, SubjectError, SubjectKey, may_hold_sealed, open_payload};
use serde_json::{Value, json};
use uuid::Uuid;

const PLACE: Place =
    Place { workspace: WorkspaceId(Uuid::from_u128(1)), subject: Uuid::from_u128(2), event: Uuid::from_u128(3) };
const POINTERS: [&str; 4] = ["/name", "/amount", "/notes", "/absent"];

fn payload() -> Value {
    json!({"name": "Anna Meier", "amount": {"minor": 500_000, "currency": "EUR"}, "notes": null, "kind": "person"})
}

#[test]
fn sealed_payload_shows_nothing_private_and_opens_again() {
    let key = SubjectKey::generate().unwrap();
    let mut sealed = payload();
    key.seal_payload(&PLACE, &POINTERS, &mut sealed).unwrap();
    let text = sealed.to_string();
    assert!(!text.contains("Anna") && !text.contains("EUR") && may_hold_sealed(&text));
    assert_eq!(sealed["kind"], "person");
    assert_eq!(sealed["notes"], Value::Null);
    assert!(sealed.get("absent").is_none());
    open_payload(Some(&key), &PLACE, &POINTERS, &mut sealed).unwrap();
    assert_eq!(sealed, payload());
    assert!(!may_hold_sealed(&payload().to_string()));
}

#[test]
fn erased_text_reads_erased_and_other_values_null() {
    let key = SubjectKey::generate().unwrap();
    let mut sealed = payload();
    key.seal_payload(&PLACE, &POINTERS, &mut sealed).unwrap();
    open_payload(None, &PLACE, &POINTERS, &mut sealed).unwrap();
    assert_eq!(sealed, json!({"name": "erased", "amount": null, "notes": null, "kind": "person"}));
}

#[test]
fn field_moved_elsewhere_does_not_open() {
    let key = SubjectKey::generate().unwrap();
    let mut sealed = payload();
    key.seal_payload(&PLACE, &POINTERS, &mut sealed).unwrap();
    let refused = |place: Place, value: &Value, pointer: &str| {
        let opened = open_payload(Some(&key), &place, &[pointer], &mut value.clone());
        assert_eq!(opened, Err(SubjectError::Open { what: pointer.to_owned(), source: OpenError::Refused }));
    };
    refused(Place { workspace: WorkspaceId(Uuid::nil()), ..PLACE }, &sealed, "/name");
    refused(Place { subject: Uuid::nil(), ..PLACE }, &sealed, "/name");
    refused(Place { event: Uuid::nil(), ..PLACE }, &sealed, "/amount");
    let moved = json!({"email": sealed["name"]});
    refused(PLACE, &moved, "/email");
    // A string that claims to be another value, so that its erased form would differ.
    let text = sealed["name"]["$sealed"].as_str().unwrap().replacen("v1.", "v1j.", 1);
    refused(PLACE, &json!({"name": {"$sealed": text}}), "/name");
}

#[test]
fn key_of_one_subject_opens_nothing_of_another() {
    let keyring = Keyring::from_secret(&[1; 32]).unwrap();
    let (key, other) = (SubjectKey::generate().unwrap(), SubjectKey::generate().unwrap());
    let stored = key.sealed(&keyring, PLACE.workspace, PLACE.subject).unwrap();
    let again = SubjectKey::open(&keyring, PLACE.workspace, PLACE.subject, &stored).unwrap();
    let field = key.seal_field(b"here", "text").unwrap();
    assert_eq!(again.open_field(b"here", &field).as_deref(), Ok("text"));
    assert_eq!(again.open_field(b"there", &field), Err(OpenError::Refused));
    assert_eq!(other.open_field(b"here", &field), Err(OpenError::Refused));
    assert!(SubjectKey::open(&keyring, PLACE.workspace, Uuid::nil(), &stored).is_err());
    assert!(SubjectKey::open(&keyring, WorkspaceId::PLATFORM, PLACE.subject, &stored).is_err());
    assert!(SubjectKey::open(&keyring, PLACE.workspace, PLACE.subject, "").is_err());
    assert_eq!(format!("{key:?}"), "SubjectKey(…)");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "v1j?\\.[A-Za-z0-9_-]{0,60}".prop_map(|text| json!({"$sealed": text})),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z$~/]{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_comes_back_as_it_was(name in any_json(), amount in any_json()) {
        let key = SubjectKey::generate().unwrap();
        let plain = json!({"name": name, "amount": amount});
        let mut sealed = plain.clone();
        key.seal_payload(&PLACE, &POINTERS, &mut sealed).unwrap();
        open_payload(Some(&key), &PLACE, &POINTERS, &mut sealed).unwrap();
        prop_assert_eq!(sealed, plain);
    }

    #[test]
    fn any_stored_payload_is_survived(stored in any_json(), pointer in "(/[a-z0-9~$-]{0,4}){0,3}") {
        let key = SubjectKey::generate().unwrap();
        let _ = open_payload(Some(&key), &PLACE, &[&pointer], &mut stored.clone());
        let _ = key.seal_payload(&PLACE, &[&pointer], &mut stored.clone());
        prop_assert!(open_payload(None, &PLACE, &[&pointer], &mut stored.clone()).is_ok());
    }
}
