//! `raally demo`: a company to look around in.

use std::fmt::Write;
use std::process::ExitCode;

use raally_application::Failure;
use serde_json::json;

use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Makes it and prints its sign-in data, which is kept nowhere.
pub async fn run(name: &str, again: bool, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let app = installation::open(config).await?;
    let bar = talk.progress("making the demo company");
    let made = app.make_demo(name, again).await;
    bar.finish_and_clear();
    let demo = made.map_err(|failure| match failure {
        Failure::BadRequest { code: "workspace-exists", .. } => {
            Failed::input(format!("a workspace is called {name:?} already"))
                .next("give another name with --workspace, or make one more with --again")
        }
        other => other.into(),
    })?;
    app.store().close().await;
    let address = config.api.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let mut text = format!(
        "{}: {} people, {} open demands, {} projects, {} assignments, {} absences\nworkspace {}\n\n\
         Sign in at {address}/ with one of these. The passwords are not shown again.\n\n",
        demo.name, demo.people, demo.placeholders, demo.projects, demo.assignments, demo.time_off, demo.workspace
    );
    for login in &demo.logins {
        writeln!(text, "  {:<24} {}   {}", login.email, login.password.expose(), login.role.name())?;
    }
    let logins: Vec<_> = demo
        .logins
        .iter()
        .map(|login| json!({"email": login.email, "password": login.password.expose(), "role": login.role}))
        .collect();
    let value = json!({
        "workspaceId": demo.workspace, "name": demo.name, "people": demo.people, "placeholders": demo.placeholders,
        "projects": demo.projects, "assignments": demo.assignments, "timeOff": demo.time_off, "logins": logins,
        "url": address,
    });
    talk.data(&value, &text)
}
