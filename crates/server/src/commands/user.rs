//! `raally user`: logins.

use std::fmt::Write;
use std::process::ExitCode;

use raally_application::codec::from_record;
use raally_application::sign_in::NewAccount;
use raally_application::{App, Failure};
use raally_domain::decide::Refusal;
use raally_domain::event::Envelope;
use raally_domain::kind::Kind;
use raally_domain::model::User as Login;
use raally_storage::{Query, Scope};
use serde_json::json;

use crate::cli::User;
use crate::config::Config;
use crate::failed::Failed;
use crate::talk::Talk;
use crate::{installation, password};

/// Most logins that `list` prints.
const LIST_MAX: u32 = 100_000;

/// Runs one of the commands.
pub async fn run(what: User, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    match what {
        User::Create { email, name, password_stdin, platform_admin } => {
            let password = password::from_stdin(password_stdin)?;
            let app = installation::open(config).await?;
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(&email).to_owned());
            let new = NewAccount { email: email.clone(), password, name, join_token: None };
            let id = app.create_user(new, platform_admin, None, None).await?;
            app.store().close().await;
            talk.data(
                &json!({"id": id, "email": email, "platformAdmin": platform_admin}),
                &format!("{email} can sign in ({id})"),
            )
        }
        User::ResetPassword { email, password_stdin } => {
            let password = password::from_stdin(password_stdin)?;
            let app = installation::open(config).await?;
            app.reset_password(&email, password).await.map_err(|failure| match failure {
                Failure::Refused(Refusal::NotFound) => {
                    Failed::input(format!("no login has the address {email}")).next("see `raally user list`")
                }
                other => other.into(),
            })?;
            app.store().close().await;
            talk.data(&json!({"email": email}), &format!("{email} has the new password; all its sessions are ended"))
        }
        User::List => list(&installation::open(config).await?, talk).await,
    }
}

async fn list(app: &App, talk: Talk) -> Result<ExitCode, Failed> {
    let users: Vec<Envelope<Login>> = app
        .store()
        .read_long(Scope::Platform, |tx| {
            Box::pin(async move {
                let records = tx.list(&Query::new(Kind::User).limit(LIST_MAX)).await?;
                records.iter().map(from_record::<Login>).collect::<Result<Vec<_>, Failure>>()
            })
        })
        .await?;
    app.store().close().await;
    let mut text = String::new();
    for user in &users {
        let admin = if user.state.platform_admin { "  platform-admin" } else { "" };
        let suspended = if user.state.suspended { "  suspended" } else { "" };
        writeln!(text, "{}  {}  {}{admin}{suspended}", user.id, user.state.email, user.state.name)?;
    }
    if users.is_empty() {
        talk.say("there is no login yet");
        return if talk.json() { talk.data(&json!([]), "") } else { Ok(ExitCode::SUCCESS) };
    }
    talk.data(&users, &text)
}
