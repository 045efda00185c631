//! What was acknowledged survives kill -9 of the processes that wrote it, and of the server (TRUST.md P1, P3).
//!
//! The test starts itself again as two workers on one database. Each says on its standard output which command it tries
//! and which was acknowledged. The parent kills them at random moments; the next round's workers try again, with the same
//! idempotency key, what was neither acknowledged nor refused. In the end each acknowledged command is there once.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Append, Columns, EventQuery, Expected, FutureExt as _, Location, Meta, NewEvent, Query, Record, Scope, Store,
    StoreConfig, StoreError,
    testing::{TEST_BUILD, TestStore, server::PostgresServer},
};
use uuid::Uuid;

const DATABASE: &str = "RAALLY_KILL_DATABASE";
const TASKS: usize = 6;
const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(7));

/// One command: an event, a read row and the kept answer, under the id as idempotency key.
async fn command(store: &Store, id: Uuid) -> Result<(), StoreError> {
    store
        .write(Scope::Workspace(WORKSPACE), move |tx| {
            async move {
                let key = id.to_string();
                if tx.remembered(id, &key).await?.is_some() {
                    return Ok(());
                }
                let event = NewEvent {
                    event_id: Uuid::now_v7(),
                    type_name: "TeamAdded".into(),
                    schema_version: 1,
                    payload: format!(r#"{{"id":"{id}"}}"#),
                };
                let appended = tx
                    .append(&Append {
                        workspace: WORKSPACE,
                        kind: Kind::Team,
                        stream_id: Uuid::now_v7(),
                        expected: Expected::New,
                        events: vec![event],
                        meta: Meta::default(),
                    })
                    .await?;
                tx.put(
                    Kind::Team,
                    &Record {
                        workspace: WORKSPACE,
                        id,
                        version: appended.version,
                        position: appended.last_position,
                        created_at: appended.recorded_at,
                        updated_at: appended.recorded_at,
                        deleted_at: None,
                        sort_key: key.clone(),
                        body: "{}".to_owned(),
                        money: None,
                        columns: Columns::new(),
                    },
                )
                .await?;
                tx.remember(id, &key, b"hash", 201, "{}").await
            }
            .boxed()
        })
        .await
}

fn say(word: &str, id: Uuid) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{word} {id}").unwrap();
    out.flush().unwrap();
}

/// The child: not a test of its own, it does nothing unless the parent names a database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn worker() {
    let Ok(location) = std::env::var(DATABASE) else {
        return;
    };
    let store = Store::open(&StoreConfig::new(Location::parse(&location).unwrap(), TEST_BUILD)).await.unwrap();
    let again: Vec<Uuid> = std::io::stdin().lock().lines().map(|line| line.unwrap().parse().unwrap()).collect();
    let tasks = (0..TASKS).map(|task| {
        let store = store.clone();
        let mut again: Vec<Uuid> = again.iter().skip(task).step_by(TASKS).copied().collect();
        tokio::spawn(async move {
            loop {
                let id = again.pop().unwrap_or_else(Uuid::now_v7);
                say("try", id);
                loop {
                    match command(&store, id).await {
                        Ok(()) => break,
                        Err(error) if error.retryable() => tokio::time::sleep(Duration::from_millis(5)).await,
                        Err(error) => panic!("{error}"),
                    }
                }
                say("ack", id);
            }
        })
    });
    futures_util::future::join_all(tasks).await;
}

fn start(location: &str, again: &[Uuid]) -> (Child, Receiver<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["worker", "--exact", "--nocapture", "--test-threads", "1"])
        .env(DATABASE, location)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for id in again {
        writeln!(input, "{id}").unwrap();
    }
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            _ = sender.send(line);
        }
    });
    (child, lines)
}

#[derive(Default)]
struct Ledger {
    tried: HashSet<Uuid>,
    acknowledged: HashSet<Uuid>,
}

impl Ledger {
    fn note(&mut self, line: &str) {
        // The harness's own line may stand before the first word.
        for word in ["try ", "ack "] {
            let Some(start) = line.find(word) else {
                continue;
            };
            let Ok(id) = line[start + 4..].trim().parse() else {
                continue;
            };
            if word == "try " {
                self.tried.insert(id)
            } else {
                self.acknowledged.insert(id)
            };
        }
    }

    fn open(&self) -> Vec<Uuid> {
        self.tried.difference(&self.acknowledged).copied().collect()
    }
}

fn rounds() -> u64 {
    std::env::var("RAALLY_KILL_ROUNDS").map_or(10, |rounds| rounds.parse().unwrap())
}

/// A pause of 20 to 320 ms that differs from round to round.
fn random_pause() -> Duration {
    Duration::from_micros(20_000 + u64::try_from(Uuid::now_v7().as_u128() % 300_000).unwrap())
}

fn one_round(location: &str, ledger: &mut Ledger, disturb: impl FnOnce()) {
    let again = ledger.open();
    let (one, other) = again.split_at(again.len() / 2);
    let mut workers = [start(location, one), start(location, other)];
    // Both must have written before anything is killed.
    for (_, lines) in &workers {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let line = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())).expect("a worker writes");
            ledger.note(&line);
            if line.contains("ack ") {
                break;
            }
        }
    }
    std::thread::sleep(random_pause());
    disturb();
    for (child, _) in &mut workers {
        child.kill().unwrap();
        // The other one goes on for a moment alone.
        std::thread::sleep(random_pause() / 8);
    }
    for (mut child, lines) in workers {
        child.wait().unwrap();
        for line in lines {
            ledger.note(&line);
        }
    }
}

async fn verify(store: &Store, ledger: &Ledger) {
    store.integrity_check().await.unwrap();
    // Rows and events from one snapshot: a killed worker's last commit may still arrive at the server.
    let (events, rows) = store
        .read(Scope::Workspace(WORKSPACE), |tx| {
            async move {
                let events = tx.events(&EventQuery::after(WORKSPACE, 0, u32::MAX)).await?;
                Ok::<_, StoreError>((events, tx.list(&Query::new(Kind::Team)).await?))
            }
            .boxed()
        })
        .await
        .unwrap();
    let mut count_of: HashMap<Uuid, usize> = HashMap::new();
    for event in &events {
        let id = event.payload.get(7..43).unwrap().parse().unwrap();
        *count_of.entry(id).or_default() += 1;
    }
    let lost = ledger.acknowledged.iter().filter(|id| !count_of.contains_key(id)).count();
    let twice = count_of.values().filter(|count| **count > 1).count();
    let unknown = count_of.keys().filter(|id| !ledger.tried.contains(id)).count();
    assert_eq!((lost, twice, unknown), (0, 0, 0), "lost, twice, never tried");
    assert_eq!(rows.len(), events.len(), "each event has its read row");
    for row in rows {
        assert!(count_of.contains_key(&row.id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_loses_nothing_and_does_nothing_twice_when_two_processes_are_killed() {
    let test = TestStore::sqlite().await;
    test.store.close().await;
    let location = test.file().display().to_string();
    let mut ledger = Ledger::default();
    for _ in 0..rounds() {
        one_round(&location, &mut ledger, || ());
        let store = test.beside().await;
        verify(&store, &ledger).await;
        store.close().await;
    }
    println!("{} acknowledged, {} tried, {} rounds", ledger.acknowledged.len(), ledger.tried.len(), rounds());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_loses_nothing_and_does_nothing_twice_when_processes_and_server_are_killed() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let location = server.migrated_database().await;
    let store = Store::open(&StoreConfig::new(Location::parse(&location).unwrap(), TEST_BUILD)).await.unwrap();
    let mut ledger = Ledger::default();
    for round in 0..rounds() {
        one_round(&location, &mut ledger, || {
            if round % 2 == 1 {
                server.crash();
                server.resume();
                std::thread::sleep(random_pause());
            }
        });
        let deadline = Instant::now() + Duration::from_secs(20);
        while let Err(error) = store.health().await {
            assert!(Instant::now() < deadline, "{error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        verify(&store, &ledger).await;
    }
    println!("{} acknowledged, {} tried, {} rounds", ledger.acknowledged.len(), ledger.tried.len(), rounds());
}
