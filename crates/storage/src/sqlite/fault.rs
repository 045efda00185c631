//! What SQLite's error codes mean for the store.
//! Source: <https://www.sqlite.org/rescode.html>.

use rusqlite::{Error, ErrorCode, ffi};

use crate::{error::StoreError, tx::Fault};

fn table_of(detail: &str) -> String {
    let column = detail.rsplit_once(": ").map_or(detail, |(_, column)| column);
    column.split('.').next().unwrap_or(column).to_owned()
}

/// Classifies an error.
pub(crate) fn classify(error: &Error) -> Fault {
    let Error::SqliteFailure(failure, message) = error else {
        return Fault::Refused(StoreError::bug(error.to_string()));
    };
    let detail =
        format!("{} (SQLite code {})", message.clone().unwrap_or_else(|| failure.to_string()), failure.extended_code);
    match failure.code {
        ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Fault::Broken { error: StoreError::unavailable(detail), recheck: true }
        }
        ErrorCode::DiskFull
        | ErrorCode::ReadOnly
        | ErrorCode::CannotOpen
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed => {
            Fault::Broken { error: StoreError::unavailable(detail), recheck: false }
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Fault::Refused(StoreError::overloaded(format!("another process held the database too long: {detail}")))
        }
        ErrorCode::ConstraintViolation
            if matches!(failure.extended_code, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) =>
        {
            let table = table_of(message.as_deref().unwrap_or_default());
            Fault::Refused(StoreError::Duplicate { table, detail })
        }
        _ => Fault::Refused(StoreError::bug(detail)),
    }
}
