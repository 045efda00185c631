//! PostgreSQL with pgBackRest, driven by the program: planned, backed up, proven, lost, restored to a moment, drilled.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::Timestamp;
use raally_ops::recovery::postgres::Cluster;
use serde_json::Value;
use tempfile::TempDir;

use super::{raally, raallyctl};

/// An environment whose database is a PostgreSQL that archives to two places.
struct Place {
    folder: TempDir,
    cluster: Cluster,
    recipient: String,
}

impl Place {
    /// With the demo company; none where PostgreSQL or pgBackRest is missing.
    fn new() -> Option<Self> {
        let installed = Command::new("pgbackrest").arg("version").output().is_ok_and(|output| output.status.success());
        if !installed {
            _ = writeln!(std::io::stderr(), "skip: pgBackRest is not on this machine; PostgreSQL is not backed up");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut place = Self { folder, cluster: Cluster::start().unwrap(), recipient: String::new() };
        place.recipient = place.done(&["backup-key", "key"])["recipient"].as_str().unwrap().to_owned();
        place.describe("");
        let mut demo = Command::new(raally());
        demo.args(["demo", "--json"])
            .env("RAALLY_DATA_DIR", place.data())
            .env("RAALLY_DATABASE_URL", place.cluster.url());
        assert!(demo.output().unwrap().status.success());
        Some(place)
    }

    fn describe(&self, more: &str) {
        let text = format!(
            "format = 1\n[environments.dev]\ntarget = \"host\"\nreplicas = 2\nstrategy = \"rolling\"\n\
             [environments.dev.host]\nstate-dir = \"state\"\nlisten = \"127.0.0.1:8080\"\nports = [18100, 18119]\n\
             settings = {{ RAALLY_DATABASE_URL = \"{}\" }}\n\
             [environments.dev.host.postgres]\nconfig = \"{}\"\nrecipients = [\"{}\"]\nkeys-to = [\"{}\"]\n{more}\n",
            self.cluster.url(),
            self.cluster.config().display(),
            self.recipient,
            self.path("keys").display(),
        );
        fs::write(self.path("environments.toml"), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("state/data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(raallyctl());
        command.args(arguments).arg("--json").current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("RAALLYCTL_FILE", "environments.toml");
        if !arguments.contains(&"backup-key") {
            command.args(["--env", "dev"]);
        }
        if !arguments.contains(&"backup-key") && !arguments.contains(&"backups") {
            command.arg("--program").arg(raally());
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn refused(&self, arguments: &[&str], exit: i32) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {said}");
        said
    }

    fn raally(&self, arguments: &[&str], url: &str) -> Command {
        let mut command = Command::new(raally());
        command.args(arguments).arg("--json").env("RAALLY_DATA_DIR", self.data()).env("RAALLY_DATABASE_URL", url);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn add_user(&self, name: &str) {
        let email = format!("{name}@company.example");
        let mut command = self.raally(&["user", "create", "--email", &email, "--password-stdin"], &self.cluster.url());
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"quiet harbour lantern 93").unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn has_user(&self, name: &str, url: &str) -> bool {
        let output = self.raally(&["user", "list"], url).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).contains(&format!("{name}@company.example"))
    }

    fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("state/recovery.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn steps(value: &Value) -> Vec<&str> {
    value["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect()
}

fn kinds(places: &Value, place: usize) -> Vec<&str> {
    places[place]["backups"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

/// A file of a backup with its middle changed; where it is.
fn damage(place: &Path) -> PathBuf {
    let mut folders = vec![place.join("backup")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, data) = (entry.path(), entry.metadata().unwrap());
            if data.is_dir() && !data.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "lz4") && data.len() > 20_000 {
                let mut bytes = fs::read(&path).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                fs::write(&path, bytes).unwrap();
                return path;
            }
        }
    }
    panic!("no file to damage in {}", place.display());
}

#[test]
fn postgresql_is_backed_up_to_two_places_proven_and_its_old_ones_removed_last() {
    let Some(place) = Place::new() else { return };
    let plan = place.done(&["backup", "--dry-run"]);
    let first =
        ["make", "check-log", "back-up", "back-up", "seal-keys", "verify", "verify", "prove", "expire", "expire"];
    assert_eq!(steps(&plan), first);
    assert!(kinds(&place.done(&["backups"]), 0).is_empty(), "showing a plan changes nothing");
    assert!(!place.path("state/recovery.jsonl").exists());
    assert!(place.refused(&["backup"], 1).contains("--yes"), "nobody is here to confirm");

    let made = place.done(&["backup", "--yes", "--metrics-to", place.folder.path().to_str().unwrap()]);
    assert_eq!(steps(&made), first);
    for at in [0, 1] {
        assert_eq!(kinds(&made["places"], at), ["full"], "{made}");
        assert_eq!(made["places"][at]["encrypted"], true);
    }
    let proof = made["steps"].as_array().unwrap().iter().find(|step| step["step"] == "prove").unwrap();
    assert!(proof["says"].as_str().unwrap().contains(" of them sealed and as they were"), "{proof}");
    let metrics = fs::read_to_string(place.path("raally_backup.prom")).unwrap();
    assert!(metrics.contains("raally_backup_last_success_timestamp_seconds 1"), "{metrics}");
    let sealed = fs::read_dir(place.path("keys")).unwrap().flatten().next().unwrap().path();
    assert!(fs::read(sealed).unwrap().starts_with(b"age-encryption.org/v1"));

    place.done(&["backup", "--yes"]);
    let made = place.done(&["backup", "--yes", "--type", "incr"]);
    assert_eq!(kinds(&made["places"], 1), ["full", "diff", "incr"]);
    assert_eq!(fs::read_dir(place.path("keys")).unwrap().count(), 1, "the same keys are sealed once");
    let journal = place.journal();
    let planned = journal.iter().filter(|line| line["event"] == "recovery-planned").count();
    let ended: Vec<&Value> = journal.iter().filter(|line| line["event"] == "recovery-ended").collect();
    assert_eq!((planned, ended.len()), (3, 3));
    assert!(ended.iter().all(|line| line["done"] == true), "{ended:?}");
}

#[test]
fn postgresql_goes_back_to_a_moment_with_its_keys_and_goes_on_from_there() {
    let Some(place) = Place::new() else { return };
    place.done(&["backup", "--yes"]);
    place.add_user("ann");
    let moment = Timestamp::now().to_string();
    place.add_user("ben");
    let url = place.cluster.url();
    let restore = ["restore", "--to-time", &moment, "--identity", "key", "--yes"];
    assert!(place.refused(&restore, 1).contains("--force"), "what is there is not replaced unasked");

    fs::remove_dir_all(place.data()).unwrap();
    // What a restore that was killed has left behind.
    let half = PathBuf::from(format!("{}.restoring", place.cluster.data_dir().display()));
    fs::create_dir(&half).unwrap();
    fs::write(half.join("base"), "half").unwrap();
    let never = ["restore", "--aside", "--to-time", &Timestamp::now().to_string()];
    assert!(place.refused(&never, 1).contains("the log ends before that moment"));
    let restore = [&restore[..], &["--force"]].concat();
    let plan = place.done(&[&restore[..], &["--dry-run"]].concat());
    assert_eq!(steps(&plan), ["fetch", "stop", "put-in-place", "start", "open-keys", "examine"]);
    assert!(place.cluster.data_dir().join("postmaster.pid").exists(), "showing a plan stops nothing");

    place.done(&restore);
    assert!(place.has_user("ann", &url) && !place.has_user("ben", &url));
    assert!(!half.exists());
    let folder = place.cluster.data_dir().parent().unwrap();
    let kept = fs::read_dir(folder).unwrap().flatten();
    let kept = kept.filter(|entry| entry.file_name().to_string_lossy().starts_with("cluster.replaced-"));
    assert_eq!(kept.count(), 1, "what was there is kept beside");

    // A new line of the log: it is kept as the one before was.
    place.add_user("cleo");
    place.done(&["backup", "--yes"]);
    place.add_user("dora");
    let last = place.done(&["restore", "--repo", "2", "--force", "--yes"]);
    assert!(place.has_user("cleo", &url) && place.has_user("dora", &url), "{last}");
}

#[test]
fn a_drill_of_postgresql_says_what_would_be_lost_and_a_missed_goal_is_no_success() {
    let Some(place) = Place::new() else { return };
    place.done(&["backup", "--yes"]);
    let verdict = place.done(&["drill"]);
    assert_eq!(verdict["passed"], true, "{verdict}");
    assert_eq!((&verdict["repository"], &verdict["auditOk"]), (&2.into(), &true.into()));
    assert!(verdict["events"].as_u64().unwrap() > 100 && verdict["rtoSeconds"].as_f64().unwrap() > 0.0, "{verdict}");
    let missed = place.run(&["drill", "--rto-seconds", "0.000001"]);
    assert_eq!(missed.status.code(), Some(1));

    // Beside what runs: an address that lasts as long as the command.
    let mut beside = place.command(&["restore", "--aside"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    let mut lines = BufReader::new(beside.stdout.take().unwrap()).lines().map_while(Result::ok);
    while serde_json::from_str::<Value>(&told).is_err() {
        told += &lines.next().expect("the address is told");
    }
    let told: Value = serde_json::from_str(&told).unwrap();
    place.add_user("ann");
    assert!(!place.has_user("ann", told["url"].as_str().unwrap()) && place.has_user("ann", &place.cluster.url()));
    let pid = rustix::process::Pid::from_raw(i32::try_from(beside.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(beside.wait().unwrap().success());
}

#[test]
fn damage_in_a_place_is_named_before_anything_old_is_removed_and_what_runs_goes_on() {
    let Some(place) = Place::new() else { return };
    place.done(&["backup", "--yes"]);
    let second = place.cluster.config().with_file_name("second");
    damage(&second);
    let said = place.refused(&["backup", "--yes", "--keep-days", "1"], 2);
    assert!(said.contains("place 2 has damage"), "{said}");
    let ended = place.journal().pop().unwrap();
    assert_eq!((&ended["event"], &ended["done"]), (&"recovery-ended".into(), &false.into()));
    assert_eq!(kinds(&place.done(&["backups"]), 1).first(), Some(&"full"), "nothing was removed");

    // A place that can't be read any more: no backup is made that would count on it, and no restore begins.
    let config = fs::read_to_string(place.cluster.config()).unwrap();
    let start = config.find("repo2-cipher-pass=").unwrap() + "repo2-cipher-pass=".len();
    fs::write(place.cluster.config(), format!("{}0000{}", &config[..start], &config[start + 4..])).unwrap();
    assert!(place.refused(&["backup", "--yes"], 1).contains("place 2: "));
    let restore = ["restore", "--repo", "2", "--force", "--yes"];
    assert!(place.refused(&restore, 1).contains("no good backup in place 2"));
    assert!(place.cluster.data_dir().join("postmaster.pid").exists());
    place.add_user("ann");
}

#[test]
fn an_environment_that_does_not_keep_its_log_is_told_what_to_set() {
    let Some(place) = Place::new() else { return };
    place.describe("keep-days = 0");
    assert!(place.refused(&["backup", "--yes"], 1).contains("host.postgres.keep-days"));
    place.describe("");
    let file = place.cluster.data_dir().join("postgresql.auto.conf");
    fs::write(&file, "archive_command = ''\n").unwrap();
    place.cluster.reload().unwrap();
    let said = place.refused(&["backup", "--dry-run"], 1);
    assert!(said.contains("archive_command does not keep the log"), "{said}");
}
