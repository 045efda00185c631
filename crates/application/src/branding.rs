//! How a workspace looks: its colour, and its logo as a small stored picture.
//!
//! The picture and the fact that names it are one transaction; a picture that is named no more is removed with it.

use raally_domain::decide::{Form, Refusal, Rule};
use raally_domain::event::WorkspaceEvent;
use raally_domain::kind::Kind;
use raally_domain::model::{Branding, Logo, LogoType, Workspace};
use raally_exchange::picture;
use raally_storage::{FileInfo, Tx};
use std::sync::Arc;
use uuid::Uuid;

use crate::answer::Answer;
use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::from_record;
use crate::failure::Failure;
use crate::managed::bad_field;

/// Largest logo: one chunk of a stored file.
pub const LOGO_BYTES_MAX: usize = 512 * 1024;

/// A logo with its picture.
#[derive(Clone, Debug)]
pub struct LogoFile {
    /// What it is.
    pub media_type: LogoType,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl App {
    /// Chooses the workspace's colour, or none.
    ///
    /// # Errors
    /// The refusal; `VersionMismatch`.
    pub async fn set_color(&self, caller: &Caller, version: i64, color: Option<String>) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let color = color.clone();
            Box::pin(async move {
                let logo = app.branding(tx, caller).await?.logo;
                app.brand(tx, caller, version, Branding { color, logo }).await
            })
        })
        .await
    }

    /// Stores a logo; its bytes say what it is.
    ///
    /// # Errors
    /// `Invalid` when it is no picture that is taken; `VersionMismatch`.
    pub async fn set_logo(&self, caller: &Caller, version: i64, bytes: Vec<u8>) -> Result<Answer, Failure> {
        if bytes.len() > LOGO_BYTES_MAX {
            return Err(Failure::bad_request("too-large", "The logo has more than 512 KiB."));
        }
        let found = picture::look(&bytes).map_err(|error| bad_field("", Rule::Malformed(reason(error))))?;
        let pixels = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let logo = Logo {
            id: self.mint().id(),
            media_type: found.media_type,
            width: pixels(found.width),
            height: pixels(found.height),
            size: pixels(bytes.len()),
        };
        let bytes: Arc<[u8]> = bytes.into();
        self.command(caller, move |app, tx, caller| {
            let (logo, bytes) = (logo.clone(), Arc::clone(&bytes));
            Box::pin(async move {
                let known = app.branding(tx, caller).await?;
                let info = FileInfo {
                    id: logo.id,
                    workspace: caller.workspace,
                    name: format!("logo.{}", logo.media_type.ending()),
                    content_type: logo.media_type.name().to_owned(),
                    size: 0,
                    created_at: app.mint().now_us(),
                };
                tx.add_file(&info).await?;
                tx.add_file_chunk(caller.workspace, logo.id, 0, &bytes).await?;
                let wanted = Branding { color: known.color, logo: Some(logo) };
                let answer = app.brand(tx, caller, version, wanted).await?;
                drop_picture(tx, caller, known.logo.map(|old| old.id)).await?;
                Ok(answer)
            })
        })
        .await
    }

    /// Takes the logo away.
    ///
    /// # Errors
    /// `NotFound` when there is none; `VersionMismatch`.
    pub async fn remove_logo(&self, caller: &Caller, version: i64) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            Box::pin(async move {
                let known = app.branding(tx, caller).await?;
                let old = known.logo.ok_or(Refusal::NotFound)?;
                let answer = app.brand(tx, caller, version, Branding { color: known.color, logo: None }).await?;
                drop_picture(tx, caller, Some(old.id)).await?;
                Ok(Answer::gone(answer.id, answer.version))
            })
        })
        .await
    }

    /// The logo.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn logo(&self, caller: &Caller) -> Result<LogoFile, Failure> {
        let workspace = caller.workspace;
        self.store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move {
                    let record = tx.get(Kind::Workspace, workspace.0).await?.ok_or(Refusal::NotFound)?;
                    let logo = from_record::<Workspace>(&record)?.state.branding.logo.ok_or(Refusal::NotFound)?;
                    let bytes = tx.file_chunk(workspace, logo.id, 0).await?.ok_or(Refusal::NotFound)?;
                    Ok(LogoFile { media_type: logo.media_type, bytes })
                })
            })
            .await
    }

    async fn branding(&self, tx: &mut Tx<'_>, caller: &Caller) -> Result<Branding, Failure> {
        let known = self.load::<Workspace>(tx, caller.workspace.0).await?;
        Ok(known.ok_or(Refusal::NotFound)?.state.branding)
    }

    async fn brand(&self, tx: &mut Tx<'_>, caller: &Caller, version: i64, wanted: Branding) -> Result<Answer, Failure> {
        let (id, wanted) = (caller.workspace.0, vec![WorkspaceEvent::BrandingChanged(wanted)]);
        let changed = self.change::<Workspace>(tx, caller, id, Expect::Version(version), wanted).await?;
        Ok(Answer::changed(id, changed.after.version, changed.body))
    }
}

async fn drop_picture(tx: &mut Tx<'_>, caller: &Caller, id: Option<Uuid>) -> Result<(), Failure> {
    if let Some(id) = id {
        tx.remove_file(caller.workspace, id).await?;
    }
    Ok(())
}

const fn reason(error: picture::NoPicture) -> Form {
    match error {
        picture::NoPicture::Kind => Form::Picture,
        picture::NoPicture::Damaged => Form::WholePicture,
        picture::NoPicture::TooManyPixels => Form::PictureSize,
    }
}
