//! kill -9 of two servers and an import on one database, at random moments under load (TRUST.md P1, P3).

use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use raally_storage::Location;
use raally_storage::testing::server::PostgresServer;
use uuid::Uuid;

use crate::company::Company;
use crate::imports::{self, Sheet};
use crate::installation::{Installation, Serve, say, wait_until};
use crate::load::{Ledger, Load};
use crate::proof;

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
    let (mut open, mut interrupted, mut sheets) = (0, 0, Vec::new());
    for round in 0..rounds() {
        let before = ledger.acknowledged();
        let load = Load::start(&ledger, &company, &servers.each_ref().map(|server| server.address), 3);
        let import = (round % 3 == 1).then(|| {
            sheets.push(Sheet::write(installation, round));
            sheets[sheets.len() - 1].start(installation, &company)
        });
        wait_until("something is acknowledged", || ledger.acknowledged() > before + 5);
        std::thread::sleep(random_pause());
        disturb(round);
        interrupted += usize::from(kill(&mut servers, import));
        load.wait();
        quiet();
        proof::holds(installation);
        servers = [installation.serve(), installation.serve()];
        company.sign_in(servers[0].address);
        open += ledger.retry(&company, servers.each_ref().map(|server| server.address));
        ledger.verify(&company, servers[1].address);
    }
    servers.into_iter().for_each(Serve::stop);
    let added = imports::end_whole(installation, &mut company, &sheets);
    let events = proof::holds(installation);
    say(&format!(
        "{}: {} acknowledged, 0 lost, 0 twice; {open} were open and sent again; {interrupted} of {} imports killed, \
         each all or nothing, {added} rows by importing again; {events} events, {} rounds",
        if matches!(installation.location(), Location::Postgres(_)) { "PostgreSQL" } else { "SQLite" },
        ledger.acknowledged(),
        sheets.len(),
        rounds()
    ));
}

/// Kills them all; whether an import was still running.
fn kill(servers: &mut [Serve; 2], import: Option<Child>) -> bool {
    for server in servers {
        server.kill();
        // The others go on for a moment alone.
        std::thread::sleep(random_pause() / 8);
    }
    import.is_some_and(imports::kill)
}
