//! What plans promise, whatever there is.

use proptest::prelude::*;

use super::super::store::Base;
use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn base(kind: Kind, began: &str) -> Base {
    let began_at = at(began);
    let label = began.to_owned();
    Base { label, kind, began_at, ended_at: began_at + 1.minute(), bytes: 1, stored_bytes: 1, damaged: false }
}

fn place(number: u32, backups: Vec<Base>) -> Repository {
    Repository { number, encrypted: true, made: true, fault: None, backups }
}

fn archiving() -> Archiving {
    let command: String = "pgbackrest --stanza=raally archive-push %p".into();
    Archiving { mode: "on".into(), command: command.clone(), timeout_seconds: 2, command_wanted: command }
}

fn wanted() -> BackupWanted {
    BackupWanted { kind: None, keep_days: 30, full_every_days: 7, keys_to: vec!["/keys".into()] }
}

#[test]
fn the_first_backup_makes_the_stanza_and_is_full_and_the_next_ones_are_differences_for_a_week() {
    let now = at("2026-11-28T02:00:00Z");
    let new =
        [Repository { made: false, ..place(1, vec![]) }, place(2, vec![base(Kind::Full, "2026-11-21T03:00:00Z")])];
    let plan = backup(&new, &archiving(), &wanted(), now).unwrap();
    assert_eq!(plan.steps[..2], [Step::Make, Step::CheckLog]);
    assert_eq!(plan.steps[2], Step::BackUp { repository: 1, kind: Kind::Full });
    assert_eq!(plan.steps[3], Step::BackUp { repository: 2, kind: Kind::Diff });
    assert_eq!(plan.notes, Vec::<String>::new());
    let later = backup(&new, &archiving(), &wanted(), at("2026-11-28T03:00:00Z")).unwrap();
    assert_eq!(later.steps[3], Step::BackUp { repository: 2, kind: Kind::Full });
}

#[test]
fn what_would_leave_a_backup_open_or_without_its_log_is_refused_with_what_to_set() {
    let open = Repository { encrypted: false, ..place(2, vec![]) };
    let broken = Repository { fault: Some("wrong key".into()), ..place(3, vec![]) };
    let off = Archiving { mode: "off".into(), command: "(disabled)".into(), ..archiving() };
    let faults = backup(&[place(1, vec![]), open, broken], &off, &wanted(), at("2026-11-28T00:00:00Z")).unwrap_err();
    for said in ["repo2-cipher-type", "place 3: wrong key", "archive_mode = on", "archive_command = 'pgbackrest"] {
        assert!(faults.iter().any(|fault| fault.contains(said)), "{said}: {faults:?}");
    }
    let slow = Archiving { timeout_seconds: 0, ..archiving() };
    let plan =
        backup(&[place(1, vec![])], &slow, &BackupWanted { keys_to: vec![], ..wanted() }, at("2026-11-28T00:00:00Z"));
    assert_eq!(plan.unwrap().notes.len(), 3);
}

#[test]
fn a_restore_takes_nothing_away_before_it_has_what_comes_in_its_place() {
    let places = [
        place(1, vec![base(Kind::Full, "2026-11-20T00:00:00Z")]),
        place(2, vec![base(Kind::Full, "2026-11-10T00:00:00Z")]),
    ];
    let scene = RestoreScene {
        places: &places,
        data_dir: Path::new("/data/main"),
        occupied: true,
        runs: true,
        connected: 0,
        keys_missing: true,
        now: at("2026-11-28T00:00:00Z"),
    };
    let wanted = RestoreWanted { repository: None, to_time: Some(at("2026-11-15T00:00:00Z")), force: true };
    let plan = restore(&scene, &wanted).unwrap();
    let replaced = Some(PathBuf::from("/data/main.replaced-20261128T000000Z"));
    let fetch = Step::Fetch { repository: 2, to_time: wanted.to_time };
    let steps = [fetch, Step::Stop, Step::PutInPlace { replaced }, Step::Start, Step::OpenKeys, Step::Examine];
    assert_eq!(plan.steps, steps, "the first place has nothing that old");

    let refused = |scene: &RestoreScene<'_>, wanted: &RestoreWanted| restore(scene, wanted).unwrap_err().join("\n");
    assert!(refused(&scene, &RestoreWanted { force: false, ..wanted }).contains("--force"));
    assert!(refused(&RestoreScene { connected: 3, ..scene.clone() }, &wanted).contains("raallyctl down"));
    let future = RestoreWanted { to_time: Some(at("2026-11-29T00:00:00Z")), ..wanted };
    assert!(refused(&scene, &future).contains("has not come"));
    let before = RestoreWanted { to_time: Some(at("2026-01-01T00:00:00Z")), ..wanted };
    assert!(refused(&scene, &before).contains("no good backup"));
    assert!(refused(&scene, &RestoreWanted { repository: Some(1), ..wanted }).contains("in place 1"));
}

prop_compose! {
    fn places()(ages in prop::collection::vec(prop::collection::vec((0_i64..90, 0_u8..3, any::<bool>()), 0..6), 1..4)) -> Vec<Repository> {
        let now = at("2026-11-28T00:00:00Z");
        let one = |(age, kind, damaged): (i64, u8, bool)| {
            let began_at = now - (age * 24).hours();
            let kind = [Kind::Full, Kind::Diff, Kind::Incr][usize::from(kind)];
            Base { label: String::new(), kind, began_at, ended_at: began_at, bytes: 1, stored_bytes: 1, damaged }
        };
        (1..).zip(ages).map(|(number, ages)| place(number, ages.into_iter().map(one).collect())).collect()
    }
}

proptest! {
    #[test]
    fn every_place_gets_a_backup_and_nothing_is_removed_before_the_proof(places in places()) {
        let plan = backup(&places, &archiving(), &wanted(), at("2026-11-28T00:00:00Z")).unwrap();
        let index = |wanted: &dyn Fn(&Step) -> bool| plan.steps.iter().position(wanted);
        let proof = index(&|step| matches!(step, Step::Prove { .. })).unwrap();
        for place in &places {
            let taken = index(&|step| matches!(step, Step::BackUp { repository, .. } if *repository == place.number));
            let removed = index(&|step| matches!(step, Step::Expire { repository, .. } if *repository == place.number));
            prop_assert!(taken.unwrap() < proof && proof < removed.unwrap());
            let whole = place.backups.iter().any(|base| base.kind == Kind::Full && !base.damaged);
            let full = matches!(plan.steps[taken.unwrap()], Step::BackUp { kind: Kind::Full, .. });
            prop_assert!(whole || full, "a difference needs something whole before it");
        }
    }
}
