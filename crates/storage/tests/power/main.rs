//! Power loss leaves a prefix that holds every acknowledged command (TRUST.md P2).
//!
//! A child writes through a shim that records each write and sync. The parent plays the record back: before each sync it
//! builds what the disk may hold if the power fails now, that is what was synced, and of the rest nothing, or an arbitrary
//! part torn at sector bounds; opens that as a database, and checks it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::{BTreeMap, HashSet},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Append, Expected, FutureExt as _, Location, Meta, Mode, NewEvent, Scope, Store, StoreConfig, StoreError,
    testing::TEST_BUILD,
};
use uuid::Uuid;

const FOLDER: &str = "SHIM_FOLDER";
const TASKS: usize = 6;
const WRITES_PER_TASK: usize = 60;
const SECTOR_BYTES: usize = 512;

async fn append(store: &Store, id: Uuid) -> Result<(), StoreError> {
    let workspace = WorkspaceId(Uuid::from_u128(1));
    store
        .write(Scope::Workspace(workspace), move |tx| {
            async move {
                let append = Append {
                    workspace,
                    kind: Kind::Person,
                    stream_id: id,
                    expected: Expected::New,
                    events: vec![NewEvent {
                        event_id: id,
                        type_name: "X".into(),
                        schema_version: 1,
                        payload: format!("\"{}\"", "x".repeat(3000)),
                    }],
                    meta: Meta::default(),
                };
                tx.append(&append).await.map(|_| ())
            }
            .boxed()
        })
        .await
}

/// The child: does nothing unless the parent names a folder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer_on_the_recorded_disk() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let store = Store::open(&StoreConfig::new(Location::Sqlite(folder.join("raally.db")), TEST_BUILD)).await.unwrap();
    store.migrate(Mode::Expand).await.unwrap();
    let tasks = (0..TASKS).map(|_| {
        let store = store.clone();
        let mut acknowledged =
            std::fs::OpenOptions::new().append(true).create(true).open(folder.join("acknowledged")).unwrap();
        tokio::spawn(async move {
            for _ in 0..WRITES_PER_TASK {
                let id = Uuid::now_v7();
                append(&store, id).await.unwrap();
                // In the record, so that acknowledgements have their place in the order of things.
                acknowledged.write_all(id.as_bytes()).unwrap();
            }
        })
    });
    for task in futures_util::future::join_all(tasks).await {
        task.unwrap();
    }
    store.close().await;
}

enum Change {
    Write { offset: usize, data: Vec<u8> },
    Truncate { size: usize },
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write { offset, data } => {
                let end = offset + data.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[*offset..end].copy_from_slice(data);
            }
            Self::Truncate { size } => content.resize(*size, 0),
        }
    }

    /// Only the first sectors arrived.
    fn torn(&self, sectors: usize) -> Self {
        match self {
            Self::Write { offset, data } => {
                let kept = data.len().min(sectors * SECTOR_BYTES);
                Self::Write { offset: *offset, data: data[..kept].to_vec() }
            }
            Self::Truncate { size } => Self::Truncate { size: *size },
        }
    }
}

#[derive(Default)]
struct DiskFile {
    synced: Vec<u8>,
    exists: bool,
    pending: Vec<Change>,
}

/// A generator of arbitrary but repeatable choices. Source: Marsaglia, "Xorshift RNGs", 2003.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound).unwrap()
    }
}

struct Trace<'t>(&'t [u8]);

impl<'t> Trace<'t> {
    fn take(&mut self, count: usize) -> &'t [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn number(&mut self, bytes: usize) -> usize {
        let mut wide = [0; 8];
        wide[..bytes].copy_from_slice(self.take(bytes));
        usize::try_from(u64::from_le_bytes(wide)).unwrap()
    }

    /// Operation, name of the file, offset, data.
    fn next(&mut self) -> Option<(u8, String, usize, &'t [u8])> {
        if self.0.is_empty() {
            return None;
        }
        let operation = self.take(1)[0];
        let length = self.number(4);
        let path = Path::new(std::str::from_utf8(self.take(length)).unwrap());
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let offset = self.number(8);
        let length = self.number(8);
        Some((operation, name, offset, self.take(length)))
    }
}

/// Builds the state after a power loss and checks it; how many events it has.
fn check(disk: &BTreeMap<String, DiskFile>, acknowledged: &HashSet<Uuid>, mut choices: Option<&mut Choices>) -> usize {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, file) in disk {
        let mut content = file.synced.clone();
        let mut exists = file.exists;
        if let Some(choices) = choices.as_deref_mut() {
            for change in &file.pending {
                match choices.below(3) {
                    0 => {}
                    1 => change.apply(&mut content),
                    _ => change.torn(choices.below(9)).apply(&mut content),
                }
            }
            exists |= !file.pending.is_empty();
        }
        if exists {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
    }
    let connection = rusqlite::Connection::open(folder.path().join("raally.db")).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let known: bool = connection
        .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'event')", [], |row| row.get(0))
        .unwrap();
    if !known {
        assert!(acknowledged.is_empty());
        return 0;
    }
    let mut statement = connection.prepare("SELECT position, event_id FROM event ORDER BY position").unwrap();
    let events: Vec<(i64, Vec<u8>)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert!((1..).zip(&events).all(|(wanted, (position, _))| wanted == *position), "a prefix of the log");
    let found: HashSet<Uuid> = events.iter().map(|(_, id)| Uuid::from_slice(id).unwrap()).collect();
    assert!(acknowledged.is_subset(&found), "{} acknowledged are lost", acknowledged.difference(&found).count());
    events.len()
}

/// Compiles the shim; none without a C compiler.
fn shim(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("shim.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/power/shim.c");
    let compiled =
        Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").output();
    match compiled {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(library)
        }
        Err(_) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "no C compiler");
            eprintln!("skipped: no C compiler");
            None
        }
    }
}

#[test]
fn power_loss_at_any_sync_keeps_what_was_acknowledged() {
    let workshop = tempfile::TempDir::new().unwrap();
    let Some(library) = shim(workshop.path()) else {
        return;
    };
    let folder = workshop.path().canonicalize().unwrap().join("disk");
    std::fs::create_dir(&folder).unwrap();
    let trace_file = workshop.path().join("trace");
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["writer_on_the_recorded_disk", "--exact"])
        .env("LD_PRELOAD", &library)
        .env("SHIM_TRACE", &trace_file)
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));

    let bytes = std::fs::read(&trace_file).unwrap();
    let mut trace = Trace(&bytes);
    let mut disk: BTreeMap<String, DiskFile> = BTreeMap::new();
    let mut acknowledged = HashSet::new();
    let mut choices = Choices(0x9E37_79B9_7F4A_7C15);
    let (mut syncs, mut most) = (0, 0);
    while let Some((operation, name, offset, data)) = trace.next() {
        if name == "acknowledged" {
            acknowledged.extend(data.chunks(16).map(|id| Uuid::from_slice(id).unwrap()));
            continue;
        }
        match operation {
            b'w' => disk.entry(name).or_default().pending.push(Change::Write { offset, data: data.to_vec() }),
            b't' => disk.entry(name).or_default().pending.push(Change::Truncate { size: offset }),
            b'u' => drop(disk.remove(&name)),
            _ => {
                syncs += 1;
                if disk.get("raally.db").is_some_and(|file| file.exists) {
                    most = most.max(check(&disk, &acknowledged, None));
                    check(&disk, &acknowledged, Some(&mut choices));
                }
                let file = disk.entry(name).or_default();
                file.exists = true;
                for change in std::mem::take(&mut file.pending) {
                    change.apply(&mut file.synced);
                }
            }
        }
    }
    assert_eq!(acknowledged.len(), TASKS * WRITES_PER_TASK);
    assert_eq!(check(&disk, &acknowledged, None), TASKS * WRITES_PER_TASK);
    assert!(syncs > 20 && most > 0, "{syncs} syncs");
    println!("{syncs} syncs, {} acknowledged", acknowledged.len());
}
