//! Disks that fail: full, over quota, read-only (TRUST.md P6). The store answers `Unavailable`, writes nothing by half, and
//! goes on by itself once the disk does. Small file systems are mounted where the test runs as root.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Append, Expected, FutureExt as _, Location, Meta, Mode, NewEvent, Scope, Store, StoreConfig, StoreError,
    testing::TEST_BUILD,
};
use uuid::Uuid;

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(3));

/// Appends an event of about 4 KiB.
async fn append(store: &Store) -> Result<i64, StoreError> {
    store
        .write(Scope::Workspace(WORKSPACE), move |tx| {
            async move {
                let append = Append {
                    workspace: WORKSPACE,
                    kind: Kind::Person,
                    stream_id: Uuid::now_v7(),
                    expected: Expected::New,
                    events: vec![NewEvent {
                        event_id: Uuid::now_v7(),
                        type_name: "X".into(),
                        schema_version: 1,
                        payload: format!("\"{}\"", "x".repeat(4000)),
                    }],
                    meta: Meta::default(),
                };
                Ok::<_, StoreError>(tx.append(&append).await?.last_position)
            }
            .boxed()
        })
        .await
}

async fn positions(store: &Store) -> Vec<i64> {
    let (events, _) = store.subscribe_page(raally_storage::Cursor::default(), 1_000_000).await.unwrap();
    events.into_iter().map(|event| event.position).collect()
}

async fn open(file: PathBuf) -> Result<Store, StoreError> {
    let store = Store::open(&StoreConfig::new(Location::Sqlite(file), TEST_BUILD)).await?;
    store.migrate(Mode::Expand).await?;
    Ok(store)
}

/// Writes until the disk refuses; what was acknowledged.
async fn fill(store: &Store) -> Vec<i64> {
    let mut acknowledged = Vec::new();
    loop {
        match append(store).await {
            Ok(position) => acknowledged.push(position),
            Err(StoreError::Unavailable { detail }) => {
                assert!(!detail.is_empty());
                return acknowledged;
            }
            Err(other) => panic!("{other}"),
        }
        assert!(acknowledged.len() < 100_000, "the disk never gets full");
    }
}

async fn until_it_works(store: &Store) -> i64 {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match append(store).await {
            Ok(position) => return position,
            Err(error) => assert!(error.retryable() && Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A small file system in memory, unmounted with the value. None when the test may not mount.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::TempDir::new().unwrap();
        let mounted = run("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], Some(folder.path()));
        if !mounted {
            eprintln!("skipped: mounting a file system needs root");
        }
        mounted.then_some(Self { folder })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn remount(&self, options: &str) {
        assert!(run("mount", &["-o", &format!("remount,{options}")], Some(self.folder.path())));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a connection of the store may be open until its thread has ended.
        run("umount", &["-l"], Some(self.folder.path()));
    }
}

fn run(program: &str, arguments: &[&str], last: Option<&Path>) -> bool {
    Command::new(program).args(arguments).args(last).output().is_ok_and(|output| output.status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_serves_reads_and_heals() {
    let Some(disk) = SmallDisk::mount("8m") else {
        return;
    };
    let store = open(disk.file("raally.db")).await.unwrap();
    let mut acknowledged = vec![append(&store).await.unwrap()];
    for round in 0..3 {
        let ballast = disk.file("ballast");
        std::fs::write(&ballast, vec![0; 3 * 1024 * 1024 / (round + 1)]).unwrap();
        acknowledged.extend(fill(&store).await);
        assert!(store.health().await.is_err() || append(&store).await.is_err());
        assert_eq!(positions(&store).await, acknowledged, "reads go on, no half event");
        std::fs::remove_file(&ballast).unwrap();
        acknowledged.push(until_it_works(&store).await);
        store.health().await.unwrap();
    }
    assert_eq!(positions(&store).await, acknowledged);
    store.integrity_check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_disk_is_unavailable_until_it_can_be_written() {
    let Some(disk) = SmallDisk::mount("16m") else {
        return;
    };
    let store = open(disk.file("raally.db")).await.unwrap();
    let before = append(&store).await.unwrap();
    store.close().await;
    drop(store);
    disk.remount("ro");
    let refused = open(disk.file("raally.db")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused}");
    disk.remount("rw");
    let store = open(disk.file("raally.db")).await.unwrap();
    let after = append(&store).await.unwrap();
    assert_eq!(positions(&store).await, [before, after]);
}

const QUOTA_FILE: &str = "RAALLY_QUOTA_FILE";

/// Runs in a child with a limit on file sizes, where writes fail with an I/O error instead of a full disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_under_quota() {
    let Ok(file) = std::env::var(QUOTA_FILE) else {
        return;
    };
    let store = open(PathBuf::from(file)).await.unwrap();
    let mut acknowledged = fill(&store).await;
    assert!(!acknowledged.is_empty());
    let quota_lifted = Command::new("prlimit")
        .args(["--fsize=unlimited:unlimited", "--pid"])
        .arg(std::process::id().to_string())
        .status();
    assert!(quota_lifted.unwrap().success());
    acknowledged.push(until_it_works(&store).await);
    store.health().await.unwrap();
    assert_eq!(positions(&store).await, acknowledged);
    store.integrity_check().await.unwrap();
    println!("healed");
}

#[test]
fn an_io_error_stops_writes_until_the_file_is_reopened_and_checked() {
    let folder = tempfile::TempDir::new().unwrap();
    // The signal that the limit sends is ignored, so that write() fails instead; the hard limit stays open.
    let script = "trap '' XFSZ; ulimit -S -f 4096; exec \"$0\" child_under_quota --exact --nocapture";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env(QUOTA_FILE, folder.path().join("raally.db"))
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("healed"), "{out}\n{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_stays_unavailable_until_it_is_whole_again() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("raally.db");
    let store = open(file.clone()).await.unwrap();
    for _ in 0..50 {
        append(&store).await.unwrap();
    }
    store.close().await;
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let middle = 4096 * (damaged.len() / 4096 / 2);
    for page in damaged[middle..].chunks_mut(4096) {
        page[..64].fill(0xFF);
    }
    let store = open(file.clone()).await.unwrap();
    std::fs::write(&file, damaged).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while append(&store).await.is_ok() {
        assert!(Instant::now() < deadline, "the damage was never noticed");
    }
    // The check at reopening finds it every time.
    for _ in 0..3 {
        let refused = append(&store).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused}");
    }
    drop(store);
}
