//! What PostgreSQL's errors mean for the store.
//! Source: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.

use deadpool_postgres::{PoolError, TimeoutType};
use tokio_postgres::{Error, error::SqlState};

use crate::{error::StoreError, tx::Fault};

fn text(error: &Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} (SQLSTATE {})", db.message(), db.code().code()),
        None => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(error);
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            text
        }
    }
}

/// Classifies an error.
pub(crate) fn classify(error: &Error) -> Fault {
    let detail = text(error);
    let Some(db) = error.as_db_error() else {
        // Not the server's answer: the connection or the encoding of a value.
        let broken =
            error.is_closed() || std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>());
        return if broken {
            Fault::Broken { error: StoreError::unavailable(detail), recheck: false }
        } else {
            Fault::Refused(StoreError::bug(detail))
        };
    };
    let code = db.code();
    if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        return Fault::Retry(StoreError::overloaded(detail));
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        return Fault::Refused(StoreError::Duplicate { table: db.table().unwrap_or_default().to_owned(), detail });
    }
    if *code == SqlState::LOCK_NOT_AVAILABLE
        || *code == SqlState::QUERY_CANCELED
        || *code == SqlState::TOO_MANY_CONNECTIONS
    {
        return Fault::Refused(StoreError::overloaded(detail));
    }
    let gone = matches!(code.code().get(..2), Some("08" | "53" | "57" | "58" | "XX"))
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT;
    if gone {
        return Fault::Broken { error: StoreError::unavailable(detail), recheck: false };
    }
    let setup = *code == SqlState::INVALID_PARAMETER_VALUE
        || *code == SqlState::UNDEFINED_TABLE
        || *code == SqlState::INSUFFICIENT_PRIVILEGE;
    Fault::Refused(if setup { StoreError::setup(detail) } else { StoreError::bug(detail) })
}

/// Why there is no connection.
pub(crate) fn pool(error: &PoolError) -> StoreError {
    match error {
        PoolError::Timeout(TimeoutType::Wait) => StoreError::overloaded("no free connection to PostgreSQL in time"),
        PoolError::Backend(error) => connecting(error),
        PoolError::PostCreateHook(deadpool_postgres::HookError::Backend(error)) => match classify(error) {
            Fault::Refused(_) => StoreError::setup(format!(
                "the connection can't take on the role {}: {}; has `raally migrate` run?",
                super::APP_ROLE,
                text(error)
            )),
            fault => fault.error().clone(),
        },
        other => StoreError::unavailable(other.to_string()),
    }
}

/// Why connecting failed: for the caller the server is away, whatever it was.
pub(crate) fn connecting(error: &Error) -> StoreError {
    StoreError::unavailable(format!("can't connect to PostgreSQL: {}", text(error)))
}
