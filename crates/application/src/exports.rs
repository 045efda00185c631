//! Export of a workspace's objects as JSON lines, CSV or XLSX: page by page, in constant memory, without pay or rates.
//! Text that a spreadsheet program would run as a formula is made harmless.

use std::io::{Read, Seek, SeekFrom, Write};

use raally_domain::kind::Kind;
use raally_exchange::export::{
    Column, ColumnKind, CsvOptions, ExportError, Table, Value as Cell, write_csv, write_xlsx,
};
use raally_storage::{After, OrderBy, Query};
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, channel};
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::imports::each_living;

/// Objects of a page.
const PAGE_OBJECTS: u32 = 1_000;
/// Pages that wait to be written.
const WAITING_PAGES: usize = 2;
/// Bytes of a piece of a finished workbook.
const PIECE_BYTES: usize = 64 * 1024;

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant is a kind")]
pub enum ExportKind {
    People,
    Projects,
    Assignments,
    Clients,
    Teams,
    Skills,
    Roles,
    Calendars,
    Holidays,
    TimeOff,
}

/// How it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// One document a line.
    #[default]
    Json,
    /// A table.
    Csv,
    /// A table as a workbook.
    Xlsx,
}

/// Where a column comes from.
#[derive(Clone, Copy)]
enum Pick {
    Text,
    Date,
    Minutes,
    /// The name of the object with this id.
    Name,
    /// The mail address of the person, or the code of the project, with this id.
    Second,
    /// The names of the objects with these ids.
    Names,
    /// The last title.
    Title,
    /// Minutes of the last schedule's first week.
    Week,
    /// The minutes or basis points of an effort.
    Effort,
}

type Columns = &'static [(&'static str, &'static str, &'static str, Pick)];

const TIME_OFF: Columns = &[
    ("id", "Id", "/id", Pick::Text),
    ("person", "Person", "/personId", Pick::Name),
    ("email", "E-mail", "/personId", Pick::Second),
    ("kind", "Type", "/kind", Pick::Text),
    ("startsOn", "From", "/startsOn", Pick::Date),
    ("endsOn", "To", "/endsOn", Pick::Date),
    ("minutesPerDay", "Off a day", "/minutesPerDay", Pick::Minutes),
    ("status", "Status", "/status", Pick::Text),
    ("note", "Note", "/note", Pick::Text),
];

impl ExportKind {
    /// The kind with this name in paths and on the command line.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        serde_json::from_value(Value::String(name.to_owned())).ok()
    }

    const fn kind(self) -> Kind {
        match self {
            Self::People => Kind::Person,
            Self::Projects => Kind::Project,
            Self::Assignments => Kind::Assignment,
            Self::Clients => Kind::Client,
            Self::Teams => Kind::Team,
            Self::Skills => Kind::Skill,
            Self::Roles => Kind::Role,
            Self::Calendars => Kind::Calendar,
            Self::Holidays => Kind::Holiday,
            Self::TimeOff => Kind::TimeOff,
        }
    }

    /// Key, title, JSON pointer, what it is.
    const fn columns(self) -> Columns {
        match self {
            Self::People => &[
                ("id", "Id", "/id", Pick::Text),
                ("name", "Name", "/name", Pick::Text),
                ("email", "E-mail", "/email", Pick::Text),
                ("kind", "Kind", "/kind", Pick::Text),
                ("title", "Job title", "/jobTitles", Pick::Title),
                ("role", "Role", "/roleId", Pick::Name),
                ("teams", "Teams", "/teamIds", Pick::Names),
                ("weeklyMinutes", "Contracted a week", "/schedules", Pick::Week),
                ("startsOn", "First day", "/startsOn", Pick::Date),
                ("endsOn", "Last day", "/endsOn", Pick::Date),
                ("externalId", "External id", "/externalId", Pick::Text),
            ],
            Self::Projects => &[
                ("id", "Id", "/id", Pick::Text),
                ("code", "Project code", "/code", Pick::Text),
                ("name", "Project", "/name", Pick::Text),
                ("client", "Client", "/clientId", Pick::Name),
                ("kind", "Kind", "/kind", Pick::Text),
                ("status", "Status", "/status", Pick::Text),
                ("startsOn", "First day", "/startsOn", Pick::Date),
                ("endsOn", "Last day", "/endsOn", Pick::Date),
                ("externalId", "External id", "/externalId", Pick::Text),
                ("notes", "Notes", "/notes", Pick::Text),
            ],
            Self::Assignments => &[
                ("id", "Id", "/id", Pick::Text),
                ("person", "Person", "/personId", Pick::Name),
                ("email", "E-mail", "/personId", Pick::Second),
                ("projectCode", "Project code", "/projectId", Pick::Second),
                ("project", "Project", "/projectId", Pick::Name),
                ("role", "Role", "/roleId", Pick::Name),
                ("startsOn", "From", "/startsOn", Pick::Date),
                ("endsOn", "To", "/endsOn", Pick::Date),
                ("form", "Effort form", "/effort/form", Pick::Text),
                ("effort", "Effort (minutes or basis points)", "/effort", Pick::Effort),
                ("commitment", "Status", "/commitment", Pick::Text),
                ("note", "Note", "/note", Pick::Text),
                ("externalId", "External id", "/externalId", Pick::Text),
            ],
            Self::TimeOff => TIME_OFF,
            Self::Clients | Self::Teams | Self::Roles | Self::Calendars => &[
                ("id", "Id", "/id", Pick::Text),
                ("name", "Name", "/name", Pick::Text),
                ("notes", "Notes", "/notes", Pick::Text),
                ("externalId", "External id", "/externalId", Pick::Text),
            ],
            Self::Skills => &[
                ("id", "Id", "/id", Pick::Text),
                ("name", "Name", "/name", Pick::Text),
                ("category", "Category", "/category", Pick::Text),
            ],
            Self::Holidays => &[
                ("id", "Id", "/id", Pick::Text),
                ("region", "Region", "/region", Pick::Text),
                ("on", "Day", "/on", Pick::Date),
                ("name", "Name", "/name", Pick::Text),
                ("observance", "Observed", "/observance", Pick::Text),
            ],
        }
    }
}

/// Names of what tables refer to: name, and mail address or code.
type Names = FxHashMap<Uuid, (String, Option<String>)>;

#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

impl App {
    /// Writes every living object of a kind to `out`, which is called on a thread for blocking work.
    ///
    /// # Errors
    /// When storage fails or `out` can't be written to.
    pub async fn export<W: Write + Send + 'static>(
        &self,
        caller: &Caller,
        kind: ExportKind,
        format: ExportFormat,
        out: W,
    ) -> Result<(), Failure> {
        let names = if format == ExportFormat::Json { Names::default() } else { self.names(caller).await? };
        let (sender, pages) = channel(WAITING_PAGES);
        let writer = tokio::task::spawn_blocking(move || write(kind, format, &names, pages, out));
        let mut after = None;
        loop {
            let (bodies, next) = self.page_of(caller, kind.kind(), after).await?;
            // The writer has ended early: its error is told below.
            if sender.send(bodies).await.is_err() || next.is_none() {
                break;
            }
            after = next;
        }
        drop(sender);
        let written = writer.await.map_err(Failure::bug)?;
        written.map_err(|error| Failure::Unavailable { detail: error.to_string() })
    }

    async fn page_of(
        &self,
        caller: &Caller,
        kind: Kind,
        after: Option<After>,
    ) -> Result<(Vec<String>, Option<After>), Failure> {
        self.store()
            .read_long(caller.scope(), move |tx| {
                Box::pin(async move {
                    let mut query = Query::new(kind).order(OrderBy::Id).limit(PAGE_OBJECTS);
                    query.after = after;
                    let (mut bodies, mut last) = (Vec::new(), None);
                    tx.visit(&query, |row| {
                        last = Some(row.id);
                        bodies.push(row.body.to_owned());
                    })
                    .await?;
                    let whole = bodies.len() >= PAGE_OBJECTS as usize;
                    let next = last.filter(|_| whole).map(|id| After { key: id.into(), id });
                    Ok::<_, Failure>((bodies, next))
                })
            })
            .await
    }

    async fn names(&self, caller: &Caller) -> Result<Names, Failure> {
        self.store()
            .read_long(caller.scope(), |tx| {
                Box::pin(async move {
                    let mut names = Names::default();
                    for kind in [Kind::Person, Kind::Project, Kind::Client, Kind::Role, Kind::Team] {
                        each_living(tx, kind, |row| {
                            let named: Named = serde_json::from_str(row.body).map_err(Failure::bug)?;
                            names.insert(row.id, (named.name, named.email.or(named.code)));
                            Ok(())
                        })
                        .await?;
                    }
                    Ok::<_, Failure>(names)
                })
            })
            .await
    }
}

fn write(
    kind: ExportKind,
    format: ExportFormat,
    names: &Names,
    mut pages: Receiver<Vec<String>>,
    mut out: impl Write,
) -> Result<(), ExportError> {
    if format == ExportFormat::Json {
        while let Some(page) = pages.blocking_recv() {
            for body in page {
                out.write_all(body.as_bytes())?;
                out.write_all(b"\n")?;
            }
        }
        return Ok(out.flush()?);
    }
    let columns = kind.columns();
    let bodies = std::iter::from_fn(move || pages.blocking_recv()).flatten();
    let rows = bodies.map(|body| {
        let document: Value = serde_json::from_str(&body).unwrap_or_default();
        columns.iter().map(|(_, _, pointer, pick)| cell(document.pointer(pointer), *pick, names)).collect()
    });
    let heads = columns.iter().map(|(key, title, _, pick)| {
        let kind = match pick {
            Pick::Date => ColumnKind::Date,
            Pick::Minutes | Pick::Week => ColumnKind::Minutes,
            Pick::Effort => ColumnKind::Int,
            _ => ColumnKind::Text,
        };
        Column::new(key, title, kind)
    });
    let table = Table { name: kind.kind().name().to_owned(), columns: heads.collect(), rows };
    if format == ExportFormat::Csv {
        return write_csv(table, CsvOptions::default(), out);
    }
    let mut file = tempfile::tempfile()?;
    write_xlsx(table, &mut file)?;
    file.seek(SeekFrom::Start(0))?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok(out.flush()?);
        }
        out.write_all(&piece[..count])?;
    }
}

fn named<'n>(value: &Value, names: &'n Names) -> Option<&'n (String, Option<String>)> {
    names.get(&value.as_str()?.parse().ok()?)
}

fn cell(value: Option<&Value>, pick: Pick, names: &Names) -> Cell {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Cell::Blank };
    let text = |text: Option<&str>| text.map_or(Cell::Blank, |text| Cell::Text(text.to_owned()));
    let int = |number: Option<i64>| number.map_or(Cell::Blank, Cell::Int);
    match pick {
        Pick::Text => text(value.as_str()),
        Pick::Date => value.as_str().and_then(|text| text.parse().ok()).map_or(Cell::Blank, Cell::Date),
        Pick::Minutes => int(value.as_i64()),
        Pick::Name => text(named(value, names).map(|(name, _)| name.as_str())),
        Pick::Second => text(named(value, names).and_then(|(_, second)| second.as_deref())),
        Pick::Names => {
            let all = value.as_array().into_iter().flatten().filter_map(|id| named(id, names));
            let all: Vec<&str> = all.map(|(name, _)| name.as_str()).collect();
            text(Some(all.join(", ").as_str()).filter(|all| !all.is_empty()))
        }
        Pick::Title => text(value.as_array().and_then(|all| all.last()).and_then(|last| last["title"].as_str())),
        Pick::Week => {
            let last = value.as_array().and_then(|all| all.last());
            let week = last.and_then(|last| last.pointer("/workingTime/weeks/0")).and_then(Value::as_array);
            int(week.map(|days| days.iter().filter_map(Value::as_i64).sum()))
        }
        Pick::Effort => {
            let one = ["minutesPerDay", "minutesPerWeek", "basisPoints", "minutes"]
                .iter()
                .find_map(|name| value[*name].as_i64());
            let spans = || Some(value["spans"].as_array()?.iter().filter_map(|span| span["minutes"].as_i64()).sum());
            int(one.or_else(spans))
        }
    }
}
