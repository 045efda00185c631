//! The disk is lost: what was acknowledged a second before is in the backup store (`RAALLY_BACKUP_URL`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use age::secrecy::ExposeSecret;
use uuid::Uuid;

use crate::company::Company;
use crate::http::{Request, ask};
use crate::installation::{Installation, Serve, say, wait_until};
use crate::load::{Ledger, Load, marks};
use crate::proof;

/// What is promised: this old, and it is safe.
const PROMISED: Duration = Duration::from_secs(1);

fn rounds() -> usize {
    std::env::var("RAALLY_KILL_ROUNDS").map_or(3, |rounds| rounds.parse().unwrap())
}

/// A figure of `/metrics`; none when it isn't shown.
fn figure(server: SocketAddr, name: &str) -> Option<f64> {
    let page = ask(server, &Request::get("/metrics")).body;
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
    line.and_then(|value| value.parse().ok())
}

fn wait_until_based(servers: &[Serve]) {
    wait_until("one of the servers has put a base", || {
        let safe = |server: &Serve| figure(server.address, "raally_backup_lag_seconds").is_some_and(|lag| lag < 0.5);
        servers.iter().any(safe)
    });
}

#[test]
fn everything_acknowledged_a_second_before_the_disk_was_lost_is_restored() {
    let store = tempfile::tempdir().unwrap();
    let url = format!("file://{}", store.path().join("backups").display());
    let (identity, file) = (age::x25519::Identity::generate(), store.path().join("backup.key"));
    std::fs::write(&file, identity.to_string().expose_secret()).unwrap();
    let installation = Installation::sqlite()
        .with("RAALLY_BACKUP_URL", &url)
        .with("RAALLY_BACKUP_RECIPIENTS", identity.to_public().to_string());
    let mut servers = [installation.serve(), installation.serve()];
    let mut company = Company::found(servers[0].address);
    let (mut kept, mut lost_young) = (Vec::new(), 0);
    for round in 0..rounds() {
        wait_until_based(&servers);
        let ships = |server: &Serve| figure(server.address, "raally_backup_shipping") == Some(1.0);
        assert_eq!(servers.iter().filter(|server| ships(server)).count(), 1, "exactly one ships");
        let ledger = Arc::new(Ledger::default());
        let load = Load::start(&ledger, &company, &servers.each_ref().map(|server| server.address), 3);
        wait_until("something is acknowledged", || ledger.acknowledged() > 20);
        std::thread::sleep(Duration::from_micros(u64::try_from(Uuid::now_v7().as_u128() % 400_000).unwrap()));
        let promised = ledger.keys();
        std::thread::sleep(PROMISED);
        if round % 2 == 1 {
            // The one that ships dies first, and the other takes over.
            servers.sort_by_key(|server| !ships(server));
        }
        servers.iter_mut().for_each(Serve::kill);
        load.wait();
        std::fs::remove_dir_all(installation.folder()).unwrap();
        installation.done(&[
            "restore".as_ref(),
            "--from".as_ref(),
            url.as_ref(),
            "--identity".as_ref(),
            file.as_os_str(),
        ]);
        proof::holds(&installation);
        servers = [installation.serve(), installation.serve()];
        company.sign_in(servers[0].address);
        let found = marks(&company, servers[1].address);
        kept.extend(promised);
        let missing: Vec<_> = kept.iter().filter(|key| !found.contains(key)).collect();
        assert!(missing.is_empty(), "acknowledged a second before the loss and not restored: {missing:?}");
        let young: Vec<String> = ledger.keys();
        lost_young += young.iter().filter(|key| !found.contains(key)).count();
        kept.extend(young.into_iter().filter(|key| found.contains(key)));
    }
    servers.into_iter().for_each(Serve::stop);
    say(&format!(
        "disk lost {} times: {} acknowledged a second before are back; {lost_young} younger ones are not",
        rounds(),
        kept.len()
    ));
}

#[test]
fn an_address_with_a_password_or_an_unknown_scheme_is_refused_and_not_repeated() {
    for url in ["s3://key:hunter2@bucket/x", "ftp://hunter2/x", "file://hunter2"] {
        let installation = Installation::sqlite().with("RAALLY_BACKUP_URL", url);
        for arguments in [&["config", "check"][..], &["serve"], &["restore", "--from", url]] {
            let output = installation.run(arguments);
            let told =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
            assert!(told.contains("backup URL") && !told.contains("hunter2"), "{told}");
        }
    }
}

#[test]
fn a_restore_never_overwrites_data_unless_told_and_keeps_what_was_there() {
    let store = tempfile::tempdir().unwrap();
    let url = format!("file://{}", store.path().display());
    let installation = Installation::sqlite().with("RAALLY_BACKUP_URL", &url);
    let server = installation.serve();
    Company::found(server.address);
    wait_until_based(std::slice::from_ref(&server));
    let busy = installation.run(&["restore", "--from", &url, "--force"]);
    assert!(String::from_utf8_lossy(&busy.stderr).contains("open in another process"), "{busy:?}");
    server.stop();
    let refused = installation.run(&["restore", "--from", &url]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"), "{refused:?}");
    let told: serde_json::Value =
        serde_json::from_str(&installation.done(&["restore", "--from", &url, "--force", "--json"])).unwrap();
    assert!(told["replaced"].as_str().is_some_and(|old| std::path::Path::new(old).exists()), "{told}");
    assert_eq!(told["auditOk"], true, "{told}");
    proof::holds(&installation);
}

/// A stand-in for S3 (<https://docs.getmoto.org>); none where Python lacks it. Killed with the value.
struct Moto(std::process::Child, SocketAddr);

impl Moto {
    fn start() -> Option<Self> {
        let has = |module: &str| {
            let import = format!("import {module}");
            std::process::Command::new("python3").args(["-c", &import]).output().is_ok_and(|done| done.status.success())
        };
        if !has("moto.server") {
            say("skip: Python's moto[server] is not on this machine; nothing is shipped to S3");
            return None;
        }
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = std::process::Command::new("python3");
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &address.port().to_string()]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let moto = Self(command.spawn().unwrap(), address);
        wait_until("the stand-in for S3 listens", || std::net::TcpStream::connect(address).is_ok());
        let bucket = Request { method: "PUT", path: "/backups".to_owned(), ..Request::default() };
        assert_eq!(ask(address, &bucket).status, 200);
        Some(moto)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

#[test]
fn what_is_shipped_to_s3_is_restored_from_there() {
    let Some(moto) = Moto::start() else { return };
    let url = "s3://backups/raally/prod";
    let here = |installation: Installation| {
        installation
            .with("AWS_ACCESS_KEY_ID", "key")
            .with("AWS_SECRET_ACCESS_KEY", "secret")
            .with("AWS_REGION", "eu-central-1")
            .with("AWS_ENDPOINT_URL", format!("http://{}", moto.1))
    };
    let installation = here(Installation::sqlite()).with("RAALLY_BACKUP_URL", url);
    let server = installation.serve();
    Company::found(server.address);
    wait_until_based(std::slice::from_ref(&server));
    server.stop();
    let restored = here(Installation::sqlite());
    restored.done(&["restore", "--from", url]);
    for key in ["secret.key", "audit.key"] {
        std::fs::copy(installation.folder().join(key), restored.folder().join(key)).unwrap();
    }
    assert_eq!(proof::holds(&restored), proof::holds(&installation));
}
