//! `raally transfer`: an installation grows from SQLite to PostgreSQL, with all that it has.

use std::io::Read;
use std::process::ExitCode;

use raally_storage::{Location, Mode, Store};
use serde_json::json;

use super::backup::sqlite_file;
use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Longest URL that is read, in bytes.
const URL_BYTES_MAX: u64 = 4_096;

/// Carries the configured SQLite database over to PostgreSQL; what was carried over stays here as it is.
pub async fn run(to: &str, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let target = target(to)?;
    let file = sqlite_file(config)?;
    if !file.exists() {
        return Err(Failed::input(format!("there is no database at {}", file.display()))
            .next("check RAALLY_DATA_DIR and RAALLY_DATABASE_URL with `raally config show`"));
    }
    let here = installation::store(config).await?;
    here.migrate(Mode::Expand).await?;
    let mut there = config.store();
    there.location = target;
    let there = Store::open(&there).await?;
    there.migrate(Mode::Expand).await?;
    let bar = talk.progress("carrying over");
    let transferred = here.transfer_to(&there).await;
    bar.finish_and_clear();
    let transferred = transferred?;
    here.close().await;
    there.close().await;
    let rows: u64 = transferred.tables.iter().map(|(_, rows)| rows).sum();
    let events = transferred.rows_of("event");
    talk.say(
        "Now set RAALLY_DATABASE_URL to that address; the keys and all else stay as they are. `raally doctor` and\n\
         `raally audit verify` prove it. Start no server on the old file any more.",
    );
    let tables: serde_json::Map<_, _> =
        transferred.tables.into_iter().map(|(table, rows)| (table, json!(rows))).collect();
    let value = json!({"events": events, "rows": rows, "tables": tables});
    talk.data(&value, &format!("{events} events, {rows} rows in all, carried over from {}", file.display()))
}

/// The address that was given, or the first line of standard input.
fn target(to: &str) -> Result<Location, Failed> {
    let mut text = to.to_owned();
    if to == "-" {
        text.clear();
        let read = std::io::stdin().take(URL_BYTES_MAX).read_to_string(&mut text);
        read.map_err(|error| Failed::input(format!("can't read the address from standard input: {error}")))?;
    }
    let how = "give postgres://USER@HOST/DATABASE, or - and the address on standard input";
    match Location::parse(text.lines().next().unwrap_or_default().trim()) {
        Ok(location @ Location::Postgres(_)) => Ok(location),
        // Not repeated: it may hold a password.
        Ok(Location::Sqlite(_)) | Err(_) => Err(Failed::input("the target is no address of PostgreSQL").next(how)),
    }
}
