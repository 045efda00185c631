//! Whatever is done to a sealed log is found, and where it was done is named.

use proptest::prelude::*;
use proptest::sample::Index;
use raally_domain::ids::WorkspaceId;
use raally_identity::chain::{
    AuditEvent, AuditKey, AuditPublicKey, Checkpoint, ExportedCheckpoint, FaultKind, NotACheckpoint, Report, SealFault,
    StoredSeal, Verifier, seal, verify_chain,
};
use uuid::Uuid;

const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(42));

/// An event that owns its texts.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    position: i64,
    kind: String,
    stream: u128,
    version: i64,
    id: u128,
    type_name: String,
    schema_version: i32,
    recorded_at: i64,
    actor: Option<u128>,
    import: Option<u128>,
    trace: Option<String>,
    payload: Vec<u8>,
}

impl Row {
    fn at(position: i64, id: u128) -> Self {
        Self {
            position,
            kind: "person".to_owned(),
            stream: 7,
            version: position,
            id,
            type_name: "person-added".to_owned(),
            schema_version: 1,
            recorded_at: position * 1000,
            actor: id.is_multiple_of(3).then_some(id + 1),
            import: None,
            trace: None,
            payload: format!("{{\"number\":{id}}}").into_bytes(),
        }
    }

    fn event(&self) -> AuditEvent<'_> {
        AuditEvent {
            position: self.position,
            workspace: HERE,
            kind: &self.kind,
            stream_id: Uuid::from_u128(self.stream),
            version: self.version,
            event_id: Uuid::from_u128(self.id),
            type_name: &self.type_name,
            schema_version: self.schema_version,
            recorded_at: self.recorded_at,
            actor: self.actor.map(Uuid::from_u128),
            import: self.import.map(Uuid::from_u128),
            trace: self.trace.as_deref(),
            payload: &self.payload,
        }
    }

    /// Changes one field, as somebody with access to the table could.
    fn change(&mut self, field: u8) {
        match field % 11 {
            0 => self.payload[3] ^= 1,
            1 => self.payload.push(b' '),
            2 => self.kind.push('s'),
            3 => self.stream += 1,
            4 => self.version += 1,
            5 => self.id += 1 << 100,
            6 => self.type_name.clear(),
            7 => self.schema_version += 1,
            8 => self.recorded_at -= 1,
            9 => self.actor = if self.actor.is_some() { None } else { Some(0) },
            _ => self.import = Some(self.import.map_or(5, |id| id + 1)),
        }
    }
}

#[derive(Clone, Debug)]
struct Log {
    rows: Vec<Row>,
    seals: Vec<StoredSeal>,
    checkpoint: Checkpoint,
}

fn key() -> AuditKey {
    AuditKey::from_seed(&[5; 32]).unwrap()
}

fn sealed(rows: &[Row], runs: &[usize]) -> Vec<StoredSeal> {
    let (mut seals, mut rest) = (Vec::<StoredSeal>::new(), rows);
    for length in runs.iter().copied().chain(std::iter::repeat(3)) {
        let (run, after) = rest.split_at(length.clamp(1, rest.len().max(1)).min(rest.len()));
        if run.is_empty() {
            break;
        }
        let next = seal(seals.last(), run.iter().map(Row::event), 99).unwrap();
        seals.push(next);
        rest = after;
    }
    seals
}

fn log(gaps: &[i64], runs: &[usize]) -> Log {
    let mut position = 0;
    let rows: Vec<Row> = (1..)
        .zip(gaps)
        .map(|(id, gap)| {
            position += gap;
            Row::at(position, id)
        })
        .collect();
    let seals = sealed(&rows, runs);
    let checkpoint = key().checkpoint(seals.last().unwrap(), 1234).unwrap();
    Log { rows, seals, checkpoint }
}

impl Log {
    fn verify_with(&self, checkpoints: Vec<Checkpoint>, trusted: &[AuditPublicKey]) -> Report {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by_key(|row| row.position);
        verify_chain(HERE, trusted, rows.into_iter().map(Row::event), &self.seals, checkpoints)
    }

    fn verify(&self) -> Report {
        self.verify_with(vec![self.checkpoint.clone()], &[key().public()])
    }

    fn unsigned(&self) -> Report {
        self.verify_with(Vec::new(), &[])
    }
}

fn found(report: &Report) -> (Option<FaultKind>, Option<i64>) {
    assert_eq!(report.ok, report.kind.is_none());
    (report.kind, report.first_bad_position)
}

fn any_log() -> impl Strategy<Value = Log> {
    (prop::collection::vec(1_i64..5, 2..40), prop::collection::vec(1_usize..8, 0..20))
        .prop_map(|(gaps, runs)| log(&gaps, &runs))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn untouched_log_is_good(log in any_log(), tail in 0_usize..5) {
        let mut log = log;
        let last = log.rows.last().unwrap().position;
        let sealed = log.rows.len();
        log.rows.extend((0..tail).map(|number| Row::at(last + 1 + number as i64, 1000 + number as u128)));
        let report = log.verify();
        prop_assert!(report.ok);
        prop_assert_eq!(report.checked, sealed as u64);
        prop_assert_eq!((report.sealed_through, report.signed_through), (last, last));
        prop_assert_eq!(report.unsealed_tail, tail as u64);
    }

    #[test]
    fn changed_event_is_found_by_its_position(log in any_log(), at: Index, field: u8) {
        let mut log = log;
        let at = at.index(log.rows.len());
        let before = log.rows[at].clone();
        log.rows[at].change(field);
        prop_assume!(log.rows[at] != before);
        let expected = (Some(FaultKind::Changed), Some(before.position));
        prop_assert_eq!(found(&log.verify()), expected);
        prop_assert_eq!(found(&log.unsigned()), expected);
    }

    #[test]
    fn removed_event_is_found_by_its_position(log in any_log(), at: Index) {
        let mut log = log;
        let at = at.index(log.rows.len());
        let gone = log.rows.remove(at);
        let last = at == log.rows.len();
        let kind = if last { FaultKind::TailCut } else { FaultKind::Removed };
        prop_assert_eq!(found(&log.verify()), (Some(kind), Some(gone.position)));
    }

    #[test]
    fn inserted_event_is_found_by_its_position(log in any_log(), at: Index) {
        let mut log = log;
        let last = log.rows.last().unwrap().position;
        let free: Vec<i64> = (1..last).filter(|place| log.rows.iter().all(|row| row.position != *place)).collect();
        prop_assume!(!free.is_empty());
        let position = free[at.index(free.len())];
        log.rows.push(Row::at(position, 5000));
        prop_assert_eq!(found(&log.verify()), (Some(FaultKind::Inserted), Some(position)));
    }

    #[test]
    fn event_inserted_by_moving_the_others_on_is_found(log in any_log(), at: Index) {
        let mut log = log;
        let at = at.index(log.rows.len());
        let position = log.rows[at].position;
        for row in &mut log.rows[at..] {
            row.position += 1;
        }
        log.rows.insert(at, Row::at(position, 5000));
        let report = log.verify();
        prop_assert!(!report.ok);
        prop_assert_eq!(report.first_bad_position, Some(position));
    }

    #[test]
    fn events_at_each_others_places_are_found(log in any_log(), one: Index, other: Index) {
        let mut log = log;
        let (one, other) = (one.index(log.rows.len()), other.index(log.rows.len()));
        prop_assume!(one != other);
        let (first, second) = (log.rows[one].position, log.rows[other].position);
        log.rows[one].position = second;
        log.rows[other].position = first;
        let report = log.verify();
        prop_assert!(!report.ok);
        prop_assert_eq!(report.first_bad_position, Some(first.min(second)));
        let together = log.seals.iter().any(|seal| {
            seal.from_position <= first.min(second) && first.max(second) <= seal.to_position
        });
        prop_assert_eq!(report.kind == Some(FaultKind::Reordered), together);
    }

    #[test]
    fn rewritten_chain_is_found_by_a_checkpoint_only(log in any_log(), at: Index, field: u8) {
        let mut log = log;
        let at = at.index(log.rows.len());
        log.rows[at].change(field);
        let lengths: Vec<usize> = log.seals.iter().map(|seal| seal.count as usize).collect();
        let kept = log.checkpoint.clone();
        log.seals = sealed(&log.rows, &lengths);
        prop_assume!(log.seals.last().unwrap().root_hash[..32] != kept.hash);
        prop_assert!(log.unsigned().ok);
        prop_assert_eq!(log.unsigned().signed_through, 0);
        prop_assert_eq!(log.verify().kind, Some(FaultKind::Rewritten));
        // Signed anew with a key of the forger's own, under its own name or ours.
        let forger = AuditKey::from_seed(&[6; 32]).unwrap();
        let mut forged = forger.checkpoint(log.seals.last().unwrap(), 1234).unwrap();
        let report = log.verify_with(vec![forged.clone()], &[key().public()]);
        prop_assert_eq!(report.kind, Some(FaultKind::BadSignature));
        forged.key_id = kept.key_id.clone();
        let report = log.verify_with(vec![forged, kept], &[key().public()]);
        prop_assert!(!report.ok);
    }

    #[test]
    fn cut_tail_is_found_by_a_checkpoint(log in any_log(), from: Index) {
        let mut log = log;
        let from = from.index(log.seals.len());
        let cut = log.seals[from].from_position;
        log.rows.retain(|row| row.position < cut);
        // The seals were left: their events are missed.
        prop_assert_eq!(found(&log.verify()), (Some(FaultKind::TailCut), Some(cut)));
        prop_assert_eq!(found(&log.unsigned()), (Some(FaultKind::TailCut), Some(cut)));
        // The seals are gone too: only the checkpoint remembers.
        log.seals.truncate(from);
        prop_assert!(log.unsigned().ok);
        let last = log.rows.last().map_or(0, |row| row.position);
        prop_assert_eq!(found(&log.verify()), (Some(FaultKind::TailCut), Some(last + 1)));
    }

    #[test]
    fn altered_or_missing_seal_is_found(log in any_log(), at: Index, byte: Index, what in 0_u8..7) {
        let mut log = log;
        let at = at.index(log.seals.len());
        let sealed = &mut log.seals[at];
        match what {
            0 => { let byte = byte.index(sealed.root_hash.len()); sealed.root_hash[byte] ^= 4; }
            1 => sealed.previous_hash = vec![1; 32],
            2 => sealed.count += 1,
            3 => sealed.sealed_at += 1,
            4 => sealed.from_position -= 1,
            5 => sealed.root_hash.truncate(byte.index(32)),
            _ => { log.seals.remove(at); }
        }
        prop_assert!(!log.verify().ok);
    }

    #[test]
    fn altered_checkpoint_is_found(log in any_log(), what in 0_u8..6, bit in 0_usize..512) {
        let mut log = log;
        let checkpoint = &mut log.checkpoint;
        match what {
            0 => checkpoint.signature[bit / 8] ^= 1 << (bit % 8),
            1 => checkpoint.hash[bit / 16] ^= 1,
            2 => checkpoint.position -= 1,
            3 => checkpoint.signed_at += 1,
            4 => checkpoint.key_id.push('x'),
            _ => checkpoint.workspace = WorkspaceId(Uuid::nil()),
        }
        prop_assert_eq!(log.verify().kind, Some(FaultKind::BadSignature));
        let exported = ExportedCheckpoint { checkpoint: log.checkpoint.clone(), public_key: key().public() };
        prop_assert_eq!(ExportedCheckpoint::from_json(exported.to_json().as_bytes()), Err(NotACheckpoint));
    }

    #[test]
    fn exported_checkpoint_reads_back_and_cut_off_ones_do_not(log in any_log(), cut: Index) {
        let exported = ExportedCheckpoint { checkpoint: log.checkpoint, public_key: key().public() };
        let text = exported.to_json();
        prop_assert_eq!(ExportedCheckpoint::from_json(text.as_bytes()), Ok(exported));
        prop_assert_eq!(ExportedCheckpoint::from_json(&text.as_bytes()[..cut.index(text.len())]), Err(NotACheckpoint));
    }

    #[test]
    fn stored_seals_of_any_form_are_survived(
        roots in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 0..4),
        numbers in prop::collection::vec(any::<[i64; 4]>(), 4),
    ) {
        let seals = roots.into_iter().zip(numbers).map(|(root_hash, [from_position, to_position, count, sealed_at])| {
            StoredSeal { workspace: HERE, from_position, to_position, count, previous_hash: root_hash.clone(), root_hash, sealed_at }
        });
        let rows: Vec<Row> = (1..9).map(|position| Row::at(position, position as u128)).collect();
        let seals: Vec<_> = seals.collect();
        let report = verify_chain(HERE, &[], rows.iter().map(Row::event), &seals, Vec::new());
        prop_assert_eq!(report.ok, seals.is_empty());
    }
}

#[test]
fn removed_run_with_its_seal_is_found() {
    let mut log = log(&[1; 9], &[3, 3, 3]);
    log.seals.remove(1);
    log.rows.retain(|row| !(4..=6).contains(&row.position));
    assert_eq!(found(&log.verify()), (Some(FaultKind::Removed), Some(4)));
}

#[test]
fn missing_seals_before_a_checkpoint_are_found() {
    let mut log = log(&[1; 9], &[3, 3, 3]);
    log.seals.truncate(2);
    assert_eq!(found(&log.verify()), (Some(FaultKind::Rewritten), Some(7)));
}

#[test]
fn several_checkpoints_say_how_far_the_chain_is_signed() {
    let mut log = log(&[1; 9], &[3, 3, 3]);
    let early = key().checkpoint(&log.seals[0], 5).unwrap();
    let both = vec![log.checkpoint.clone(), early];
    assert_eq!(log.verify_with(both.clone(), &[key().public()]).signed_through, 9);
    log.rows[4].payload.clear();
    log.seals = sealed(&log.rows, &[3, 3, 3]);
    let report = log.verify_with(both, &[key().public()]);
    assert_eq!(found(&report), (Some(FaultKind::Rewritten), Some(4)));
    assert_eq!(report.signed_through, 3);
}

#[test]
fn chain_goes_on_only_where_it_ended() {
    let log = log(&[1; 6], &[3, 3]);
    let last = log.seals.last();
    assert_eq!(seal(last, [], 1), Err(SealFault::Empty));
    assert_eq!(seal(last, [log.rows[5].event()], 1), Err(SealFault::OutOfOrder { position: 6 }));
    let (row, next) = (Row::at(8, 1), Row::at(7, 2));
    assert_eq!(seal(last, [row.event(), next.event()], 1), Err(SealFault::OutOfOrder { position: 7 }));
    let foreign = AuditEvent { workspace: WorkspaceId(Uuid::nil()), ..row.event() };
    assert_eq!(seal(last, [foreign], 1), Err(SealFault::OutOfOrder { position: 8 }));
    let unreadable = StoredSeal { root_hash: vec![1; 31], ..log.seals[1].clone() };
    assert_eq!(seal(Some(&unreadable), [row.event()], 1), Err(SealFault::BadPrevious));
}

#[test]
fn run_by_run_is_the_same_as_all_at_once() {
    let log = log(&[2; 9], &[4, 4]);
    let trusted = [key().public()];
    let mut verifier = Verifier::new(HERE, &trusted, vec![log.checkpoint.clone()]);
    for seal in &log.seals {
        let after = verifier.through();
        let run = log.rows.iter().filter(|row| row.position > after && row.position <= seal.to_position);
        verifier.run(seal, run.map(Row::event));
    }
    assert_eq!(verifier.finish(), log.verify());
}

#[test]
fn digest_of_an_event_never_changes() {
    // Computed apart, by the description in the doc comments: if this fails, no existing chain verifies any more.
    let row = Row { trace: Some("00-a-b-01".to_owned()), ..Row::at(9, 3) };
    assert_eq!(format!("{:?}", row.event().digest()), "oVgndPnwZYGZWm7vOHRVpiNlrAIW9p_t2NWcw894BCA");
    let log = log(&[1, 2, 3], &[3]);
    assert_eq!(format!("{:?}", log.seals[0].hash().unwrap()), "evq91OF7SVrT6brEwCp87vOvzzw0HyBlti29GdG6Pns");
}

#[test]
fn fields_do_not_run_into_each_other() {
    let base = Row::at(1, 1);
    let one = Row { kind: "ab".to_owned(), type_name: "c".to_owned(), ..base.clone() };
    let other = Row { kind: "a".to_owned(), type_name: "bc".to_owned(), ..base.clone() };
    assert_ne!(one.event().digest(), other.event().digest());
    let actor = Row { actor: Some(4), import: None, ..base.clone() };
    let import = Row { actor: None, import: Some(4), ..base };
    assert_ne!(actor.event().digest(), import.event().digest());
}
