//! What both engines must do alike. Each claim is one async function over a fresh database and runs on SQLite and on
//! PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

/// Makes a test per engine of each claim.
macro_rules! on_both_engines {
    ($($claim:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                super::$claim(raally_storage::testing::TestStore::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                if let Some(test) = raally_storage::testing::TestStore::postgres().await {
                    super::$claim(test).await;
                }
            })+
        }
    };
}

mod atomicity;
mod idempotency;
mod log;
mod rebuild;
mod records;
mod sample;
mod schema;
mod side_tables;
mod subscription;
mod tenancy;
