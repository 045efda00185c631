//! PostgreSQL stops under a running server and comes back (TRUST.md P6).

use std::net::SocketAddr;

use raally_storage::testing::server::PostgresServer;

use crate::company::Company;
use crate::http::{Request, ask};
use crate::installation::{Installation, say, wait_until};
use crate::load::marks;
use crate::proof;

const ROUNDS: usize = 2;

#[test]
fn without_postgres_everything_is_503_and_heals_without_a_restart() {
    let Some(postgres) = PostgresServer::start() else { return };
    let installation = Installation::postgres(proof::block_on(postgres.empty_database()));
    let mut server = installation.serve();
    let company = Company::found(server.address);
    let mut made = Vec::new();
    for round in 0..ROUNDS {
        let key = format!("key-{round}");
        postgres.crash();
        refused(&company, server.address, &key, round);
        assert!(server.runs());
        postgres.resume();
        wait_until("it heals", || server.readiness() == 200);
        let create = company.creation(&key, round + 1);
        let mut answer = ask(server.address, &create);
        // A connection of the time before may still be found dead by a first request.
        wait_until("writes are taken", || {
            answer = ask(server.address, &create);
            assert!(answer.status == 201 || answer.is_try_again(), "{answer:?}");
            answer.status == 201
        });
        assert_eq!(ask(server.address, &create).body, answer.body, "the same key, the stored answer");
        made.push(key);
    }
    let mut found = marks(&company, server.address);
    found.sort();
    assert_eq!(found, made, "each once, and nothing of the refused");
    server.stop();
    proof::holds(&installation);
    say(&format!("PostgreSQL lost and back {ROUNDS} times: 503 meanwhile, healed without a restart"));
}

fn refused(company: &Company, address: SocketAddr, key: &str, round: usize) {
    for request in [company.creation(key, round + 1), company.get("assignments"), company.get("people")] {
        let answer = ask(address, &request);
        assert!(answer.is_try_again(), "{request:?}: {answer:?}");
    }
    wait_until("readiness is red", || ask(address, &Request::get("/api/health/ready")).status == 503);
    ask(address, &Request::get("/api/health/live")).expect(200);
    let health = ask(address, &Request::get("/api/health"));
    assert!(health.body.contains("\"down\""), "{health:?}");
}
