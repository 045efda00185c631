//! `raally openapi`: the API's document, as the server answers it with default settings.

use std::process::ExitCode;

use raally_api::{Operations, Settings, openapi};
use raally_application::App;

use crate::config::Source;
use crate::failed::Failed;
use crate::talk;

/// Prints the document.
pub fn write(_: &Source) -> Result<ExitCode, Failed> {
    let operations: Operations<App> = raally_api::routes::operations();
    let document = openapi::document(&operations, &Settings::default());
    talk::print(&serde_json::to_string_pretty(&document)?)?;
    Ok(ExitCode::SUCCESS)
}
