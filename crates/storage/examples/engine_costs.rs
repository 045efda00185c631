//! What the shape of the SQLite engine costs and saves: reads on the calling thread against reads handed to another thread,
//! and commits of many commands against one each. The figures in docs/decisions/0002-sql-libraries.md come from
//! `cargo run --release -p raally-storage --example engine_costs`.
#![expect(clippy::unwrap_used, reason = "a measurement may panic")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Append, Columns, Expected, FutureExt as _, Location, Meta, Mode, NewEvent, Query, Record, Scope, Store,
    StoreConfig, StoreError, system_clock,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

const ROWS: usize = 5_000;
const FOR: Duration = Duration::from_secs(2);
const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

type Job = Box<dyn FnOnce() + Send>;

/// A reader thread as pools that hide SQLite behind async have it: a queue in, a one-shot channel back.
#[derive(Clone)]
struct ReaderThread(mpsc::UnboundedSender<Job>);

impl ReaderThread {
    fn start() -> Self {
        let (sender, mut jobs) = mpsc::unbounded_channel::<Job>();
        std::thread::spawn(move || {
            while let Some(job) = jobs.blocking_recv() {
                job();
            }
        });
        Self(sender)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || _ = answer.send(work()));
        self.0.send(job).ok().unwrap();
        answered.await.unwrap()
    }
}

async fn one(store: &Store, id: Uuid) -> usize {
    let length = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let seen = Arc::clone(&length);
    store
        .read(Scope::Workspace(WORKSPACE), move |tx| {
            async move {
                tx.visit_one(Kind::Assignment, id, |view| {
                    seen.store(view.body.len(), std::sync::atomic::Ordering::Relaxed);
                })
                .await?;
                Ok::<_, StoreError>(())
            }
            .boxed()
        })
        .await
        .unwrap();
    length.load(std::sync::atomic::Ordering::Relaxed)
}

async fn fifty(store: &Store) -> u64 {
    store
        .read(Scope::Workspace(WORKSPACE), |tx| {
            async move {
                let mut bytes = 0_u64;
                let query = Query::new(Kind::Assignment).limit(50);
                tx.visit(&query, |view| bytes += u64::try_from(view.body.len()).unwrap()).await?;
                Ok::<_, StoreError>(bytes)
            }
            .boxed()
        })
        .await
        .unwrap()
}

async fn create(store: &Store) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    store
        .write(Scope::Workspace(WORKSPACE), move |tx| {
            async move {
                let appended = tx
                    .append(&Append {
                        workspace: WORKSPACE,
                        kind: Kind::Assignment,
                        stream_id: id,
                        expected: Expected::New,
                        events: vec![NewEvent {
                            event_id: Uuid::now_v7(),
                            type_name: "AssignmentPlanned".into(),
                            schema_version: 1,
                            payload: format!("{{\"note\":\"{}\"}}", "x".repeat(200)),
                        }],
                        meta: Meta::default(),
                    })
                    .await?;
                tx.put(
                    Kind::Assignment,
                    &Record {
                        workspace: WORKSPACE,
                        id,
                        version: 1,
                        position: appended.last_position,
                        created_at: appended.recorded_at,
                        updated_at: appended.recorded_at,
                        deleted_at: None,
                        sort_key: id.to_string(),
                        body: format!("{{\"id\":\"{id}\",\"note\":\"{}\"}}", "x".repeat(400)),
                        money: None,
                        columns: Columns::new()
                            .with("person_id", Uuid::from_u128(5))
                            .with("project_id", Uuid::from_u128(6))
                            .with("starts_on", 20_000_i64)
                            .with("ends_on", 20_100_i64),
                    },
                )
                .await?;
                Ok(id)
            }
            .boxed()
        })
        .await
}

/// Runs a call over and over in this many tasks; calls per second.
async fn rate<F, Fut>(tasks: usize, call: F) -> f64
where
    F: Fn(usize) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let started = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|task| {
            let call = call.clone();
            tokio::spawn(async move {
                let mut count = 0_usize;
                while started.elapsed() < FOR {
                    call(count * 31 + task).await;
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut total = 0;
    for task in running {
        total += task.await.unwrap();
    }
    f64::from(u32::try_from(total).unwrap()) / started.elapsed().as_secs_f64()
}

async fn open(folder: &tempfile::TempDir, name: &str, batch_max: usize, mmap_bytes: u64) -> Store {
    let mut config = StoreConfig::new(Location::Sqlite(folder.path().join(name)), "0.1.0");
    config.commit_batch_max = batch_max;
    config.mmap_bytes = mmap_bytes;
    config.clock = system_clock();
    let store = Store::open(&config).await.unwrap();
    store.migrate(Mode::Expand).await.unwrap();
    store
}

/// One line of figures: one row and fifty, inline and handed to a thread.
async fn compare(store: Store, ids: &Arc<Vec<Uuid>>, tasks: usize) -> [f64; 4] {
    let thread = ReaderThread::start();
    let (inline, reads) = (store.clone(), Arc::clone(ids));
    let one_inline = rate(tasks, move |n| {
        let (store, id) = (inline.clone(), reads[n % reads.len()]);
        async move { assert!(one(&store, id).await > 0) }
    })
    .await;
    let (handed, reads, queue) = (store.clone(), Arc::clone(ids), thread.clone());
    let one_handed =
        rate(tasks, move |n| {
            let (store, id, queue) = (handed.clone(), reads[n % reads.len()], queue.clone());
            async move {
                assert!(queue.run(move || futures_util::FutureExt::now_or_never(one(&store, id)).unwrap()).await > 0)
            }
        })
        .await;
    let inline = store.clone();
    let fifty_inline = rate(tasks, move |_| {
        let store = inline.clone();
        async move { assert!(fifty(&store).await > 0) }
    })
    .await;
    let (handed, queue) = (store.clone(), thread);
    let fifty_handed =
        rate(tasks, move |_| {
            let (store, queue) = (handed.clone(), queue.clone());
            async move {
                assert!(queue.run(move || futures_util::FutureExt::now_or_never(fifty(&store)).unwrap()).await > 0)
            }
        })
        .await;
    [one_inline, one_handed, fifty_inline, fifty_handed]
}

async fn compare_reads(folder: &tempfile::TempDir, ids: &Arc<Vec<Uuid>>) {
    for tasks in [1, 32] {
        for mmap_bytes in [0, 64 << 20] {
            let store = open(folder, "grouped.db", 512, mmap_bytes).await;
            let [one_inline, one_handed, fifty_inline, fifty_handed] = compare(store, ids, tasks).await;
            println!(
                "{tasks:>2} tasks, mmap {:>2} MiB: one row {one_inline:>9.0}/s inline {one_handed:>9.0}/s by thread; 50 rows \
                 {fifty_inline:>7.0}/s inline {fifty_handed:>7.0}/s by thread",
                mmap_bytes >> 20
            );
        }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = open(&folder, "grouped.db", 512, 64 << 20).await;
    let filling: Vec<_> = (0..ROWS)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { create(&store).await })
        })
        .collect();
    let mut ids = Vec::new();
    for filled in filling {
        // The queue is bounded; what it refuses is not needed.
        ids.extend(filled.await.unwrap());
    }
    let ids = Arc::new(ids);
    if std::env::args().nth(1).as_deref() != Some("writes") {
        compare_reads(&folder, &ids).await;
    }
    let single = open(&folder, "single.db", 1, 0).await;
    for (name, store) in [("up to 512 in a commit", store), ("one in a commit", single)] {
        let writer = store.clone();
        let writes = rate(32, move |_| {
            let store = writer.clone();
            async move { _ = create(&store).await.unwrap() }
        })
        .await;
        println!("32 tasks, {name}: {writes:>7.0} durable creates/s, {:?}", store.metrics().commit_batch.counts);
    }
}
