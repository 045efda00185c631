//! The pages that are made from the code, so that nobody has to keep them: the index of the
//! decisions, the list of the API's operations, the options.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use crate::checks::{decisions, operations};
use crate::tree::Tree;

/// The page of the options; `raally config docs` prints it.
pub const CONFIGURATION: &str = "docs/configuration.md";
/// The locked OpenAPI document.
pub const SNAPSHOT: &str = "openapi/raally.json";

const DECISIONS: &str = "docs/decisions/README.md";
const OPERATIONS: &str = "docs/api.gen.md";

/// Faults of the pages that can be made without a built server.
pub fn check(tree: &Tree) -> Vec<String> {
    pages(tree)
        .into_iter()
        .filter(|(path, text)| tree.read(path).as_ref() != Some(text))
        .map(|(path, _)| format!("{path} is not current: run `cargo xtask docs`"))
        .collect()
}

/// Writes the pages; the options only where a built `raally` lies at hand.
///
/// # Errors
/// Names the file that can't be written.
pub fn write_all(tree: &Tree) -> Result<(), String> {
    let mut pages = pages(tree);
    match configuration_of_the_binary(tree) {
        Some(text) => pages.push((CONFIGURATION, text)),
        None => eprintln!("{CONFIGURATION} stays: no built raally that prints its options"),
    }
    for (path, text) in pages {
        fs::write(tree.at(path), text).map_err(|error| format!("{path}: {error}"))?;
        println!("{path}");
    }
    Ok(())
}

/// What the debug build of `raally`, if there is one, prints about its options.
pub fn configuration_of_the_binary(tree: &Tree) -> Option<String> {
    let output = Command::new(tree.at("target/debug/raally")).args(["config", "docs"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.is_empty()).then_some(text)
}

fn pages(tree: &Tree) -> Vec<(&'static str, String)> {
    let mut pages = vec![(DECISIONS, index_of_decisions(tree))];
    pages.extend(list_of_operations(tree).map(|text| (OPERATIONS, text)));
    pages
}

fn index_of_decisions(tree: &Tree) -> String {
    let mut text = "# Decisions\n\nMade by `cargo xtask docs` from the files in this folder.\n\n".to_owned();
    for decision in decisions(tree) {
        line(&mut text, format_args!("- [{}]({})", decision.title, decision.file));
    }
    text
}

fn list_of_operations(tree: &Tree) -> Option<String> {
    let mut text = format!(
        "# Operations of the API\n\nMade by `cargo xtask docs` from [the OpenAPI document](../{SNAPSHOT}).\n\n\
         | operation | method and path | what it does |\n|---|---|---|\n"
    );
    for operation in operations(tree)? {
        line(
            &mut text,
            format_args!("| `{}` | `{} {}` | {} |", operation.id, operation.method, operation.path, operation.summary),
        );
    }
    Some(text)
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("a string takes every write");
}
