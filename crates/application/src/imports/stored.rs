//! The uploaded file of an import: written in chunks while it arrives, read back as something that can be opened twice.

use std::io::Write as _;

use aws_lc_rs::digest::{Context, SHA256};
use raally_domain::decide::Refusal;
use raally_domain::ids::WorkspaceId;
use raally_exchange::Source;
use raally_storage::{FILE_BYTES_MAX, FileInfo, Scope};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::failure::Failure;

/// Bytes of a chunk.
const CHUNK_BYTES: usize = 1024 * 1024;
/// Files up to this size are read from memory, larger ones from a temporary file.
const IN_MEMORY_BYTES_MAX: i64 = 8 * 1024 * 1024;
/// Longest file name that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;

/// A file that is being stored.
pub struct FileWriter {
    app: App,
    workspace: WorkspaceId,
    id: Uuid,
    buffer: Vec<u8>,
    chunks: i64,
    bytes: i64,
}

impl App {
    /// Begins to store a file for an import.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn begin_import_file(&self, caller: &Caller, name: &str) -> Result<FileWriter, Failure> {
        let (workspace, id) = (caller.workspace, self.mint().id());
        let clean: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
        let info = FileInfo {
            id,
            workspace,
            name: if clean.trim().is_empty() { "import".to_owned() } else { clean.trim().to_owned() },
            content_type: "application/octet-stream".into(),
            size: 0,
            created_at: self.mint().now_us(),
        };
        self.store()
            .write(Scope::Workspace(workspace), move |tx| {
                let info = info.clone();
                Box::pin(async move { Ok::<_, Failure>(tx.add_file(&info).await?) })
            })
            .await?;
        Ok(FileWriter { app: self.clone(), workspace, id, buffer: Vec::new(), chunks: 0, bytes: 0 })
    }
}

impl FileWriter {
    /// Stores more of it.
    ///
    /// # Errors
    /// `BadRequest` when it is too large; when storage fails. The file is to be dropped then ([`FileWriter::drop_file`]).
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.bytes += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if self.bytes > FILE_BYTES_MAX {
            let detail = format!("the file has more than {} MiB", FILE_BYTES_MAX / 1024 / 1024);
            return Err(Failure::bad_request("too-large", detail));
        }
        self.buffer.extend_from_slice(bytes);
        while self.buffer.len() >= CHUNK_BYTES {
            let rest = self.buffer.split_off(CHUNK_BYTES);
            let chunk = std::mem::replace(&mut self.buffer, rest);
            self.write(chunk).await?;
        }
        Ok(())
    }

    async fn write(&mut self, chunk: Vec<u8>) -> Result<(), Failure> {
        let (workspace, id, number) = (self.workspace, self.id, self.chunks);
        self.chunks += 1;
        self.app
            .store()
            .write(Scope::Workspace(workspace), move |tx| {
                let chunk = chunk.clone();
                Box::pin(async move { Ok::<_, Failure>(tx.add_file_chunk(workspace, id, number, &chunk).await?) })
            })
            .await
    }

    /// Stores the rest; the id of the file, which the import has too.
    ///
    /// # Errors
    /// As [`FileWriter::push`].
    pub async fn finish(mut self) -> Result<Uuid, Failure> {
        if !self.buffer.is_empty() {
            let chunk = std::mem::take(&mut self.buffer);
            self.write(chunk).await?;
        }
        Ok(self.id)
    }

    /// Removes what was stored.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn drop_file(self) -> Result<(), Failure> {
        self.app.drop_import_file(&Caller::system(self.workspace), self.id).await
    }
}

/// A stored file at hand.
pub(crate) struct Stored {
    pub source: Source,
    pub sha256: String,
    /// Held so that the file lives as long as it is read.
    _file: Option<NamedTempFile>,
}

fn io(error: &std::io::Error) -> Failure {
    Failure::Unavailable { detail: format!("the temporary file of an import: {error}") }
}

impl App {
    /// Removes a file that was uploaded and can't be imported.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn drop_import_file(&self, caller: &Caller, id: Uuid) -> Result<(), Failure> {
        let workspace = caller.workspace;
        self.store()
            .write(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move {
                    tx.remove_file(workspace, id).await?;
                    Ok(())
                })
            })
            .await
    }

    /// What is known about the file of an import.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn file_info(&self, workspace: WorkspaceId, id: Uuid) -> Result<FileInfo, Failure> {
        self.store()
            .read(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move {
                    let found = tx.file(workspace, id).await?;
                    found.ok_or_else(|| Failure::from(Refusal::NotFound))
                })
            })
            .await
    }

    /// Brings the file of an import where it can be read again and again.
    ///
    /// # Errors
    /// `NotFound`; when storage or the disk fails.
    pub(crate) async fn fetch_file(&self, workspace: WorkspaceId, id: Uuid) -> Result<Stored, Failure> {
        let info = self.file_info(workspace, id).await?;
        let mut digest = Context::new(&SHA256);
        let (mut bytes, mut file) = (Vec::new(), None);
        if info.size > IN_MEMORY_BYTES_MAX {
            file = Some(NamedTempFile::new().map_err(|error| io(&error))?);
        }
        for number in 0.. {
            let chunk = self
                .store()
                .read_long(Scope::Workspace(workspace), move |tx| {
                    Box::pin(async move { Ok::<_, Failure>(tx.file_chunk(workspace, id, number).await?) })
                })
                .await?;
            let Some(chunk) = chunk else { break };
            digest.update(&chunk);
            match &mut file {
                Some(file) => file.write_all(&chunk).map_err(|error| io(&error))?,
                None => bytes.extend_from_slice(&chunk),
            }
        }
        let sha256 = digest.finish().as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        });
        let source = match &mut file {
            Some(file) => {
                file.flush().map_err(|error| io(&error))?;
                Source::Path(file.path().to_owned())
            }
            None => Source::Bytes(bytes.into()),
        };
        Ok(Stored { source, sha256, _file: file })
    }
}
