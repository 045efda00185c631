//! The yardstick: the least a server of rows can be, for the benchmarks to divide by.
//!
//! One row by id, a page of 50 rows, one durable insert with group commit, on axum and SQLite or
//! PostgreSQL, because what a row costs at the least is not the same on the two.
//! It leaves out everything a product needs: no sign-in, no permissions, no limits, no metrics,
//! no log. Whatever Raally is slower than this is what its features cost.

mod postgres;
mod row;
mod rows;
mod store;
mod writer;

use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use row::{Fault, Row};
use store::Store;

const USAGE: &str = "usage: yardstick ADDRESS:PORT DATABASE-FILE|postgres://URL [ROWS]";
const ROWS_DEFAULT: i64 = 100_000;
const OFFSET_MAX: i64 = 1_000;

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    offset: i64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(address), Some(place)) = (arguments.first(), arguments.get(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(1);
    };
    let rows = match arguments.get(2).map(|text| text.parse()) {
        None => ROWS_DEFAULT,
        Some(Ok(rows)) => rows,
        Some(Err(error)) => {
            eprintln!("ROWS is no number: {error}\n{USAGE}");
            return ExitCode::from(1);
        }
    };
    match serve(address, place, rows) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With its cause, which PostgreSQL's driver leaves out of the plain text.
            eprintln!("yardstick: {error:?}");
            ExitCode::from(2)
        }
    }
}

fn serve(address: &str, place: &str, rows: i64) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(async {
        let router = Router::new()
            .route("/hello", get(|| async { "hello" }))
            .route("/one/{id}", get(one))
            .route("/list", get(list))
            .route("/insert", post(insert))
            .route("/stats", get(stats))
            .with_state(Arc::new(Store::open(place, rows).await?));
        let listener = tokio::net::TcpListener::bind(address).await?;
        println!("yardstick on http://{}", listener.local_addr()?);
        axum::serve(listener, router).await?;
        Ok(())
    })
}

async fn one(State(store): State<Arc<Store>>, Path(id): Path<i64>) -> Response {
    match store.one(id).await {
        Ok(Some(row)) => json(StatusCode::OK, &row),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(fault) => refuse(&fault),
    }
}

async fn list(State(store): State<Arc<Store>>, Query(page): Query<Page>) -> Response {
    match store.page(page.offset.clamp(0, OFFSET_MAX)).await {
        Ok(rows) => json(StatusCode::OK, &rows),
        Err(fault) => refuse(&fault),
    }
}

async fn insert(State(store): State<Arc<Store>>, body: Bytes) -> Response {
    let Ok(row) = serde_json::from_slice::<Row>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match store.insert(row).await {
        Ok(id) => json(StatusCode::CREATED, &serde_json::json!({ "id": id })),
        Err(fault) => refuse(&fault),
    }
}

async fn stats(State(store): State<Arc<Store>>) -> Response {
    let (commits, inserts) = store.counts();
    json(StatusCode::OK, &serde_json::json!({ "commits": commits, "inserts": inserts }))
}

fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => refuse(&error.into()),
    }
}

fn refuse(fault: &Fault) -> Response {
    match fault {
        Fault::Full => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Fault::Gone => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::Database(error) => {
            eprintln!("yardstick: {error:?}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
