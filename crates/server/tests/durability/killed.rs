//! kill -9 of two servers and an import on one database, at random moments under load (TRUST.md P1, P3).

use std::io::Read;
use std::net::SocketAddr;
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use raally_storage::Location;
use raally_storage::testing::server::PostgresServer;
use uuid::Uuid;

use crate::company::Company;
use crate::installation::{Installation, Serve, say, wait_until};
use crate::load::{Ledger, Load};
use crate::proof;

const IMPORTED_ROWS: usize = 400;

fn rounds() -> usize {
    std::env::var("RAALLY_KILL_ROUNDS").map_or(6, |rounds| rounds.parse().unwrap())
}

/// 20 to 420 ms, another one each time.
fn random_pause() -> Duration {
    Duration::from_micros(20_000 + u64::try_from(Uuid::now_v7().as_u128() % 400_000).unwrap())
}

#[test]
fn sqlite_keeps_what_two_killed_servers_acknowledged() {
    survive(&Installation::sqlite(), |_| (), || ());
}

#[test]
fn postgres_keeps_what_two_killed_servers_acknowledged_and_is_killed_itself() {
    let Some(server) = PostgresServer::start() else { return };
    let url = proof::block_on(server.empty_database());
    let disturb = |round: usize| {
        if round % 3 == 2 {
            server.crash();
            server.resume();
            std::thread::sleep(random_pause());
        }
    };
    // What killed clients have begun ends a moment later, one way or the other.
    let quiet = || {
        let wait = "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                    AND pid <> pg_backend_pid(); \
                    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                    AND backend_type = 'client backend') LOOP PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); \
                    END LOOP; END $$";
        proof::block_on(server.as_admin(&url, wait));
    };
    survive(&Installation::postgres(url.clone()), disturb, quiet);
}

/// Round by round: two servers under load, killed; started again, everything sent again and looked for.
fn survive(installation: &Installation, disturb: impl Fn(usize), quiet: impl Fn()) {
    let ledger = Arc::new(Ledger::default());
    let mut servers = [installation.serve(), installation.serve()];
    let mut company = Company::found(servers[0].address);
    let imports = imports_are_here(installation);
    let (mut open, mut events) = (0, 0);
    for round in 0..rounds() {
        let before = ledger.acknowledged();
        let load = Load::start(&ledger, &company, &servers.each_ref().map(|server| server.address), 3);
        let import = (imports && round % 3 == 1).then(|| import(installation, &company));
        wait_until("something is acknowledged", || ledger.acknowledged() > before + 5);
        std::thread::sleep(random_pause());
        disturb(round);
        kill(&mut servers, import);
        load.wait();
        quiet();
        if crate::installation::broken("row") { rusqlite::Connection::open(installation.folder().join("raally.db")).unwrap().execute("DELETE FROM r_assignment WHERE position = (SELECT max(position) FROM r_assignment)", []).unwrap(); }
        if crate::installation::broken("lost") { let db = rusqlite::Connection::open(installation.folder().join("raally.db")).unwrap(); 
            db.execute("DELETE FROM event WHERE position = (SELECT max(position) FROM r_assignment)", []).unwrap(); db.execute("DELETE FROM r_assignment WHERE position = (SELECT max(position) FROM r_assignment)", []).unwrap(); }
        events = proof::holds(installation);
        servers = [installation.serve(), installation.serve()];
        company.sign_in(servers[0].address);
        open += ledger.retry(&company, servers.each_ref().map(|server| server.address));
        ledger.verify(&company, servers[1].address);
    }
    if imports {
        import_ends_whole(installation, &company, servers[0].address);
    }
    for server in servers {
        server.stop();
    }
    proof::holds(installation);
    say(&format!(
        "{}: {} acknowledged, 0 lost, 0 twice; {open} were open and sent again, {events} events, {} rounds",
        if matches!(installation.location(), Location::Postgres(_)) { "PostgreSQL" } else { "SQLite" },
        ledger.acknowledged(),
        rounds()
    ));
}

fn kill(servers: &mut [Serve; 2], import: Option<Child>) {
    for server in servers.iter_mut() {
        server.kill();
        // The others go on for a moment alone.
        std::thread::sleep(random_pause() / 8);
    }
    if let Some(mut import) = import {
        import.kill().unwrap();
        let status = import.wait().unwrap();
        let mut err = String::new();
        import.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        // Killed or done; an import that failed would be a fault.
        assert!(status.code().is_none_or(|code| code == 0), "the import ended with {status}: {err}");
    }
}

/// Whether this build imports at all.
fn imports_are_here(installation: &Installation) -> bool {
    let answer = installation.run(&["import", "no-such-file.csv", "--workspace", "none"]);
    let here = !String::from_utf8_lossy(&answer.stderr).contains("not here yet");
    if !here {
        say("skipped: imports among what is killed; this build has no `raally import`");
    }
    here
}

/// A staffing sheet of one row per assignment.
fn sheet(installation: &Installation) -> std::path::PathBuf {
    let mut rows = String::from("Person,Email,Weekly hours,Project code,Project,Role,Hours per week,From,To,Status\n");
    for row in 0..IMPORTED_ROWS {
        let (person, project) = (row % 40, row / 40);
        rows += &format!(
            "Imported {person},imported{person}@agency.example,40,I-{project},Imported {project},Developer,4,2026-03-02,\
             2026-05-29,confirmed\n"
        );
    }
    let file = installation.folder().join("sheet.csv");
    std::fs::write(&file, rows).unwrap();
    file
}

fn import(installation: &Installation, company: &Company) -> Child {
    let file = sheet(installation);
    installation.start(&["import".as_ref(), file.as_ref(), "--workspace".as_ref(), company.workspace.as_ref(), "--json".as_ref()])
}

/// Imports that were killed, and one that wasn't: each row is there once.
fn import_ends_whole(installation: &Installation, company: &Company, server: SocketAddr) {
    let file = sheet(installation);
    installation.done(&["import".as_ref(), file.as_os_str(), "--workspace".as_ref(), company.workspace.as_ref(), "--json".as_ref()]);
    let people = company.all(server, "people").into_iter();
    let imported: Vec<_> = people.filter(|person| person["name"].as_str().unwrap().starts_with("Imported ")).collect();
    let ids: Vec<_> = imported.iter().map(|person| person["id"].as_str().unwrap()).collect();
    let assignments = company.all(server, "assignments");
    let booked = assignments.iter().filter(|one| ids.contains(&one["personId"].as_str().unwrap())).count();
    assert_eq!((imported.len(), booked), (40, IMPORTED_ROWS), "people and assignments of the imported sheet");
}
