//! What was committed can be had back from the store, as of any moment, or it is said what is wrong with it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use raally_shipping::{
    Identities, Options, Place, Progress, Recipients, Restored, Shipper, ShippingError, Wanted, restore,
};
use rusqlite::Connection;
use tempfile::TempDir;

/// A database, and a folder that it is shipped to.
struct Scene {
    folder: TempDir,
    database: PathBuf,
    connection: Connection,
}

impl Scene {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let database = folder.path().join("x.db");
        let connection = Connection::open(&database).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = wal; PRAGMA busy_timeout = 5000; CREATE TABLE t (n INTEGER, text BLOB)",
            )
            .unwrap();
        Self { folder, database, connection }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn place(&self) -> Place {
        Place::open(&format!("file://{}", self.store().display())).unwrap()
    }

    fn options(&self) -> Options {
        Options { every: Duration::from_millis(20), ..Options::new(self.place(), "test") }
    }

    fn ship(&self, options: Options) -> (Shipper, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        (Shipper::start(options, self.database.clone(), Arc::clone(&progress)).unwrap(), progress)
    }

    fn write(&self, number: i64) {
        self.connection.execute("INSERT INTO t VALUES (?1, randomblob(2000))", [number]).unwrap();
    }

    async fn restore(&self, wanted: Wanted) -> Result<(Restored, Vec<i64>), ShippingError> {
        self.restore_with(&Identities::default(), wanted).await
    }

    async fn restore_with(&self, keys: &Identities, wanted: Wanted) -> Result<(Restored, Vec<i64>), ShippingError> {
        let target = self.folder.path().join("restored.db");
        let restored = restore(&self.place(), keys, wanted, &target).await?;
        Ok((restored, numbers(&target)))
    }

    /// Files of the store whose path has this in it, sorted.
    fn objects(&self, with: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.store()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().contains(with) {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

fn numbers(database: &Path) -> Vec<i64> {
    let connection = Connection::open(database).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let mut select = connection.prepare("SELECT n FROM t ORDER BY n").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Until everything that is committed now can be restored.
async fn safe(progress: &Progress) {
    let begun = Instant::now();
    until("everything is shipped", || {
        let seen = progress.seen();
        seen.ships && seen.bases > 0 && seen.lag_seconds < begun.elapsed().as_secs_f64()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_between_two_writes_has_the_first_and_not_the_second() {
    let scene = Scene::new();
    let (shipper, progress) = scene.ship(scene.options());
    safe(&progress).await;
    let mut moments = Vec::new();
    for number in 1..=5 {
        scene.write(number);
        safe(&progress).await;
        moments.push((number, Timestamp::now()));
    }
    shipper.stop().await;
    for (number, moment) in moments {
        let (restored, found) = scene.restore(Wanted { to: Some(moment), last_good: false }).await.unwrap();
        assert_eq!(found, (1..=number).collect::<Vec<_>>());
        assert!(restored.reached <= moment);
    }
    let long_ago = Wanted { to: Some("2020-01-01T00:00:00Z".parse().unwrap()), last_good: false };
    assert!(matches!(scene.restore(long_ago).await, Err(ShippingError::Input(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_up_to_the_end_is_shipped_through_rotations_packs_and_bases() {
    let scene = Scene::new();
    let options = Options {
        every: Duration::ZERO,
        rotate_bytes: 64 << 10,
        base_every: Duration::from_millis(300),
        pack_records: 40,
        ..scene.options()
    };
    let (shipper, progress) = scene.ship(options);
    let mut number = 0;
    let deadline = Instant::now() + Duration::from_secs(60);
    while progress.seen().records < 150 || progress.seen().bases < 3 {
        assert!(Instant::now() < deadline, "{:?}", progress.seen());
        number += 1;
        scene.write(number);
        // Nobody writes without end faster than it is shipped: each base would be larger than the one before.
        if number % 16 == 0 {
            safe(&progress).await;
        }
    }
    shipper.stop().await;
    let (restored, found) = scene.restore(Wanted::default()).await.unwrap();
    assert_eq!(found, (1..=number).collect::<Vec<_>>());
    assert_eq!(progress.seen().generations, 1);
    let objects = scene.objects("/log/").len() as u64;
    assert!(objects < progress.seen().records / 2, "{objects} objects for {} records", progress.seen().records);
    assert!(restored.bytes > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_and_a_missing_record_are_named_and_the_last_good_moment_is_had_only_when_asked_for() {
    let scene = Scene::new();
    let (shipper, progress) = scene.ship(scene.options());
    for number in 1..=6 {
        scene.write(number);
        safe(&progress).await;
    }
    shipper.stop().await;
    let log = scene.objects("/log/");
    assert!(log.len() >= 5, "{log:?}");
    let (last_good, whole) = (Wanted { last_good: true, ..Wanted::default() }, Wanted::default());
    let victim = &log[log.len() - 3];
    let bytes = std::fs::read(victim).unwrap();
    for at in [3, 9, 60, bytes.len() / 2, bytes.len() - 1] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        std::fs::write(victim, flipped).unwrap();
        named(&scene, victim, whole, last_good).await;
    }
    std::fs::write(victim, &bytes[..bytes.len() / 2]).unwrap();
    named(&scene, victim, whole, last_good).await;
    std::fs::remove_file(victim).unwrap();
    let error = scene.restore(whole).await.unwrap_err().to_string();
    assert!(error.contains("missing"), "{error}");
    let (restored, found) = scene.restore(last_good).await.unwrap();
    assert!(!found.is_empty() && found.len() < 6 && restored.faults.len() == 1, "{found:?} {:?}", restored.faults);
    std::fs::write(victim, bytes).unwrap();
    assert_eq!(scene.restore(whole).await.unwrap().1.len(), 6);
    let part = &scene.objects("part-000000")[0];
    let mut flipped = std::fs::read(part).unwrap();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(part, flipped).unwrap();
    let error = scene.restore(whole).await.unwrap_err();
    assert!(matches!(&error, ShippingError::Damaged { object, .. } if object.ends_with("part-000000")), "{error}");
    assert!(scene.restore(last_good).await.is_err(), "there is no other base");
}

async fn named(scene: &Scene, victim: &Path, whole: Wanted, last_good: Wanted) {
    let name = victim.file_name().unwrap().to_str().unwrap();
    match scene.restore(whole).await {
        Err(ShippingError::Damaged { object, .. }) => assert!(object.ends_with(name), "{object}"),
        other => panic!("{other:?}"),
    }
    let (restored, found) = scene.restore(last_good).await.unwrap();
    assert!(restored.faults[0].contains(name), "{:?}", restored.faults);
    assert!(!found.is_empty() && found.len() < 6, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_while_the_store_is_down_and_it_catches_up() {
    let scene = Scene::new();
    let (shipper, progress) = scene.ship(scene.options());
    safe(&progress).await;
    // A file where the folder was: nothing can be put.
    let (store, away) = (scene.store(), scene.folder.path().join("away"));
    std::fs::rename(&store, &away).unwrap();
    std::fs::write(&store, "").unwrap();
    for number in 1..=20 {
        scene.write(number);
    }
    until("a failure is counted", || progress.seen().failures > 0).await;
    until("the lag shows", || progress.seen().lag_seconds > 0.3).await;
    std::fs::remove_file(&store).unwrap();
    std::fs::rename(&away, &store).unwrap();
    safe(&progress).await;
    assert_eq!(progress.seen().generations, 1, "the chain held");
    shipper.stop().await;
    assert_eq!(scene.restore(Wanted::default()).await.unwrap().1.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_grows_too_long_is_let_go_and_a_new_chain_begins() {
    let scene = Scene::new();
    let options = Options { log_bytes_max: 256 << 10, ..scene.options() };
    let (shipper, progress) = scene.ship(options);
    safe(&progress).await;
    let (store, away) = (scene.store(), scene.folder.path().join("away"));
    std::fs::rename(&store, &away).unwrap();
    std::fs::write(&store, "").unwrap();
    let mut number = 0;
    let deadline = Instant::now() + Duration::from_secs(60);
    while progress.seen().generations < 2 {
        assert!(Instant::now() < deadline, "{:?}", progress.seen());
        number += 1;
        scene.write(number);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    std::fs::remove_file(&store).unwrap();
    std::fs::rename(&away, &store).unwrap();
    until("a base of the new chain", || progress.seen().bases > 1).await;
    safe(&progress).await;
    shipper.stop().await;
    assert_eq!(scene.restore(Wanted::default()).await.unwrap().1.len(), usize::try_from(number).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_on_one_database_one_ships_and_the_other_takes_over() {
    let scene = Scene::new();
    let (first, first_progress) = scene.ship(scene.options());
    safe(&first_progress).await;
    let (second, second_progress) = scene.ship(scene.options());
    scene.write(1);
    safe(&first_progress).await;
    assert!(!second_progress.seen().ships);
    assert_eq!(second_progress.seen().records, 0);
    first.stop().await;
    safe(&second_progress).await;
    scene.write(2);
    safe(&second_progress).await;
    second.stop().await;
    assert_eq!(scene.restore(Wanted::default()).await.unwrap().1, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_opens_with_its_key_alone_and_brings_the_keys_along() {
    let scene = Scene::new();
    let key = scene.folder.path().join("secret.key");
    std::fs::write(&key, "the installation's key").unwrap();
    let (identity, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let recipients = Recipients::read(&[identity.to_public().to_string()]).unwrap();
    let keys = vec![("secret.key".to_owned(), key), ("audit.key".to_owned(), scene.folder.path().join("none"))];
    scene.connection.execute("INSERT INTO t VALUES (7, 'a word that must not be seen')", []).unwrap();
    let (shipper, progress) = scene.ship(Options { recipients, keys, ..scene.options() });
    safe(&progress).await;
    scene.write(8);
    shipper.stop().await;
    assert!(matches!(scene.restore(Wanted::default()).await, Err(ShippingError::Input(_))), "no key");
    let open = |identity: &age::x25519::Identity| {
        use age::secrecy::ExposeSecret;
        let file = scene.folder.path().join("identity");
        std::fs::write(&file, identity.to_string().expose_secret()).unwrap();
        Identities::read(&file).unwrap()
    };
    assert!(matches!(scene.restore_with(&open(&other), Wanted::default()).await, Err(ShippingError::Input(_))));
    let (restored, found) = scene.restore_with(&open(&identity), Wanted::default()).await.unwrap();
    assert_eq!(found, [7, 8]);
    let [(name, bytes)] = &restored.keys[..] else { panic!("{}", restored.keys.len()) };
    assert_eq!((name.as_str(), &bytes[..]), ("secret.key", &b"the installation's key"[..]));
    for object in scene.objects("") {
        let bytes = std::fs::read(&object).unwrap();
        let seen = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        assert!(!seen(b"must not be seen") && !seen(b"installation's key"), "{}", object.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_no_shipper_writes_are_not_followed() {
    let scene = Scene::new();
    let (shipper, progress) = scene.ship(scene.options());
    safe(&progress).await;
    scene.write(1);
    safe(&progress).await;
    shipper.stop().await;
    let log = scene.objects("/log/")[0].parent().unwrap().to_owned();
    for name in ["..%2F..%2Fescaped", "000000000001-99999999999x", "notes.txt"] {
        std::fs::write(log.join(name), "not ours").unwrap();
    }
    std::fs::create_dir_all(scene.store().join("99991231T000000000000Z-..")).unwrap();
    assert_eq!(scene.restore(Wanted::default()).await.unwrap().1, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_goes_and_what_can_still_be_wanted_stays() {
    let scene = Scene::new();
    for number in 1..=3 {
        let keep = Duration::ZERO;
        let (shipper, progress) = scene.ship(Options { keep, ..scene.options() });
        scene.write(number);
        safe(&progress).await;
        shipper.stop().await;
    }
    assert_eq!(scene.restore(Wanted::default()).await.unwrap().1, [1, 2, 3]);
    assert_eq!(scene.objects("manifest.json").len(), 1, "only the newest can be wanted");
}
