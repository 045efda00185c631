//! A small application in front of which the platform is tested: one workspace, a user per role.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::allow_attributes, dead_code, reason = "each test file uses a part of this")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use jiff::civil::Date;
use raally_api::{
    Access, Answer, Body, Class, Ctx, Denied, EventStream, Gate, Input, Membership, Operation, Operations, Parts,
    Platform, Principal, Problem, ServerEvent, Settings, Unavailable, Upload,
};
use raally_domain::access::{Action, Grant, Permissions, Role};
use raally_domain::ids::{PersonId, SessionId, UserId, WorkspaceId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tower::ServiceExt;
use uuid::Uuid;

pub const WORKSPACE: &str = "01960000-0000-7000-8000-0000000000aa";
pub const OTHER_WORKSPACE: &str = "01960000-0000-7000-8000-0000000000bb";
pub const PERSON: &str = "01960000-0000-7000-8000-000000000001";

/// The application. A token is the name of a role, `stranger`, `platform-admin`, `down` or `expired`.
#[derive(Clone)]
pub struct App {
    pub revoked: watch::Sender<bool>,
    pub created: Arc<AtomicU32>,
    pub entered: Arc<Notify>,
    pub release: Arc<Notify>,
}

impl Default for App {
    fn default() -> Self {
        Self {
            revoked: watch::Sender::new(false),
            created: Arc::default(),
            entered: Arc::default(),
            release: Arc::default(),
        }
    }
}

fn user(number: usize) -> UserId {
    UserId(Uuid::from_u128(0x1000 + number as u128))
}

impl Gate for App {
    async fn authenticate(&self, bearer: &str) -> Result<Principal, Denied> {
        let number = match bearer {
            "stranger" => 50,
            "platform-admin" => 60,
            "down" => {
                let reason = "database is locked: /var/secret.db".to_owned();
                return Err(Unavailable { retry_after_s: 2, reason }.into());
            }
            role => match Role::from_name(role) {
                Some(role) => role as usize,
                None => return Err(Denied::Token("expired")),
            },
        };
        let user = user(number);
        Ok(Principal { user, session: SessionId(user.0), platform_admin: number == 60 })
    }

    async fn membership(&self, who: UserId, workspace: WorkspaceId) -> Result<Option<Membership>, Unavailable> {
        let role = Role::ALL.into_iter().find(|role| user(*role as usize) == who);
        let here = workspace.to_string() == WORKSPACE;
        Ok(role.filter(|_| here).map(|role| Membership { workspace, role, permissions: Permissions::NONE }))
    }

    fn revoked(&self, _: Principal, _: Option<WorkspaceId>) -> impl Future<Output = ()> + Send + 'static {
        let mut revoked = self.revoked.subscribe();
        async move {
            let _ = revoked.wait_for(|revoked| *revoked).await;
        }
    }
}

/// A person as tests make one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Details {
    /// Shown.
    pub name: String,
    /// Minutes.
    #[serde(default)]
    pub weeks: Vec<Week>,
}

/// A week.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Week {
    /// Monday to Sunday.
    pub day_minutes: Vec<u16>,
}

/// Details and more at one level: serde alone would let unknown fields pass here.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Flat {
    /// As in a person.
    #[serde(flatten)]
    pub details: Details,
    /// More.
    pub more: Option<u8>,
}

/// Filters of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Only those who are there on this day.
    pub on: Option<Date>,
    /// Only these.
    #[serde(default)]
    pub person_id: Vec<PersonId>,
}

fn document(name: &str, version: i64) -> String {
    format!("{{\"id\":\"{PERSON}\",\"version\":{version},\"name\":\"{name}\"}}")
}

async fn create_person(app: App, ctx: Ctx, input: Input<Details>) -> Result<Answer, Problem> {
    app.created.fetch_add(1, Ordering::Relaxed);
    let location = format!("/api/v1/workspaces/{}/people/{PERSON}", ctx.workspace()?);
    Ok(Answer::created(location, document(&input.body.name, 1)).version(1))
}

async fn list_people(_: App, _: Ctx, input: Input<(), Filter>) -> Result<Answer, Problem> {
    let items: Vec<String> = (0..input.page.limit.min(3)).map(|n| document("p", i64::from(n))).collect();
    Ok(Answer::page(items, input.page.cursor.is_none().then_some("next\"1")))
}

async fn get_person(_: App, _: Ctx, input: Input) -> Result<Answer, Problem> {
    let id: PersonId = input.id("personId")?;
    if id.to_string() == PERSON { Ok(Answer::json(document("Ada", 3)).version(3)) } else { Err(Problem::not_found()) }
}

async fn replace_person(_: App, _: Ctx, input: Input<Details>) -> Result<Answer, Problem> {
    if input.version()? != 3 {
        return Err(Problem::version_mismatch());
    }
    Ok(Answer::json(document(&input.body.name, 4)).version(4))
}

async fn tell_grant(_: App, ctx: Ctx, input: Input) -> Result<Answer, Problem> {
    let range = input.range.both()?;
    let own = ctx.grant == Grant::Own;
    Answer::value(&serde_json::json!({"own": own, "from": range.0, "address": ctx.client.address}))
}

async fn import_file(_: App, _: Ctx, mut input: Input<Upload>) -> Result<Answer, Problem> {
    let mut bytes = 0;
    while let Some(piece) = input.body.next().await? {
        bytes += piece.len();
    }
    Answer::value(&serde_json::json!({"bytes": bytes, "mediaType": input.body.media_type}))
}

async fn watch_events(_: App, _: Ctx, input: Input) -> Result<Answer, Problem> {
    let after: u64 = input.header("last-event-id").and_then(|id| id.parse().ok()).unwrap_or(0);
    let first = ServerEvent { id: (after + 1).to_string(), name: "plan".into(), data: "{}".into() };
    Ok(Answer::events(EventStream::new(stream::iter([first]).chain(stream::pending()))))
}

async fn refresh(_: App, _: Ctx, input: Input) -> Result<Answer, Problem> {
    input.cookie("raally-refresh").ok_or_else(Problem::unauthenticated)?;
    Ok(Answer::no_content())
}

async fn wait(app: App, _: Ctx, _: Input) -> Result<Answer, Problem> {
    app.entered.notify_one();
    app.release.notified().await;
    Ok(Answer::json("{\"waited\":true}"))
}

/// The operations of the application.
pub fn operations() -> Operations<App> {
    let people = "/api/v1/workspaces/{workspaceId}/people";
    let person = "/api/v1/workspaces/{workspaceId}/people/{personId}";
    let mut operations = Operations::new();
    operations
        .add(
            Operation::post(people)
                .id("create_person")
                .tag("People")
                .summary("Adds a person")
                .access(Access::Workspace(Action::EditPeople))
                .body::<Details>()
                .created_document::<Details>()
                .idempotent(),
            create_person,
        )
        .add(
            Operation::get(people)
                .id("list_people")
                .tag("People")
                .summary("Lists people")
                .access(Access::Workspace(Action::ReadPlan))
                .query::<Filter>()
                .page_of::<Details>(),
            list_people,
        )
        .add(
            Operation::get(person)
                .id("get_person")
                .tag("People")
                .summary("Shows a person")
                .access(Access::Workspace(Action::ReadPlan))
                .ok_document::<Details>(),
            get_person,
        )
        .add(
            Operation::put(person)
                .id("replace_person")
                .tag("People")
                .summary("Changes a person")
                .access(Access::Workspace(Action::EditPeople))
                .body::<Details>()
                .ok_document::<Details>()
                .refuses(&[Class::Conflict]),
            replace_person,
        )
        .add(
            Operation::get("/api/v1/workspaces/{workspaceId}/projects")
                .id("list_projects")
                .tag("Projects")
                .summary("Tells the grant")
                .access(Access::Workspace(Action::EditProjects))
                .ranged()
                .as_of()
                .ok::<Value>(),
            tell_grant,
        );
    add_others(&mut operations);
    operations
}

fn add_others(operations: &mut Operations<App>) {
    let row = |operation: Operation, id| operation.id(id).tag("Others").summary("For tests");
    operations
        .add(
            row(Operation::post("/api/v1/workspaces/{workspaceId}/imports"), "import_file")
                .access(Access::Workspace(Action::Import))
                .upload(&["text/csv", "application/xml"], 100)
                .ok::<Value>(),
            import_file,
        )
        .add(
            row(Operation::get("/api/v1/workspaces/{workspaceId}/events"), "watch_events")
                .access(Access::Workspace(Action::ReadPlan))
                .events::<Value>(),
            watch_events,
        )
        .add(
            row(Operation::post("/api/v1/auth/refresh"), "refresh").access(Access::Public).cookie().no_content(),
            refresh,
        )
        .add(row(Operation::get("/api/v1/auth/me"), "get_me").access(Access::SignedIn).ok::<Value>(), wait)
        .add(row(Operation::get("/api/v1/users"), "list_users").ok::<Value>(), |_, _, _| async {
            Ok(Answer::json("{}"))
        })
        .add(
            row(Operation::post("/api/v1/flat"), "post_flat").access(Access::SignedIn).body::<Flat>().no_content(),
            |_, _, _| async { Ok(Answer::no_content()) },
        );
    add_oddities(operations);
}

fn add_oddities(operations: &mut Operations<App>) {
    let row = |operation: Operation, id| operation.id(id).tag("Oddities").summary("For tests");
    operations
        .add(row(Operation::get("/api/v1/bug"), "get_bug").access(Access::Public).ok::<Value>(), |_, _, _| async {
            Err(Problem::bug("password of the database is hunter2"))
        })
        .add(row(Operation::get("/api/v1/panic"), "get_panic").access(Access::Public).ok::<Value>(), |_, _, _| async {
            panic!("a handler that panics")
        })
        .add(
            row(Operation::get("/api/v1/file"), "get_file").access(Access::Public).file(&["text/csv"]),
            |_, _, _| async { Ok(Answer::file("text/csv; charset=utf-8", "pe\"op\r\nle.csv", "a,b\n")) },
        )
        .add(row(Operation::get("/api/v1/wait"), "wait").access(Access::Public).ok::<Value>(), wait)
        .add(
            row(Operation::get("/api/v1/slow"), "slow")
                .access(Access::Public)
                .ok::<Value>()
                .timeout(Duration::from_millis(20)),
            wait,
        );
}

/// A platform and the application behind it.
pub struct TestApp {
    pub app: App,
    pub platform: Platform<App>,
}

pub fn settings() -> Settings {
    Settings { rate_limit: None, ..Settings::default() }
}

pub fn start() -> TestApp {
    with(settings())
}

pub fn with(settings: Settings) -> TestApp {
    with_parts(Parts::new(settings))
}

pub fn with_parts(parts: Parts) -> TestApp {
    let app = App::default();
    let platform = Platform::new(app.clone(), operations(), parts).unwrap();
    TestApp { app, platform }
}

/// An answer that was read to its end.
pub struct Seen {
    pub status: StatusCode,
    pub response: Response<()>,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

impl TestApp {
    /// `call("PUT /path", &[("header", "value")], "body")`.
    pub async fn call(&self, line: &str, headers: &[(&str, &str)], body: &'static str) -> Seen {
        let response = self.open(line, headers, body).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Seen { status: parts.status, response: Response::from_parts(parts, ()), body }
    }

    pub async fn open(&self, line: &str, headers: &[(&str, &str)], body: &'static str) -> Response<Body> {
        let (method, uri) = line.split_once(' ').unwrap();
        let uri = uri.replace("{w}", WORKSPACE).replace("{p}", PERSON);
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.platform.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
    }

    /// A GET as somebody.
    pub async fn get(&self, path: &str, token: &str) -> Seen {
        self.call(&format!("GET {path}"), &[("authorization", &format!("Bearer {token}"))], "").await
    }
}
