//! The application behind the platform, as tests call it: a host on a database of its own, users, requests, answers.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt;
use raally_api::{Body, Parts, Peer, Platform, Settings, routes};
use raally_application::accounts::{Accounts, SignUp};
use raally_application::audit::Auditor;
use raally_application::vault::Vault;
use raally_application::{App, Mint};
use raally_identity::Keyring;
use raally_identity::chain::AuditKey;
use raally_identity::password::HasherLimits;
use raally_storage::Store;
use raally_storage::testing::TestStore;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::contract;

/// A password that the rules take.
pub const PASSWORD: &str = "seven green bottles on the wall";

/// Makes a module with the tests `sqlite` and `postgres` of one claim.
macro_rules! both {
    ($claim:ident) => {
        mod $claim {
            use $crate::support::Host;
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$claim(Host::sqlite().await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(host) = Host::postgres().await {
                    super::$claim(host).await;
                }
            }
        }
    };
}
pub(crate) use both;

/// One process of Raally.
#[derive(Clone)]
pub struct Host {
    pub app: App,
    pub platform: Platform<App>,
    pub database: Arc<TestStore>,
    /// How far the clock is set forward, in microseconds.
    clock: Arc<AtomicI64>,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub email: String,
    pub token: String,
    pub refresh: String,
    pub session: String,
}

impl Host {
    pub async fn sqlite() -> Self {
        Self::on(TestStore::sqlite().await, SignUp::Open)
    }

    pub async fn postgres() -> Option<Self> {
        Some(Self::on(TestStore::postgres().await?, SignUp::Open))
    }

    pub fn on(database: TestStore, sign_up: SignUp) -> Self {
        let store = database.store.clone();
        Self::with(Arc::new(database), store, sign_up, Arc::default())
    }

    fn with(database: Arc<TestStore>, store: Store, sign_up: SignUp, clock: Arc<AtomicI64>) -> Self {
        let level = tracing_subscriber::EnvFilter::new(std::env::var("RAALLY_LOG").unwrap_or("error".into()));
        drop(tracing_subscriber::fmt().with_test_writer().with_env_filter(level).try_init());
        let keyring = || Keyring::from_secret(&[7; 32]).unwrap();
        let limits = HasherLimits { concurrent: 2, waiting: 1_000 };
        let accounts = Accounts::new(&keyring(), sign_up, limits).unwrap();
        let ahead = Arc::clone(&clock);
        let mint = Mint::with_clock(move || {
            let ahead = Duration::from_micros(ahead.load(Ordering::Relaxed).unsigned_abs());
            jiff::Timestamp::now() + ahead
        });
        let app = App::new(store, mint, Vault::new(keyring()).unwrap(), accounts);
        drop(Auditor::new(&app, AuditKey::from_seed(&[9; 32]).unwrap()));
        let settings = Settings { rate_limit: None, streams_per_user_max: 64, ..Settings::default() };
        let mut parts = Parts::new(settings);
        let keys = app.clone();
        parts.jwks = Arc::new(move || keys.accounts().jwks());
        let platform = Platform::new(app.clone(), routes::operations(), parts).unwrap();
        Self { app, platform, database, clock }
    }

    /// Another process on the same database.
    pub async fn beside(&self) -> Self {
        let store = self.database.beside().await;
        Self::with(Arc::clone(&self.database), store, SignUp::Open, Arc::clone(&self.clock))
    }

    /// The same process with another rule on who may sign up.
    pub fn with_sign_up(&self, sign_up: SignUp) -> Self {
        let store = self.database.store.clone();
        Self::with(Arc::clone(&self.database), store, sign_up, Arc::clone(&self.clock))
    }

    /// Sets the clock of this process, and of those beside it, forward.
    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    /// The same process with a clock of its own, so many seconds ahead.
    pub fn ahead(mut self, seconds: i64) -> Self {
        let store = self.app.store().clone();
        let clock = Arc::new(AtomicI64::new(seconds * 1_000_000));
        self = Self::with(self.database, store, SignUp::Open, clock);
        self
    }

    /// An answer without its body, which may go on for ever.
    pub async fn head_of(&self, call: Call) -> Seen {
        let what = format!("{} {}", call.method, call.path);
        let response = self.platform.clone().oneshot(call.request()).await.unwrap();
        let (parts, body) = response.into_parts();
        let endless = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if endless { Bytes::new() } else { body.collect().await.unwrap().to_bytes() };
        Seen { what, status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub async fn send(&self, request: Request<Body>) -> Seen {
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let response = self.platform.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let what = format!("{method} {path}");
        let seen = Seen { what, status: parts.status.as_u16(), headers: parts.headers, body };
        contract::check(&method, &path, &seen);
        seen
    }

    /// An answer whose body goes on.
    pub async fn open(&self, path: &str, user: &User, headers: &[(&str, &str)]) -> Response<Body> {
        let mut call = Call::new(Method::GET, path).by(user);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        self.platform.clone().oneshot(call.request()).await.unwrap()
    }

    pub async fn call(&self, call: Call) -> Seen {
        self.send(call.request()).await
    }

    pub async fn get(&self, path: &str, user: &User) -> Seen {
        self.call(Call::new(Method::GET, path).by(user)).await
    }

    pub async fn post(&self, path: &str, user: &User, body: Value) -> Seen {
        self.call(Call::new(Method::POST, path).by(user).json(&body)).await
    }

    /// An action on an object: POST with `If-Match`.
    pub async fn act(&self, path: &str, user: &User, version: i64, body: Value) -> Seen {
        let call = Call::new(Method::POST, path).by(user).version(version);
        self.call(if body.is_null() { call } else { call.json(&body) }).await
    }

    pub async fn patch(&self, path: &str, user: &User, version: i64, body: Value) -> Seen {
        self.call(Call::new(Method::PATCH, path).by(user).version(version).json(&body)).await
    }

    pub async fn put(&self, path: &str, user: &User, version: i64, body: Value) -> Seen {
        self.call(Call::new(Method::PUT, path).by(user).version(version).json(&body)).await
    }

    pub async fn delete(&self, path: &str, user: &User, version: i64) -> Seen {
        self.call(Call::new(Method::DELETE, path).by(user).version(version)).await
    }

    /// A new login.
    pub async fn sign_up(&self, name: &str) -> User {
        self.sign_up_with(name, None).await
    }

    pub async fn sign_up_with(&self, name: &str, join_token: Option<&str>) -> User {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let body = json!({"email": email, "password": PASSWORD, "name": name, "joinToken": join_token});
        let seen = self.call(Call::new(Method::POST, "/api/v1/auth/sign-up").json(&body)).await.created();
        User::of(&seen)
    }

    pub async fn sign_in(&self, user: &User) -> User {
        let body = json!({"email": user.email, "password": PASSWORD, "client": "test"});
        let seen = self.call(Call::new(Method::POST, "/api/v1/auth/sign-in").json(&body)).await.ok();
        User::of(&seen)
    }

    /// A new workspace of the user's; its path.
    pub async fn workspace(&self, user: &User, name: &str) -> String {
        let seen = self.post("/api/v1/workspaces", user, json!({"name": name})).await.created();
        format!("/api/v1/workspaces/{}", seen["id"].as_str().unwrap())
    }

    /// A new login that is a member with this role.
    pub async fn member(&self, owner: &User, workspace: &str, role: &str, name: &str) -> User {
        let link = self.post(&format!("{workspace}/join-links"), owner, json!({"role": role})).await.created();
        self.sign_up_with(name, link["token"].as_str()).await
    }

    /// A new object; its document.
    pub async fn add(&self, workspace: &str, user: &User, collection: &str, body: Value) -> Value {
        self.post(&format!("{workspace}/{collection}"), user, body).await.created()
    }
}

impl User {
    pub fn of(tokens: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        Self {
            id: text(&tokens["user"]["id"]),
            email: text(&tokens["user"]["email"]),
            token: text(&tokens["accessToken"]),
            refresh: text(&tokens["refreshToken"]),
            session: text(&tokens["sessionId"]),
        }
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    peer: Peer,
}

impl Call {
    pub fn new(method: Method, path: &str) -> Self {
        let peer = Peer { address: Ipv4Addr::LOCALHOST.into(), secure: false };
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Bytes::new(), peer }
    }

    pub fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    /// As over TLS.
    pub fn secure(mut self) -> Self {
        self.peer.secure = true;
        self
    }

    /// From this network address.
    pub fn from(mut self, address: &str) -> Self {
        self.peer.address = address.parse().unwrap();
        self
    }

    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn by(self, user: &User) -> Self {
        self.bearer(&user.token)
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn version(self, version: i64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string())
    }

    pub fn bytes(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        let mut call = self.header("content-type", media_type);
        call.body = body.into();
        call
    }

    pub fn request(&self) -> Request<Body> {
        let mut request = Request::builder().method(&self.method).uri(&self.path).extension(self.peer);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.clone())).unwrap()
    }
}

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub struct Seen {
    pub what: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: no JSON: {}", self.what, self.text()))
    }

    /// The document, when the status is this one.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    #[track_caller]
    pub fn ok(&self) -> Value {
        self.is(200)
    }

    #[track_caller]
    pub fn created(&self) -> Value {
        let document = self.is(201);
        assert!(self.header("location").starts_with("/api/v1/"), "{}: no Location", self.what);
        document
    }

    #[track_caller]
    pub fn gone(&self) {
        self.is(204);
    }

    /// The stable code of a refusal with this status.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.is(status);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.what);
        assert_eq!(problem["code"], code, "{}: {}", self.what, self.text());
        problem
    }

    /// The fields that a 422 names, each as `pointer code`.
    #[track_caller]
    pub fn faults(&self) -> Vec<String> {
        let problem = self.is(422);
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{}: {problem}", self.what));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors.iter().map(|error| format!("{} {}", text(&error["pointer"]), text(&error["code"]))).collect()
    }
}

/// The version of a document.
#[track_caller]
pub fn version(document: &Value) -> i64 {
    document["version"].as_i64().unwrap()
}

/// The id of a document.
#[track_caller]
pub fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}
