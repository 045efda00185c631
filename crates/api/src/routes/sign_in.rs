//! Signing up, in and out, refreshing, sessions, the own account.

use http::HeaderValue;
use http::header::SET_COOKIE;
use raally_application::App;
use raally_application::caller::Origin;
use raally_application::sign_in::{NewAccount, Tokens};
use raally_domain::event::SessionEnd;
use raally_domain::ids::{SessionId, UserId, WorkspaceId};
use raally_domain::model::User;
use raally_identity::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::people::Items;
use super::workspaces::Place;
use crate::answer::Answer;
use crate::context::Ctx;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::{Class, Problem};

/// Name of the refresh cookie over TLS; browsers refuse it from any other host, path or insecure page.
const COOKIE_SECURE: &str = "__Host-raally-refresh";
/// Its name on `http://localhost`, where the prefix is not allowed.
const COOKIE_PLAIN: &str = "raally-refresh";
/// How long browsers keep it: as long as an idle session lives.
const COOKIE_SECONDS: u32 = 30 * 86_400;

/// A new login.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignUpBody {
    /// Mail address.
    email: String,
    /// At least 15 characters; a sentence is a good one.
    #[schemars(with = "String")]
    password: Secret,
    /// Shown to people.
    name: String,
    /// Token of a join link.
    #[serde(default)]
    join_token: Option<String>,
    /// Put the refresh token into an HttpOnly cookie instead of the answer: for browsers.
    #[serde(default)]
    cookie: bool,
}

/// Who signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignInBody {
    /// Mail address.
    email: String,
    /// The password.
    #[schemars(with = "String")]
    password: Secret,
    /// What the client calls itself, for the list of sessions; absent = its `User-Agent`.
    #[serde(default)]
    client: Option<String>,
    /// Put the refresh token into an HttpOnly cookie instead of the answer: for browsers.
    #[serde(default)]
    cookie: bool,
}

/// A refresh token; absent in browsers, which send their cookie.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RefreshBody {
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    refresh_token: Option<Secret>,
    /// Put the new refresh token into the cookie; done anyway where the old one came in it.
    #[serde(default)]
    cookie: bool,
}

/// A user as the API shows one.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserView {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub platform_admin: bool,
}

impl UserView {
    pub(crate) fn new(id: uuid::Uuid, user: User) -> Self {
        Self { id: UserId(id), email: user.email, name: user.name, platform_admin: user.platform_admin }
    }
}

/// Tokens of a session.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TokensView {
    /// Send as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds that the access token is good for.
    expires_in: i64,
    /// Good once; absent where it is in the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// The session.
    session_id: SessionId,
    /// Whose.
    user: UserView,
}

/// The caller and where they belong.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Me {
    user: UserView,
    workspaces: Vec<Place>,
}

/// What may be changed of one's own account.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MeBody {
    /// Shown to people.
    name: String,
}

/// A signed-in device.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SessionView {
    id: SessionId,
    /// What the client called itself.
    client: String,
    created_at: jiff::Timestamp,
    last_used_at: jiff::Timestamp,
    /// The one that asks.
    current: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PasswordBody {
    #[schemars(with = "String")]
    current_password: Secret,
    #[schemars(with = "String")]
    new_password: Secret,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JoinBody {
    /// Token of a join link.
    token: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Joined {
    workspace_id: WorkspaceId,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    add_entry(ops);
    add_account(ops);
    add_sessions(ops);
}

fn public(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation::post(path).id(id).tag("Sign-in").summary(summary).access(Access::Public)
}

fn own(operation: Operation, id: &'static str, summary: &'static str) -> Operation {
    operation.id(id).tag("Sign-in").summary(summary).access(Access::SignedIn)
}

fn origin<B, Q>(ctx: &Ctx, input: &Input<B, Q>, client: Option<String>) -> Origin {
    let client = client.or_else(|| input.header("user-agent").map(str::to_owned));
    Origin {
        address: ctx.client.address.to_string(),
        client: client.unwrap_or_else(|| "unknown".to_owned()),
        trace: Some(ctx.trace.to_string()),
    }
}

fn wrong_pair(problem: Problem) -> Problem {
    if problem.class() == Class::Unauthenticated {
        Problem::new(Class::Unauthenticated, "Mail address or password is wrong.").code("wrong-credentials")
    } else {
        problem
    }
}

fn cookie(ctx: &Ctx, value: &str, seconds: u32) -> Option<HeaderValue> {
    let (name, secure) = if ctx.client.secure { (COOKIE_SECURE, "; Secure") } else { (COOKIE_PLAIN, "") };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).ok()
}

fn tokens(ctx: &Ctx, tokens: Tokens, in_cookie: bool) -> Result<Answer, Problem> {
    let Tokens { access, expires_in, refresh, session, user } = tokens;
    let answer = Answer::value(&TokensView {
        access_token: access.expose().to_owned(),
        token_type: "Bearer",
        expires_in,
        refresh_token: (!in_cookie).then(|| refresh.expose().to_owned()),
        session_id: session,
        user: UserView::new(user.id, user.state),
    })?;
    match cookie(ctx, refresh.expose(), COOKIE_SECONDS).filter(|_| in_cookie) {
        Some(header) => Ok(answer.header(SET_COOKIE, header)),
        None => Ok(answer),
    }
}

fn add_entry(ops: &mut Operations<App>) {
    let operation = public("/api/v1/auth/sign-up", "sign_up", "Make a login and sign in")
        .body::<SignUpBody>()
        .created::<TokensView>()
        .refuses(&[Class::Denied]);
    ops.add(operation, |app: App, ctx, input| async move {
        let from = origin(&ctx, &input, None);
        let SignUpBody { email, password, name, join_token, cookie } = input.body;
        let made = app.sign_up(NewAccount { email, password, name, join_token }, from).await?;
        Ok(tokens(&ctx, made, cookie)?.now_created("/api/v1/auth/me"))
    });
    let operation = public("/api/v1/auth/sign-in", "sign_in", "Sign in")
        .body::<SignInBody>()
        .ok::<TokensView>()
        .refuses(&[Class::Unauthenticated]);
    ops.add(operation, |app: App, ctx, input| async move {
        let from = origin(&ctx, &input, input.body.client.clone());
        let SignInBody { email, password, cookie, .. } = input.body;
        let signed_in = app.sign_in(&email, password, from).await.map_err(|error| wrong_pair(error.into()))?;
        tokens(&ctx, signed_in, cookie)
    });
    let operation =
        public("/api/v1/auth/refresh", "refresh", "Exchange a refresh token (or the cookie) for new tokens")
            .cookie()
            .body::<RefreshBody>()
            .ok::<TokensView>()
            .refuses(&[Class::Unauthenticated]);
    ops.add(operation, |app: App, ctx, input| async move {
        let name = if ctx.client.secure { COOKIE_SECURE } else { COOKIE_PLAIN };
        let in_cookie = input.body.cookie || input.body.refresh_token.is_none();
        let from_cookie = || input.cookie(name).map(|text| Secret::new(text.to_owned()));
        let token = match &input.body.refresh_token {
            Some(token) => Some(Secret::new(token.expose().to_owned())),
            None => from_cookie(),
        };
        let refreshed = app.refresh(&token.ok_or_else(Problem::unauthenticated)?).await?;
        tokens(&ctx, refreshed, in_cookie)
    });
}

fn add_account(ops: &mut Operations<App>) {
    let operation = own(Operation::post("/api/v1/auth/sign-out"), "sign_out", "End this session").no_content();
    ops.add(operation, |app: App, ctx, _| async move {
        let principal = ctx.principal()?;
        app.end_session(principal.user, principal.session, SessionEnd::SignedOut).await?;
        let clear = HeaderValue::from_static("\"cache\", \"storage\"");
        let answer = Answer::no_content().header(http::HeaderName::from_static("clear-site-data"), clear);
        Ok(match cookie(&ctx, "", 0) {
            Some(header) => answer.header(SET_COOKIE, header),
            None => answer,
        })
    });
    let operation = own(Operation::get("/api/v1/auth/me"), "get_me", "The caller, and where they belong").ok::<Me>();
    ops.add(operation, |app: App, ctx, _| async move {
        let user = ctx.user()?;
        let (account, places) = (app.user(user).await?, app.workspaces_of(user).await?);
        Answer::value(&Me {
            user: UserView::new(account.id, account.state),
            workspaces: places.into_iter().map(Place::from).collect(),
        })
    });
    let operation = own(Operation::patch("/api/v1/auth/me").unversioned(), "change_me", "Change one's own name")
        .body::<MeBody>()
        .ok::<UserView>();
    ops.add(operation, |app: App, ctx, input| async move {
        let account = app.rename_user(ctx.user()?, input.body.name).await?;
        Answer::value(&UserView::new(account.id, account.state))
    });
    let operation = own(
        Operation::post("/api/v1/auth/change-password"),
        "change_password",
        "Change one's password; every other session ends",
    )
    .body::<PasswordBody>()
    .no_content();
    ops.add(operation, |app: App, ctx, input| async move {
        let principal = ctx.principal()?;
        let from = origin(&ctx, &input, None);
        let PasswordBody { current_password, new_password } = input.body;
        app.change_password(principal.user, principal.session, current_password, new_password, from).await?;
        Ok(Answer::no_content())
    });
    let operation = own(Operation::post("/api/v1/auth/join"), "use_join_link", "Become a member by a join link")
        .body::<JoinBody>()
        .ok::<Joined>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx, input| async move {
        let workspace_id = app.use_join_link(ctx.user()?, &input.body.token).await?;
        Answer::value(&Joined { workspace_id })
    });
}

fn add_sessions(ops: &mut Operations<App>) {
    let operation =
        own(Operation::get("/api/v1/auth/sessions"), "list_sessions", "One's signed-in devices, latest first")
            .ok::<Items<SessionView>>();
    ops.add(operation, |app: App, ctx, _| async move {
        let principal = ctx.principal()?;
        let items = app.sessions(principal.user).await?;
        let items = items.into_iter().map(|view| SessionView {
            current: view.id == principal.session,
            id: view.id,
            client: view.client,
            created_at: view.created_at,
            last_used_at: view.last_used_at,
        });
        Answer::value(&Items { items: items.collect() })
    });
    let operation = own(
        Operation::delete("/api/v1/auth/sessions/{sessionId}").unversioned(),
        "end_session",
        "End one of one's sessions, at once",
    )
    .no_content();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        app.end_session(ctx.user()?, input.id("sessionId")?, SessionEnd::Revoked).await?;
        Ok(Answer::no_content())
    });
}
