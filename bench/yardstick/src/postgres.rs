//! The same rows on PostgreSQL: prepared statements on a pool of connections, each statement a
//! transaction of its own. The server commits those that wait together in one write to the disk.

use std::error::Error;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use tokio_postgres::{Config, NoTls};

use crate::row::{CREATED_FIRST, END, Fault, NOTES, Row, START, STATUS, TITLE};

const TABLE: &str = r#"
CREATE TABLE IF NOT EXISTS rec (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title TEXT NOT NULL, notes TEXT NOT NULL,
    status TEXT NOT NULL, hours BIGINT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL,
    created BIGINT NOT NULL);
CREATE INDEX IF NOT EXISTS rec_created ON rec(created);"#;

/// The rows numbered from $1 up to, without, $2.
const FILL: &str = r#"INSERT INTO rec(title, notes, status, hours, start, "end", created)
SELECT $3::text || number, $4::text, $5::text, 8 + number % 32, $6::text, $7::text, number
FROM generate_series($1::bigint, $2::bigint - 1) AS number"#;

const INSERT: &str = r#"INSERT INTO rec(title, notes, status, hours, start, "end", created)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id"#;

const ONE: &str = r#"SELECT id, title, notes, status, hours, start, "end", created
FROM rec WHERE id = $1"#;

const PAGE: &str = r#"SELECT id, title, notes, status, hours, start, "end", created
FROM rec ORDER BY created DESC LIMIT 50 OFFSET $1"#;

const CONNECTIONS_MAX: usize = 16;

/// The pool of connections to the database.
pub struct Postgres {
    pool: Pool,
    created: AtomicI64,
    inserts: AtomicU64,
}

impl Postgres {
    /// Connects, creates the table and fills it up to `rows` rows.
    ///
    /// # Errors
    /// Whatever PostgreSQL says.
    pub async fn open(url: &str, rows: i64) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut config: Config = url.parse()?;
        // An insert is answered when it is on the disk, whatever the server's default is.
        config.options("-c synchronous_commit=on").application_name("yardstick");
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling)).max_size(CONNECTIONS_MAX).build()?;
        fill(&pool.get().await?, rows).await?;
        Ok(Self { pool, created: AtomicI64::new(CREATED_FIRST), inserts: AtomicU64::new(0) })
    }

    pub async fn one(&self, id: i64) -> Result<Option<Row>, Fault> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(ONE).await?;
        let row = client.query_opt(&statement, &[&id]).await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    pub async fn page(&self, offset: i64) -> Result<Vec<Row>, Fault> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(PAGE).await?;
        let rows = client.query(&statement, &[&offset]).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    pub async fn insert(&self, row: Row) -> Result<i64, Fault> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(INSERT).await?;
        let created = self.created.fetch_add(1, Ordering::Relaxed);
        let inserted = client
            .query_one(&statement, &[&row.title, &row.notes, &row.status, &row.hours, &row.start, &row.end, &created])
            .await?;
        self.inserts.fetch_add(1, Ordering::Relaxed);
        Ok(inserted.try_get(0)?)
    }

    /// How many commits and inserts there were: as many of one as of the other.
    pub fn counts(&self) -> (u64, u64) {
        let inserts = self.inserts.load(Ordering::Relaxed);
        (inserts, inserts)
    }
}

fn read(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    Ok(Row {
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        notes: row.try_get(2)?,
        status: row.try_get(3)?,
        hours: row.try_get(4)?,
        start: row.try_get(5)?,
        end: row.try_get(6)?,
        created: row.try_get(7)?,
    })
}

async fn fill(client: &Object, rows: i64) -> Result<(), tokio_postgres::Error> {
    client.batch_execute(TABLE).await?;
    let present: i64 = client.query_one("SELECT count(*) FROM rec", &[]).await?.try_get(0)?;
    if present < rows {
        client.execute(FILL, &[&present, &rows, &TITLE, &NOTES, &STATUS, &START, &END]).await?;
        // Now rather than by the server itself in the middle of a measurement.
        client.batch_execute("VACUUM ANALYZE rec").await?;
    }
    Ok(())
}
