//! `raally export`: a workspace's objects as JSON lines, CSV or XLSX.
//!
//! Whoever can run this reads the database anyway, so pay, rates and budgets are in it; under `money` in JSON.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Cursor, Write};
use std::process::ExitCode;

use raally_application::history::AuditFilter;
use raally_application::{App, Caller, Failure};
use raally_domain::kind::Kind;
use raally_exchange::export::{
    Column, ColumnKind, CsvOptions, ExportError, Table, Value as Cell, write_csv, write_xlsx,
};
use raally_storage::{After, OrderBy, Query, Value as ColumnValue};
use serde_json::{Map, Value, json};

use crate::cli::{ExportArgs, ExportFormat, ExportKind};
use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Objects read in one go.
const PAGE: u32 = 1_000;

/// Writes the file, or to standard output.
pub async fn run(args: &ExportArgs, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    if let Some(file) = &args.output
        && file.exists()
        && !args.force
    {
        return Err(Failed::input(format!("{} exists", file.display())).next("give --force to overwrite it"));
    }
    let app = installation::open(config).await?;
    let caller = Caller::system(app.find_workspace(&args.workspace).await?);
    let bar = talk.progress("reading");
    let objects = match kind(args.kind) {
        Some(kind) => objects(&app, &caller, kind, |count| bar.set_position(count)).await?,
        None => audit_events(&app, &caller).await?,
    };
    bar.finish_and_clear();
    app.store().close().await;
    let bytes = match args.format {
        ExportFormat::Json => lines(&objects)?,
        ExportFormat::Csv => table(&objects, false).map_err(write_failed)?,
        ExportFormat::Xlsx => table(&objects, true).map_err(write_failed)?,
    };
    let Some(file) = &args.output else {
        let mut out = BufWriter::new(io::stdout().lock());
        return match out.write_all(&bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failed::ours(error.to_string())),
            _ => Ok(ExitCode::SUCCESS),
        };
    };
    let mut options = OpenOptions::new();
    options.write(true).truncate(true).create(args.force).create_new(!args.force);
    let written = options.open(file).and_then(|mut out| out.write_all(&bytes).and_then(|()| out.sync_all()));
    written.map_err(|error| Failed::input(format!("can't write {}: {error}", file.display())))?;
    let value = json!({"file": file, "objects": objects.len(), "bytes": bytes.len()});
    talk.data(&value, &format!("{}: {} objects", file.display(), objects.len()))
}

fn write_failed(error: ExportError) -> Failed {
    Failed::input(error.to_string()).next("use --format csv or json, which have no bounds")
}

const fn kind(kind: ExportKind) -> Option<Kind> {
    Some(match kind {
        ExportKind::People => Kind::Person,
        ExportKind::Projects => Kind::Project,
        ExportKind::Assignments => Kind::Assignment,
        ExportKind::Clients => Kind::Client,
        ExportKind::Teams => Kind::Team,
        ExportKind::Skills => Kind::Skill,
        ExportKind::Roles => Kind::Role,
        ExportKind::Calendars => Kind::Calendar,
        ExportKind::Holidays => Kind::Holiday,
        ExportKind::TimeOff => Kind::TimeOff,
        ExportKind::AuditEvents => return None,
    })
}

async fn objects(
    app: &App,
    caller: &Caller,
    kind: Kind,
    seen: impl Fn(u64),
) -> Result<Vec<Map<String, Value>>, Failed> {
    let mut found = Vec::new();
    let mut after: Option<After> = None;
    loop {
        let mut query = Query::new(kind).order(OrderBy::Id).limit(PAGE);
        query.after = after;
        let records = app
            .store()
            .read_long(caller.scope(), move |tx| Box::pin(async move { Ok::<_, Failure>(tx.list(&query).await?) }))
            .await?;
        for record in &records {
            let mut object: Map<String, Value> = serde_json::from_str(&record.body)?;
            if let Some(money) = &record.money {
                object.insert("money".into(), serde_json::from_str(money)?);
            }
            found.push(object);
        }
        seen(found.len().try_into().unwrap_or(u64::MAX));
        match records.last() {
            Some(last) if records.len() == PAGE as usize => after = Some(After { key: ColumnValue::Null, id: last.id }),
            _ => return Ok(found),
        }
    }
}

async fn audit_events(app: &App, caller: &Caller) -> Result<Vec<Map<String, Value>>, Failed> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let filter = AuditFilter { before, limit: PAGE, ..AuditFilter::default() };
        let page = app.audit_events(caller, filter).await?;
        for event in &page {
            if let Value::Object(object) = serde_json::to_value(event)? {
                found.push(object);
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => before = Some(last.position),
            _ => return Ok(found),
        }
    }
}

fn lines(objects: &[Map<String, Value>]) -> Result<Vec<u8>, Failed> {
    let mut out = Vec::new();
    for object in objects {
        serde_json::to_writer(&mut out, object)?;
        out.push(b'\n');
    }
    Ok(out)
}

/// A column per field; what is nested stands as JSON in its cell.
fn table(objects: &[Map<String, Value>], workbook: bool) -> Result<Vec<u8>, ExportError> {
    let mut names: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for name in objects.iter().flat_map(|object| object.keys()) {
        places.entry(name.clone()).or_insert_with(|| {
            names.push(name.clone());
            names.len() - 1
        });
    }
    let columns = names.iter().map(|name| Column::new(name, name, ColumnKind::Text)).collect();
    let rows = objects.iter().map(|object| names.iter().map(|name| cell(object.get(name))).collect::<Vec<_>>());
    let table = Table { name: "Export".into(), columns, rows };
    let mut out = Cursor::new(Vec::new());
    if workbook {
        write_xlsx(table, &mut out)?;
    } else {
        write_csv(table, CsvOptions { byte_order_mark: true, ..CsvOptions::default() }, &mut out)?;
    }
    Ok(out.into_inner())
}

fn cell(value: Option<&Value>) -> Cell {
    match value {
        None | Some(Value::Null) => Cell::Blank,
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(other) => Cell::Text(other.to_string()),
    }
}
