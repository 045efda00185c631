//! Load by the clock: requests are sent when they are due, whether those before were answered or not, so that a slow
//! version does not slow its own load. Every answer is noted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use crate::failed::{Doing, Failed};
use crate::http::Http;

/// Longest wait of a user.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most requests in flight; more would be a load generator that lies about its rate.
const IN_FLIGHT_MAX: u64 = 2_000;

/// Who is signed in, and where.
#[derive(Debug, Clone)]
pub struct Session {
    address: String,
    token: String,
    workspace: String,
}

/// What users got.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Got {
    /// Requests that were answered with less than 400.
    pub good: u64,
    /// Requests that were not, by what they got instead.
    pub bad: BTreeMap<String, u64>,
    /// By second since the load's begin: good, bad, and the slowest in milliseconds.
    pub seconds: Vec<(u64, u64, f64)>,
    /// When it began.
    pub began_at: Option<Timestamp>,
}

impl Got {
    /// How many were bad.
    #[must_use]
    pub fn bad_count(&self) -> u64 {
        self.bad.values().sum()
    }
}

/// A load that runs until it is stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    got: Arc<Mutex<Got>>,
    in_flight: Arc<AtomicU64>,
    driver: JoinHandle<()>,
}

impl Session {
    /// Signs in.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn sign_in(address: &str, email: &str, password: &str, workspace: &str) -> Result<Self, Failed> {
        let body = json!({"email": email, "password": password});
        let request = Request::post(format!("http://{address}/api/v1/auth/sign-in"))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .doing("sign in")?;
        let (status, body) = Http::default().send(request, PATIENCE).await.doing("sign in")?;
        let value: Value = serde_json::from_slice(&body).doing("sign in")?;
        let token = value["accessToken"].as_str().filter(|_| status.is_success());
        let token = token.ok_or_else(|| Failed::ours(format!("sign in: {status}: {value}")))?.to_owned();
        Ok(Self { address: address.to_owned(), token, workspace: workspace.to_owned() })
    }

    /// The request with this number: mostly reads, one in eight makes something, with a key so that it may be tried again.
    fn request(&self, number: u64) -> Result<Request<Full<Bytes>>, http::Error> {
        let base = format!("http://{}/api/v1/workspaces/{}", self.address, self.workspace);
        let authorized =
            |builder: http::request::Builder| builder.header("authorization", format!("Bearer {}", self.token));
        let read = |path: &str| authorized(Request::get(format!("{base}{path}"))).body(Full::default());
        match number % 8 {
            0 => {
                let body = json!({"name": format!("client {number}")}).to_string();
                authorized(Request::builder().method(Method::POST).uri(format!("{base}/clients")))
                    .header("content-type", "application/json")
                    .header("idempotency-key", format!("rehearsal-{number}"))
                    .body(Full::new(Bytes::from(body)))
            }
            1 | 5 => read("/people?limit=20"),
            2 | 6 => read("/projects?limit=20"),
            3 => read("/assignments?limit=20"),
            _ => read(""),
        }
    }
}

impl Load {
    /// Begins with so many requests each second.
    #[must_use]
    pub fn start(session: Session, rate: u32) -> Self {
        let got = Arc::new(Mutex::new(Got { began_at: Some(Timestamp::now()), ..Got::default() }));
        let (stop, in_flight) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let drive = Drive {
            session: Arc::new(session),
            http: Http::default(),
            got: Arc::clone(&got),
            in_flight: Arc::clone(&in_flight),
            began: Instant::now(),
        };
        let stopped = Arc::clone(&stop);
        let driver = tokio::spawn(async move {
            let mut due = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
            due.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut number = 0;
            while !stopped.load(Ordering::Relaxed) {
                due.tick().await;
                number += 1;
                drive.send(number);
            }
        });
        Self { stop, got, in_flight, driver }
    }

    /// What users got so far.
    #[must_use]
    pub fn got(&self) -> Got {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends no more, waits for what is in flight.
    pub async fn stop(self) -> Got {
        self.stop.store(true, Ordering::Relaxed);
        _ = self.driver.await;
        let deadline = Instant::now() + PATIENCE;
        while self.in_flight.load(Ordering::Relaxed) > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Drive {
    session: Arc<Session>,
    http: Http,
    got: Arc<Mutex<Got>>,
    in_flight: Arc<AtomicU64>,
    began: Instant,
}

impl Drive {
    fn send(&self, number: u64) {
        let sent = Instant::now();
        let second = sent.duration_since(self.began).as_secs() as usize;
        if self.in_flight.load(Ordering::Relaxed) >= IN_FLIGHT_MAX {
            return note(&self.got, second, sent, Err("too many in flight".to_owned()));
        }
        let Ok(request) = self.session.request(number) else { return };
        let (http, got, in_flight) = (self.http.clone(), Arc::clone(&self.got), Arc::clone(&self.in_flight));
        in_flight.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let answer =
                http.send(request, PATIENCE).await.map(|(status, _)| status).map_err(|error| error.to_string());
            note(&got, second, sent, answer);
            in_flight.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

fn note(got: &Mutex<Got>, second: usize, sent: Instant, answer: Result<StatusCode, String>) {
    let mut got = got.lock().unwrap_or_else(PoisonError::into_inner);
    if got.seconds.len() <= second {
        got.seconds.resize(second + 1, (0, 0, 0.0));
    }
    let at = &mut got.seconds[second];
    at.2 = at.2.max(sent.elapsed().as_secs_f64() * 1_000.0);
    match answer {
        Ok(status) if status.as_u16() < 400 => {
            at.0 += 1;
            got.good += 1;
        }
        other => {
            at.1 += 1;
            let what = other.map_or_else(|error| error, |status| status.to_string());
            *got.bad.entry(what).or_default() += 1;
        }
    }
}
