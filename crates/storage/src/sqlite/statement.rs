//! Runs cached prepared statements on a SQLite connection.

use rusqlite::{Connection, params_from_iter};

use super::fault::classify;
use crate::{
    error::StoreError,
    row::{Param, RowRef},
    tx::Fault,
};

pub(crate) fn each_row(
    connection: &Connection,
    sql: &str,
    params: &[Param<'_>],
    each: &mut (dyn FnMut(&RowRef<'_>) -> Result<(), StoreError> + Send),
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(sql).map_err(|e| classify(&e))?;
    let mut rows = statement.query(params_from_iter(params)).map_err(|e| classify(&e))?;
    while let Some(row) = rows.next().map_err(|e| classify(&e))? {
        each(&RowRef::Sqlite(row)).map_err(Fault::Refused)?;
    }
    Ok(())
}

pub(crate) fn execute(connection: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64, Fault> {
    let mut statement = connection.prepare_cached(sql).map_err(|e| classify(&e))?;
    let changed = statement.execute(params_from_iter(params)).map_err(|e| classify(&e))?;
    Ok(u64::try_from(changed).unwrap_or(0))
}

/// BEGIN, SAVEPOINT, COMMIT and the like.
pub(crate) fn control(connection: &Connection, sql: &str) -> Result<(), Fault> {
    execute(connection, sql, &[]).map(|_| ())
}
