//! The two databases that keep rows: SQLite in this process, PostgreSQL in another.

use std::error::Error;
use std::path::PathBuf;

use crate::postgres::Postgres;
use crate::row::{Fault, Row};
use crate::rows::{self, Reader};
use crate::writer::Writer;

/// Where the rows are.
pub enum Store {
    Sqlite { reader: Reader, writer: Writer },
    Postgres(Postgres),
}

impl Store {
    /// Opens the store that `place` names, a database file or a `postgres://` URL, and fills it up
    /// to `rows` rows.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open(place: &str, rows: i64) -> Result<Self, Box<dyn Error + Send + Sync>> {
        if place.starts_with("postgres://") {
            return Ok(Self::Postgres(Postgres::open(place, rows).await?));
        }
        let file = PathBuf::from(place);
        rows::fill(&file, rows)?;
        Ok(Self::Sqlite { writer: Writer::start(&file)?, reader: Reader::new(file) })
    }

    pub async fn one(&self, id: i64) -> Result<Option<Row>, Fault> {
        match self {
            Self::Sqlite { reader, .. } => Ok(reader.one(id)?),
            Self::Postgres(postgres) => postgres.one(id).await,
        }
    }

    pub async fn page(&self, offset: i64) -> Result<Vec<Row>, Fault> {
        match self {
            Self::Sqlite { reader, .. } => Ok(reader.page(offset)?),
            Self::Postgres(postgres) => postgres.page(offset).await,
        }
    }

    /// Inserts a row and returns its new id; the answer means that it is on the disk.
    pub async fn insert(&self, row: Row) -> Result<i64, Fault> {
        match self {
            Self::Sqlite { writer, .. } => writer.insert(row).await,
            Self::Postgres(postgres) => postgres.insert(row).await,
        }
    }

    /// How many commits and inserts there were.
    pub fn counts(&self) -> (u64, u64) {
        match self {
            Self::Sqlite { writer, .. } => writer.counts(),
            Self::Postgres(postgres) => postgres.counts(),
        }
    }
}
