//! The disk gets full, or fails every write, under a running server on SQLite (TRUST.md P6).

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::company::Company;
use crate::http::{Answer, Request, ask};
use crate::installation::{Installation, Serve, say, wait_until};
use crate::load::marks;
use crate::proof;

const MEBIBYTE: usize = 1024 * 1024;
/// So many that the server has tried to open the database again in between.
const REFUSALS_IN_A_ROW: usize = 60;

/// A small file system in memory, unmounted with the value.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            say("skipped: a full disk under a server; mounting a file system needs root");
        }
        mounted.then_some(Self(folder))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[test]
fn a_full_disk_refuses_writes_serves_reads_and_heals_without_a_restart() {
    let Some(disk) = SmallDisk::mount("12m") else { return };
    let installation = Installation::in_folder(&disk.file("data"));
    let mut server = installation.serve();
    let company = Company::found(server.address);
    let mut made = vec![create(&company, server.address, "key-first").expect(201)["note"].to_string()];
    for round in 0..2 {
        let ballast = disk.file("ballast");
        fill(&ballast);
        let key = book_until_full(&company, &mut server, &mut made, round);
        stays_readable(&company, &mut server, &made);
        std::fs::remove_file(&ballast).unwrap();
        healed(&company, &server, &key);
        made.push(format!("{key:?}"));
    }
    ends_whole(&company, server, &installation, &made);
    say(&format!("full disk: {} acknowledged, all there, healed twice without a restart", made.len()));
}

#[test]
fn a_disk_that_fails_every_write_refuses_them_and_heals_without_a_restart() {
    let installation = Installation::sqlite();
    // The signal that a limit on file sizes sends is ignored, so that writes fail instead of ending the process.
    let mut server = installation.serve_in(&["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
    let company = Company::found(server.address);
    let mut made = Vec::new();
    for round in 0..2 {
        let key = format!("key-{round}");
        limit(&server, "0:unlimited");
        let answer = create(&company, server.address, &key);
        assert!(answer.is_try_again(), "{answer:?}");
        // The database is closed and can't be opened again meanwhile, so reading may be refused too.
        let read = ask(server.address, &company.get("assignments"));
        assert!(read.status == 200 || read.is_try_again(), "{read:?}");
        red_but_alive(&mut server);
        limit(&server, "unlimited:unlimited");
        healed(&company, &server, &key);
        made.push(format!("{key:?}"));
    }
    ends_whole(&company, server, &installation, &made);
    say("every write to the disk failed, twice: 503 meanwhile, healed without a restart");
}

/// Books until the disk takes no more, and returns the refused booking's key. A refusal alone is not the end: closing
/// the database gives the space of its write-ahead log back, and a few more bookings may fit.
fn book_until_full(company: &Company, server: &mut Serve, made: &mut Vec<String>, round: usize) -> String {
    let mut refused = None;
    let mut in_a_row = 0;
    wait_until("the disk stays full and readiness red", || {
        let key = format!("key-{round}-{}", made.len());
        let answer = create(company, server.address, &key);
        if answer.status == 201 {
            made.push(format!("{key:?}"));
            in_a_row = 0;
            return false;
        }
        assert!(answer.is_try_again(), "{answer:?}");
        refused = Some(key);
        in_a_row += 1;
        in_a_row >= REFUSALS_IN_A_ROW && server.readiness() == 503
    });
    refused.expect("the wait ends after a refusal")
}

/// Fills what is free, but for a few writes.
fn fill(ballast: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(ballast).unwrap();
    while file.write_all(&vec![0; MEBIBYTE / 16]).is_ok() {}
    let left = file.metadata().unwrap().len().saturating_sub(MEBIBYTE as u64 / 4);
    file.set_len(left).unwrap();
}

fn limit(server: &Serve, bytes: &str) {
    let limited = Command::new("prlimit").args([&format!("--fsize={bytes}"), "--pid", &server.pid()]).status();
    assert!(limited.unwrap().success());
}

fn create(company: &Company, address: SocketAddr, key: &str) -> Answer {
    ask(address, &company.creation(key, 1))
}

/// Reads are answered, with all that was acknowledged and nothing else; readiness is red, the process lives.
fn stays_readable(company: &Company, server: &mut Serve, made: &[String]) {
    assert_made(company, server.address, made);
    red_but_alive(server);
}

fn red_but_alive(server: &mut Serve) {
    wait_until("readiness is red", || server.readiness() == 503);
    ask(server.address, &Request::get("/api/health/live")).expect(200);
    assert!(server.runs());
}

/// Green again, and the refused command is done at last.
fn healed(company: &Company, server: &Serve, key: &str) {
    wait_until("it heals", || {
        let answer = create(company, server.address, key);
        assert!(answer.status == 201 || answer.is_try_again(), "{answer:?}");
        answer.status == 201
    });
    wait_until("readiness is green", || server.readiness() == 200);
}

fn assert_made(company: &Company, address: SocketAddr, made: &[String]) {
    let mut found: Vec<String> = marks(company, address).iter().map(|mark| format!("{mark:?}")).collect();
    let mut made = made.to_vec();
    found.sort();
    made.sort();
    assert_eq!(found, made, "what is there (left) and what was acknowledged (right)");
}

fn ends_whole(company: &Company, server: Serve, installation: &Installation, made: &[String]) {
    assert_made(company, server.address, made);
    server.stop();
    proof::holds(installation);
}
