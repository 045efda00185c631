//! Clients that create things without a pause and write down what was acknowledged.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::company::Company;
use crate::http::{Answer, Connection, Outcome, Request, ask};
use crate::installation::wait_until;

/// One command: which, and the answer if one came.
#[derive(Clone, Debug)]
struct Entry {
    number: usize,
    answer: Option<Answer>,
}

/// What was tried and what was acknowledged, over all rounds.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<HashMap<String, Entry>>,
    numbers: AtomicUsize,
    wrong: Mutex<Vec<String>>,
    lost: Mutex<Vec<String>>,
}

impl Ledger {
    pub fn acknowledged(&self) -> usize {
        self.entries.lock().unwrap().values().filter(|entry| entry.answer.is_some()).count()
    }

    /// Requests that were sent and never answered.
    pub fn lost(&self) -> Vec<String> {
        self.lost.lock().unwrap().clone()
    }

    /// Keys of all that was acknowledged.
    pub fn keys(&self) -> Vec<String> {
        let entries = self.entries.lock().unwrap();
        entries.iter().filter(|(_, entry)| entry.answer.is_some()).map(|(key, _)| key.clone()).collect()
    }

    fn tried(&self, key: &str, number: usize) {
        self.entries.lock().unwrap().insert(key.to_owned(), Entry { number, answer: None });
    }

    fn answered(&self, key: &str, answer: Answer) {
        if let Some(entry) = self.entries.lock().unwrap().get_mut(key) {
            entry.answer = Some(answer);
        }
    }

    fn wrong(&self, what: String) {
        self.wrong.lock().unwrap().push(what);
    }

    /// Sends everything again, to both servers at once where it was open: what was acknowledged is answered as before;
    /// what wasn't is done now, once, and both get the same answer.
    pub fn retry(&self, company: &Company, servers: [SocketAddr; 2]) -> usize {
        let entries = self.entries.lock().unwrap().clone();
        for (key, entry) in &entries {
            let request = &company.creation(key, entry.number);
            let answers = match &entry.answer {
                Some(before) => vec![before.clone(), ask(servers[0], request)],
                None => std::thread::scope(|scope| {
                    let both = servers.map(|server| scope.spawn(move || asked(server, request)));
                    both.map(|one| one.join().unwrap()).to_vec()
                }),
            };
            for answer in &answers {
                assert_eq!((answer.status, &answer.body), (201, &answers[0].body), "{key}");
            }
            self.answered(key, answers[0].clone());
        }
        entries.values().filter(|entry| entry.answer.is_none()).count()
    }

    /// Every acknowledged object is there, once; nothing else carries a key.
    pub fn verify(&self, company: &Company, server: SocketAddr) {
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        for (kind, mark) in [("people", "notes"), ("assignments", "note")] {
            for object in company.all(server, kind) {
                if let Some(key) = object[mark].as_str().filter(|key| key.starts_with("key-")) {
                    found.entry(key.to_owned()).or_default().push(object["id"].as_str().unwrap().to_owned());
                }
            }
        }
        let entries = self.entries.lock().unwrap();
        let acknowledged = entries.iter().filter_map(|(key, entry)| Some((key, entry.answer.as_ref()?)));
        let id = |answer: &Answer| answer.json()["id"].as_str().map(ToOwned::to_owned);
        let lost: Vec<_> =
            acknowledged.filter(|(key, answer)| found.get(*key).map(|ids| ids[0].clone()) != id(answer)).collect();
        let twice: Vec<_> = found.iter().filter(|(_, ids)| ids.len() > 1).collect();
        let unknown: Vec<_> = found.keys().filter(|key| !entries.contains_key(*key)).collect();
        assert!(
            lost.is_empty() && twice.is_empty() && unknown.is_empty(),
            "lost {lost:?}, twice {twice:?}, {unknown:?}"
        );
        assert_eq!(*self.wrong.lock().unwrap(), Vec::<String>::new(), "answers that nobody expects");
    }
}

/// Asks until the answer isn't "try again" or "the first one is still under way".
fn asked(server: SocketAddr, request: &Request) -> Answer {
    let mut answer = None;
    wait_until("an answer", || {
        let one = ask(server, request);
        let again = one.is_try_again();
        answer = Some(one);
        !again
    });
    answer.unwrap()
}

/// Running clients; they stop when told, or when their server is gone.
pub struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// `each` clients on each of these servers.
    pub fn start(ledger: &Arc<Ledger>, company: &Company, servers: &[SocketAddr], each: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for &server in servers.iter().flat_map(|server| std::iter::repeat_n(server, each)) {
            let (ledger, company, stop) = (Arc::clone(ledger), company.clone(), Arc::clone(&stop));
            threads.push(std::thread::spawn(move || client(&ledger, &company, server, &stop)));
        }
        Self { stop, threads }
    }

    /// Waits until each client's last request is answered or lost.
    pub fn finish(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.wait();
    }

    /// Waits until the clients find their servers gone.
    pub fn wait(self) {
        for thread in self.threads {
            thread.join().unwrap();
        }
    }
}

fn client(ledger: &Ledger, company: &Company, server: SocketAddr, stop: &AtomicBool) {
    let mut connection = Connection::to(server);
    while !stop.load(Ordering::SeqCst) {
        let number = ledger.numbers.fetch_add(1, Ordering::SeqCst);
        let key = format!("key-{}", Uuid::now_v7());
        let request = company.creation(&key, number);
        ledger.tried(&key, number);
        loop {
            match connection.send(&request) {
                Outcome::Answered(answer) if answer.status == 201 => {
                    ledger.answered(&key, answer);
                    break;
                }
                Outcome::Answered(answer) if answer.is_try_again() && !stop.load(Ordering::SeqCst) => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Outcome::Answered(answer) if answer.is_try_again() => return,
                Outcome::Answered(answer) => return ledger.wrong(format!("{request:?}: {answer:?}")),
                Outcome::NotSent => return,
                Outcome::Lost(how) => return ledger.lost.lock().unwrap().push(how),
            }
        }
    }
}

/// Notes of all objects of the two kinds.
pub fn marks(company: &Company, server: SocketAddr) -> Vec<String> {
    let notes =
        |kind: &str, mark: &'static str| company.all(server, kind).into_iter().map(move |object| object[mark].clone());
    let all = notes("people", "notes").chain(notes("assignments", "note"));
    all.filter_map(|mark: Value| mark.as_str().map(ToOwned::to_owned)).collect()
}
