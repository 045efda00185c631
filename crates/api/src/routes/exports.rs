//! Exports: every object of a kind as a file that is written while it is sent.

use std::io::{self, Write};

use bytes::Bytes;
use futures_util::stream;
use raally_application::App;
use raally_application::exports::{ExportFormat, ExportKind};
use raally_domain::access::Action;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::mpsc::{Sender, channel};

use super::convert::caller;
use crate::answer::Answer;
use crate::body::BodyError;
use crate::gate::Access;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

const PATH: &str = "/api/v1/workspaces/{workspaceId}/exports/{exportName}";
const LINES: &str = "application/x-ndjson";
const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Bytes of a piece.
const PIECE_BYTES: usize = 32 * 1024;
/// Pieces that wait for the client.
const WAITING_PIECES: usize = 4;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
struct FormatQuery {
    /// JSON lines, or a table.
    format: Option<ExportFormat>,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let operation = Operation::get(PATH)
        .id("get_export")
        .tag("Exports")
        .summary("Every object of a kind as a file")
        .description(
            "`exportName` is people, projects, assignments, clients, teams, skills, roles, calendars, holidays or \
             time-off. Without pay, rates and budgets; formulas are neutralised.",
        )
        .access(Access::Workspace(Action::ReadPlan))
        .query::<FormatQuery>()
        .file(&[LINES, CSV, XLSX]);
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let name = input.segment("exportName")?.to_owned();
        let kind = ExportKind::from_name(&name).ok_or_else(Problem::not_found)?;
        let format = input.query.format.unwrap_or_default();
        let (media_type, extension) = match format {
            ExportFormat::Json => (LINES, "jsonl"),
            ExportFormat::Csv => (CSV, "csv"),
            ExportFormat::Xlsx => (XLSX, "xlsx"),
        };
        let (sender, pieces) = channel::<Result<Bytes, BodyError>>(WAITING_PIECES);
        let failed = sender.clone();
        tokio::spawn(async move {
            let out = Pieces { sender, buffer: Vec::with_capacity(PIECE_BYTES) };
            if let Err(failure) = app.export(&caller, kind, format, out).await {
                // Breaks the file off; nobody listens any more if this fails.
                let _ = failed.send(Err(failure.to_string().into())).await;
            }
        });
        let chunks = stream::unfold(pieces, |mut pieces| async move { Some((pieces.recv().await?, pieces)) });
        Ok(Answer::file_stream(media_type, format!("{name}.{extension}"), chunks))
    });
}

/// Hands what is written to the client, piece by piece.
struct Pieces {
    sender: Sender<Result<Bytes, BodyError>>,
    buffer: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE_BYTES));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone");
        self.sender.blocking_send(Ok(piece.into())).map_err(gone)
    }
}
