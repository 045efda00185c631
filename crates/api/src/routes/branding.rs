//! How a workspace looks: colour and logo.

use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use raally_application::App;
use raally_application::branding::LOGO_BYTES_MAX;
use raally_domain::access::Action;
use raally_domain::model::Workspace;
use schemars::JsonSchema;
use serde::Deserialize;

use super::convert::{answer, caller};
use crate::answer::Answer;
use crate::gate::Access;
use crate::input::{Input, Upload};
use crate::operation::Operation;
use crate::operations::Operations;

const COLOR: &str = "/api/v1/workspaces/{workspaceId}/branding";
const LOGO: &str = "/api/v1/workspaces/{workspaceId}/logo";
const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/webp"];
/// Whoever opens the picture by itself gets neither scripts nor the page's origin.
const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

/// How the workspace looks, besides its logo.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Look {
    /// The company's colour: `#1f6feb`; absent = none.
    color: Option<String>,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let operation = Operation::put(COLOR)
        .id("set_branding")
        .tag("Workspaces")
        .summary("Set the workspace's colour")
        .access(Access::Workspace(Action::ManageSettings))
        .body::<Look>()
        .ok_document::<Workspace>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let version = input.version()?;
        Ok(answer(app.set_color(&caller, version, input.body.color).await?, ""))
    });
    let operation = Operation::get(LOGO)
        .id("get_logo")
        .tag("Workspaces")
        .summary("The workspace's logo, as a file to save")
        .access(Access::Workspace(Action::ReadPlan))
        .file(PICTURES);
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let logo = app.logo(&caller(&ctx, &input)?).await?;
        let name = format!("logo.{}", logo.media_type.ending());
        Ok(Answer::file(logo.media_type.name(), name, logo.bytes).header(CONTENT_SECURITY_POLICY, SANDBOX))
    });
    let operation = Operation::put(LOGO)
        .id("set_logo")
        .tag("Workspaces")
        .summary("Upload a logo: PNG, JPEG or WebP, told by its bytes, at most 512 KiB and 4096 pixels a side")
        .access(Access::Workspace(Action::ManageSettings))
        .upload(PICTURES, LOGO_BYTES_MAX)
        .ok_document::<Workspace>();
    ops.add(operation, |app: App, ctx, mut input: Input<Upload>| async move {
        let caller = caller(&ctx, &input)?;
        let version = input.version()?;
        let mut bytes = Vec::new();
        while let Some(piece) = input.body.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(answer(app.set_logo(&caller, version, bytes).await?, ""))
    });
    let operation = Operation::delete(LOGO)
        .id("remove_logo")
        .tag("Workspaces")
        .summary("Take the logo away")
        .access(Access::Workspace(Action::ManageSettings))
        .no_content();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let version = input.version()?;
        Ok(answer(app.remove_logo(&caller, version).await?, ""))
    });
}
