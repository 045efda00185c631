//! SIGTERM under load: readiness first, then every request that was sent is answered, then a good end in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::company::Company;
use crate::http::{Connection, Outcome, Request};
use crate::installation::{Installation, say, wait_until};
use crate::load::{Ledger, Load};
use crate::proof;

const DELAY: Duration = Duration::from_secs(1);
const DRAIN: Duration = Duration::from_secs(10);

#[test]
fn sigterm_under_load_loses_no_request_and_readiness_turns_red_first() {
    let installation = Installation::sqlite()
        .with("RAALLY_DRAIN_DELAY_SECONDS", DELAY.as_secs().to_string())
        .with("RAALLY_DRAIN_SECONDS", DRAIN.as_secs().to_string());
    let mut server = installation.serve();
    let company = Company::found(server.address);
    assert_eq!(server.readiness(), 200);
    let ledger = Arc::new(Ledger::default());
    let load = Load::start(&ledger, &company, &[server.address], 6);
    let reading = readers(&company, server.address);
    wait_until("load", || ledger.acknowledged() > 50);
    server.terminate();
    let signalled = Instant::now();
    let (red, acknowledged_at_red) = red_before_refused(server.address, &ledger);
    let status = server.ended();
    let took = signalled.elapsed();
    load.wait();
    let (read, lost) = reading.wait();
    assert!(red > 0, "readiness was never seen red");
    assert!(ledger.acknowledged() > acknowledged_at_red, "work goes on while readiness is red");
    assert_eq!((ledger.lost(), lost), (vec![], 0), "requests that were sent and not answered");
    assert_eq!(status.code(), Some(0));
    assert!(took < DELAY + DRAIN + Duration::from_secs(5), "{took:?}");
    let server = installation.serve();
    let mut company = company;
    company.sign_in(server.address);
    ledger.verify(&company, server.address);
    server.stop();
    proof::holds(&installation);
    say(&format!("SIGTERM: {} created, {read} read, 0 lost; ended after {took:?}", ledger.acknowledged()));
}

/// Asks for readiness on new connections until nobody takes them: how often it was red, and never green after red; and
/// how much was acknowledged when it was first seen red. By the time the listener closes, the work may all be done.
fn red_before_refused(address: std::net::SocketAddr, ledger: &Ledger) -> (usize, usize) {
    let (mut red, mut acknowledged) = (0, 0);
    loop {
        match Connection::to(address).send(&Request::get("/api/health/ready")) {
            Outcome::Answered(answer) if answer.status == 503 => {
                if red == 0 {
                    acknowledged = ledger.acknowledged();
                }
                red += 1;
            }
            Outcome::Answered(answer) => assert_eq!((answer.status, red), (200, 0), "green after red"),
            // The probe may fall into the very moment in which the listener closes: no load balancer asks twice as fast.
            Outcome::NotSent | Outcome::Lost(_) => return (red, acknowledged),
        }
    }
}

struct Readers {
    threads: Vec<std::thread::JoinHandle<()>>,
    counts: Arc<(AtomicUsize, AtomicUsize)>,
}

impl Readers {
    /// Answered and lost.
    fn wait(self) -> (usize, usize) {
        for thread in self.threads {
            thread.join().unwrap();
        }
        (self.counts.0.load(Ordering::SeqCst), self.counts.1.load(Ordering::SeqCst))
    }
}

fn readers(company: &Company, address: std::net::SocketAddr) -> Readers {
    let counts = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let spawn = |_| {
        let (request, counts) = (company.get("assignments?limit=50"), Arc::clone(&counts));
        std::thread::spawn(move || {
            let mut connection = Connection::to(address);
            loop {
                match connection.send(&request) {
                    Outcome::Answered(answer) if answer.status == 200 => counts.0.fetch_add(1, Ordering::SeqCst),
                    Outcome::NotSent => return,
                    other => {
                        say(&format!("{other:?}"));
                        counts.1.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                };
            }
        })
    };
    let threads = (0..3).map(spawn).collect();
    Readers { threads, counts }
}
