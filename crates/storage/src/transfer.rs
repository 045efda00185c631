//! Carries everything in a SQLite database over into an empty PostgreSQL one, in one transaction there and from one snapshot
//! here: the way in which an installation grows. Positions, versions, seals and answers of idempotent requests are
//! carried as they are, so that clients and the audit trail go on.

use std::{collections::HashSet, pin::pin};

use rusqlite::{Connection, types::ValueRef};
use tokio::sync::mpsc;
use tokio_postgres::{
    Client, Transaction,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};
use uuid::Uuid;

use crate::{
    error::StoreError,
    postgres::fault,
    row::{Owned, Param},
    sqlite::{connection::Settings, fault::classify},
};

/// Rows that wait between the two databases, at once; so memory is bounded however much there is.
const ROWS_AT_ONCE: usize = 500;
/// PostgreSQL's own order of commits. All that is carried over was committed before anything that will be.
const COMMIT_ORDER: &str = "commit_order";

/// What was carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transferred {
    /// Each table, and how many rows it has.
    pub tables: Vec<(String, u64)>,
}

impl Transferred {
    /// Rows of one table.
    #[must_use]
    pub fn rows_of(&self, table: &str) -> u64 {
        self.tables.iter().find(|(name, _)| name == table).map_or(0, |(_, rows)| *rows)
    }
}

struct Table {
    name: String,
    columns: Vec<(String, Type)>,
    /// Its owner too is subject to row-level security, under which COPY is refused.
    is_forced: bool,
}

/// What the reading side says: whose rows follow, or rows.
enum Message {
    Table(usize),
    Rows(Vec<Vec<Owned>>),
}

fn lost(error: &tokio_postgres::Error) -> StoreError {
    fault::classify(error).error().clone()
}

fn unread(error: &rusqlite::Error) -> StoreError {
    classify(error).error().clone()
}

/// Carries all tables over.
///
/// # Errors
/// `Setup` when the target has data, or when the two schemas differ; `Unavailable`. The target is as it was then.
pub(crate) async fn run(source: Settings, mut target: Client) -> Result<Transferred, StoreError> {
    let transaction = target.transaction().await.map_err(|e| lost(&e))?;
    transaction.batch_execute("SET LOCAL raally.workspace = '*'").await.map_err(|e| lost(&e))?;
    refuse_data(&transaction).await?;
    let tables = tables(&transaction).await?;
    let plan: Vec<(String, Vec<(String, Type)>)> =
        tables.iter().map(|table| (table.name.clone(), table.columns.clone())).collect();
    let (sender, messages) = mpsc::channel(4);
    let reading = tokio::task::spawn_blocking(move || read(&source, &plan, &sender));
    let transferred = write(&transaction, &tables, messages).await;
    // What went wrong on the reading side says more than that the rows have ended.
    reading.await.map_err(|error| StoreError::bug(error.to_string()))??;
    let transferred = transferred?;
    let last = "SELECT setval('event_position', GREATEST((SELECT MAX(position) FROM event), 1))";
    transaction.execute(last, &[]).await.map_err(|e| lost(&e))?;
    transaction.commit().await.map_err(|e| lost(&e))?;
    target.batch_execute("ANALYZE").await.map_err(|e| lost(&e))?;
    Ok(transferred)
}

async fn refuse_data(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let text = "SELECT EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM r_user)";
    let has_data: bool = transaction.query_one(text, &[]).await.map_err(|e| lost(&e))?.get(0);
    if has_data { Err(StoreError::setup("the target has data already; give an empty database")) } else { Ok(()) }
}

/// The target's tables and columns; what migrations ran is the target's own affair.
async fn tables(transaction: &Transaction<'_>) -> Result<Vec<Table>, StoreError> {
    let text = "SELECT c.relname::text, a.attname::text, a.atttypid, c.relforcerowsecurity FROM pg_class c \
                JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace \
                AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped \
                AND c.relname <> 'schema_migration' ORDER BY c.relname, a.attnum";
    let mut tables: Vec<Table> = Vec::new();
    for row in transaction.query(text, &[]).await.map_err(|e| lost(&e))? {
        let (name, column, kind): (String, String, u32) = (row.get(0), row.get(1), row.get(2));
        let kind =
            Type::from_oid(kind).ok_or_else(|| StoreError::bug(format!("{name}.{column} has a foreign type")))?;
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push((column, kind)),
            None => tables.push(Table { name, columns: vec![(column, kind)], is_forced: row.get(3) }),
        }
    }
    Ok(tables)
}

async fn write(
    transaction: &Transaction<'_>,
    tables: &[Table],
    mut messages: mpsc::Receiver<Message>,
) -> Result<Transferred, StoreError> {
    let mut transferred = Vec::with_capacity(tables.len());
    let mut next = messages.recv().await;
    while let Some(Message::Table(index)) = next {
        let table = &tables[index];
        force(transaction, table, "NO FORCE").await?;
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        let types: Vec<Type> = table.columns.iter().map(|(_, kind)| kind.clone()).collect();
        let text = format!("COPY {} ({}) FROM STDIN BINARY", table.name, columns.join(", "));
        let sink = transaction.copy_in(&text).await.map_err(|e| lost(&e))?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        next = loop {
            match messages.recv().await {
                Some(Message::Rows(rows)) => {
                    for row in rows {
                        let lent: Vec<Param<'_>> = row.iter().map(Owned::lend).collect();
                        let values: Vec<&(dyn ToSql + Sync)> = lent.iter().map(|value| value as _).collect();
                        writer.as_mut().write(&values).await.map_err(|e| lost(&e))?;
                    }
                }
                other => break other,
            }
        };
        let rows = writer.finish().await.map_err(|e| lost(&e))?;
        force(transaction, table, "FORCE").await?;
        transferred.push((table.name.clone(), rows));
    }
    Ok(Transferred { tables: transferred })
}

async fn force(transaction: &Transaction<'_>, table: &Table, how: &str) -> Result<(), StoreError> {
    if !table.is_forced {
        return Ok(());
    }
    let text = format!("ALTER TABLE {} {how} ROW LEVEL SECURITY", table.name);
    transaction.batch_execute(&text).await.map_err(|e| lost(&e))
}

/// Reads all tables of the target's plan on one snapshot.
fn read(
    source: &Settings,
    plan: &[(String, Vec<(String, Type)>)],
    sender: &mpsc::Sender<Message>,
) -> Result<(), StoreError> {
    let connection = source.open_reader().map_err(|fault| fault.error().clone())?;
    connection.execute_batch("BEGIN").map_err(|e| unread(&e))?;
    compare(&connection, plan)?;
    for (index, (table, columns)) in plan.iter().enumerate() {
        if sender.blocking_send(Message::Table(index)).is_err() {
            // The writing side has failed, and says why.
            return Ok(());
        }
        let names: Vec<&str> =
            columns.iter().map(|(name, _)| if name == COMMIT_ORDER { "0" } else { name.as_str() }).collect();
        let text = format!("SELECT {} FROM {table}", names.join(", "));
        let mut statement = connection.prepare(&text).map_err(|e| unread(&e))?;
        let mut rows = statement.query([]).map_err(|e| unread(&e))?;
        let mut some = Vec::with_capacity(ROWS_AT_ONCE);
        while let Some(row) = rows.next().map_err(|e| unread(&e))? {
            let mut values = Vec::with_capacity(columns.len());
            for (position, (name, kind)) in columns.iter().enumerate() {
                let value = row.get_ref(position).map_err(|e| unread(&e))?;
                values.push(owned(value, kind).ok_or_else(|| StoreError::bug(format!("{table}.{name} is no {kind}")))?);
            }
            some.push(values);
            if some.len() == ROWS_AT_ONCE && sender.blocking_send(Message::Rows(std::mem::take(&mut some))).is_err() {
                return Ok(());
            }
        }
        if sender.blocking_send(Message::Rows(some)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Both sides must have the same tables and columns, but for PostgreSQL's order of commits.
fn compare(connection: &Connection, plan: &[(String, Vec<(String, Type)>)]) -> Result<(), StoreError> {
    let text = "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_migration'";
    let mut statement = connection.prepare(text).map_err(|e| unread(&e))?;
    let here = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(|e| unread(&e))?;
    let here: HashSet<(String, String)> = here.collect::<Result<_, _>>().map_err(|e| unread(&e))?;
    let there: HashSet<(String, String)> = plan
        .iter()
        .flat_map(|(table, columns)| columns.iter().map(move |(name, _)| (table.clone(), name.clone())))
        .filter(|(_, column)| column != COMMIT_ORDER)
        .collect();
    match here.symmetric_difference(&there).next() {
        None => Ok(()),
        Some((table, column)) => Err(StoreError::setup(format!(
            "the schemas of the two databases differ in {table}.{column}; run `raally migrate` of one build on both"
        ))),
    }
}

fn owned(value: ValueRef<'_>, kind: &Type) -> Option<Owned> {
    Some(match value {
        ValueRef::Null => Owned::Null,
        ValueRef::Integer(number) if matches!(*kind, Type::INT8 | Type::INT4) => Owned::Int(number),
        ValueRef::Text(text) if *kind == Type::TEXT => Owned::Text(std::str::from_utf8(text).ok()?.to_owned()),
        ValueRef::Blob(bytes) if *kind == Type::UUID => Owned::Id(Uuid::from_slice(bytes).ok()?),
        ValueRef::Blob(bytes) if *kind == Type::BYTEA => Owned::Bytes(bytes.to_owned()),
        _ => return None,
    })
}
