//! SQLite: backups of a running server through the program, sealed, proven, restored, drilled; and both rehearsals.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{raally, raallyctl};

const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "quiet harbour lantern 93";

/// A server with its data in a folder of its own, and a place for backups.
struct Place {
    folder: TempDir,
    address: SocketAddr,
    server: Child,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let server = Command::new(raally())
            .arg("serve")
            .env("RAALLY_DATA_DIR", folder.path().join("data"))
            .env("RAALLY_LISTEN", address.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let place = Self { folder, address, server };
        let started = Instant::now();
        while place.request("GET", "/api/health/ready", "") != 200 {
            assert!(started.elapsed() < PATIENCE, "the server does not become ready");
            std::thread::yield_now();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The status; 0 when there is no answer.
    fn request(&self, method: &str, path: &str, body: &str) -> u16 {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return 0 };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut answer = String::new();
        _ = stream.write_all(head.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
        answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// `raally audit …` on an installation, which must be fine.
    fn audited(&self, data: &str, what: &str) {
        let done =
            Command::new(raally()).args(["audit", what]).env("RAALLY_DATA_DIR", self.path(data)).output().unwrap();
        assert!(done.status.success(), "{data}: {}", String::from_utf8_lossy(&done.stdout));
    }

    fn sign_up(&self, name: &str) {
        let body = format!("{{\"email\":\"{name}@company.example\",\"password\":\"{PASSWORD}\",\"name\":\"{name}\"}}");
        assert_eq!(self.request("POST", "/api/v1/auth/sign-up", &body), 201);
    }

    fn run(&self, data: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(raallyctl());
        command.args(arguments).arg("--json").current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("RAALLY_DATA_DIR", self.path(data)).output().unwrap()
    }

    fn done(&self, data: &str, arguments: &[&str]) -> Value {
        let output = self.run(data, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn refused(&self, data: &str, arguments: &[&str]) -> String {
        let output = self.run(data, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// A key, and a backup made with it beside the running server.
    fn backed_up(&self) -> Value {
        let key = self.done("data", &["backup-key", "key"]);
        let program = raally();
        let recipient = key["recipient"].as_str().unwrap();
        let backup = ["backup", "--to", "shelf", "--copy-to", "far", "--recipient", recipient];
        self.done("data", &[&backup[..], &["--program", program.to_str().unwrap()]].concat())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

#[test]
fn a_backup_that_is_asked_to_stop_leaves_no_copy_in_the_open() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("aside")).unwrap();
    // A program that copies, tells who it is, and takes its time.
    let slow = format!(
        "#!/bin/sh\n[ $1 = version ] && exec '{}' \"$@\"\necho copy >\"$2\"; echo $$ >'{}'; exec sleep 600\n",
        raally().display(),
        at("pid").display()
    );
    raally_ops::atomic::write(&at("slow"), slow.as_bytes(), 0o700).unwrap();
    let made = Command::new(raallyctl()).args(["backup-key", "--json"]).arg(at("key")).output().unwrap();
    let key: Value = serde_json::from_slice(&made.stdout).unwrap();
    let mut command = Command::new(raallyctl());
    command.args(["backup", "--json", "--recipient", key["recipient"].as_str().unwrap(), "--to"]).arg(at("shelf"));
    command.arg("--program").arg(at("slow")).env("TMPDIR", at("aside")).stderr(Stdio::piped());
    let tool = command.spawn().unwrap();
    let started = Instant::now();
    let pid = loop {
        assert!(started.elapsed() < PATIENCE, "the copy does not begin");
        match std::fs::read_to_string(at("pid")).unwrap_or_default().trim().parse::<u32>() {
            Ok(pid) => break pid,
            Err(_) => std::thread::yield_now(),
        }
    };
    assert_eq!(std::fs::read_dir(at("aside")).unwrap().count(), 1);
    assert!(Command::new("kill").arg(tool.id().to_string()).status().unwrap().success());
    let output = tool.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("interrupted"), "{said}");
    assert_eq!(std::fs::read_dir(at("aside")).unwrap().count(), 0, "the copy is gone");
    assert_eq!(std::fs::read_dir(at("shelf")).unwrap().count(), 0, "and nothing half is kept");
    while std::path::Path::new(&format!("/proc/{pid}/cwd")).exists() {
        assert!(started.elapsed() < PATIENCE, "the program was left running");
        std::thread::yield_now();
    }
}

#[test]
fn a_backup_beside_a_running_server_comes_back_whole_with_its_keys() {
    let place = Place::new();
    place.sign_up("ann");
    // From here on what was signed verifies by the list of earlier keys alone.
    place.audited("data", "rotate-key");
    let made = place.backed_up();
    assert!(made["manifest"]["events"].as_u64().unwrap() > 0, "{made}");
    let file = made["file"].as_str().unwrap();
    assert_eq!(
        std::fs::read(place.path(file)).unwrap(),
        std::fs::read(place.path(made["copies"][0].as_str().unwrap())).unwrap()
    );
    let sealed = std::fs::read(place.path(file)).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1"), "it is an age file");
    assert!(!sealed.windows(15).any(|part| part == b"SQLite format 3"), "the database is not in the open");
    place.sign_up("ben");

    let program = raally();
    let program = ["--program", program.to_str().unwrap()];
    let restore = [&["restore", "--from", "far", "--identity", "key", "--yes"][..], &program].concat();
    let back = place.done("there", &restore);
    assert_eq!(back["manifest"], made["manifest"]);
    for name in ["secret.key", "audit.key", "audit.key.trusted"] {
        let key = |data: &str| std::fs::read(place.path(data).join(name)).unwrap();
        assert_eq!(key("there"), key("data"), "{name}");
    }
    place.audited("there", "verify");
    assert!(place.refused("there", &restore).contains("--force"), "what is there is not replaced unasked");
    place.done("there", &[&restore[..], &["--force"]].concat());
    let before = ["--to-time", "2020-01-01T00:00:00Z"];
    assert!(place.refused("there", &[&restore[..], &before].concat()).contains("no backup"));
}

#[test]
fn a_drill_says_what_would_be_lost_and_how_long_it_takes_and_fails_by_its_goals() {
    let place = Place::new();
    place.sign_up("ann");
    place.backed_up();
    let program = raally();
    let drill = ["drill", "--from", "shelf", "--identity", "key", "--program", program.to_str().unwrap()];
    let verdict = place.done("data", &drill);
    assert_eq!(verdict["passed"], true, "{verdict}");
    assert!(
        verdict["rtoSeconds"].as_f64().unwrap() > 0.0 && verdict["rpoSeconds"].as_f64().unwrap() > 0.0,
        "{verdict}"
    );
    eprintln!("drill: back after {} s, lost at most {} s", verdict["rtoSeconds"], verdict["rpoSeconds"]);
    let missed = place.run("data", &[&drill[..], &["--rto-seconds", "0.000001"]].concat());
    assert_eq!(missed.status.code(), Some(1), "a missed goal is no success");
    let verdict: Value = serde_json::from_slice(&missed.stdout).unwrap();
    assert_eq!(verdict["passed"], false);
}

#[test]
fn a_backup_that_was_changed_or_is_for_another_key_is_refused_and_nothing_is_touched() {
    let place = Place::new();
    place.sign_up("ann");
    let made = place.backed_up();
    place.done("data", &["backup-key", "other"]);
    let program = raally();
    let program = ["--program", program.to_str().unwrap()];
    let restore = |key| [&["restore", "--from", "shelf", "--identity", key, "--yes"][..], &program].concat();
    assert!(place.refused("there", &restore("other")).contains("can't be opened"));
    let file = place.path(made["file"].as_str().unwrap());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(place.refused("there", &restore("key")).contains("was changed"));
    assert!(!place.path("there").join("raally.db").exists());
    assert!(place.refused("data", &["backup", "--to", "shelf", "--recipient", "age1nonsense"]).contains("--recipient"));
}

/// Runs a rehearsal; what it measured.
fn rehearse(engine: &str, rpo_seconds: &str) -> Value {
    let mut command = Command::new(raallyctl());
    command.args(["drill", "--json", "--rehearse", engine, "--rpo-seconds", rpo_seconds, "--program"]).arg(raally());
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert!(output.status.success(), "{verdict} {told}");
    verdict
}

#[test]
fn a_rehearsal_on_sqlite_loses_less_than_a_second_and_goes_back_to_a_moment() {
    let verdict = rehearse("sqlite", "1");
    assert_eq!(verdict["momentExact"], true, "{verdict}");
    assert_eq!(verdict["auditOk"], true, "{verdict}");
    assert!(verdict["acknowledged"].as_u64().unwrap() >= 4, "{verdict}");
}

#[test]
fn a_rehearsal_on_postgres_loses_less_than_five_seconds_and_goes_back_to_a_moment() {
    let installed = Command::new("pgbackrest").arg("version").output().is_ok_and(|output| output.status.success());
    if !installed {
        _ = writeln!(std::io::stderr(), "skip: pgBackRest is not on this machine; PostgreSQL is not rehearsed");
        return;
    }
    let verdict = rehearse("postgres", "5");
    assert_eq!(verdict["momentExact"], true, "{verdict}");
    assert_eq!(verdict["auditOk"], true, "{verdict}");
}
