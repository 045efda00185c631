//! The checks: each looks at the repository and lists its faults, one sentence each.

mod crates;
mod decisions;
mod holidays;
mod links;
mod options;
mod routes;
mod source;
mod status;

pub use decisions::{Decision, decisions};
pub use routes::{Operation, operations};

use crate::generate;
use crate::tree::Tree;

/// A check's name, which is a claim, and what contradicts it.
pub struct Checked {
    /// The claim.
    pub name: &'static str,
    /// Empty when the claim holds.
    pub faults: Vec<String>,
}

type Check = (&'static str, fn(&Tree) -> Vec<String>);

const STATUS: [Check; 1] = [("every_done_line_of_the_status_table_names_tests_that_exist", status::check)];

const DOCS: [Check; 7] = [
    ("architecture_lists_the_crates_that_exist", crates::check),
    ("every_option_is_documented", options::check),
    ("every_route_in_the_documents_exists", routes::check),
    ("every_link_in_the_documents_resolves", links::check),
    ("decisions_are_numbered_and_complete", decisions::check),
    ("generated_pages_are_current", generate::check),
    ("holiday_data_comes_from_the_pinned_package", holidays::check),
];

const SOURCES: [Check; 4] = [
    ("every_source_file_says_what_it_is_for", source::headers),
    ("no_source_file_is_longer_than_the_wall", source::lengths),
    ("nothing_is_unfinished_or_switched_off", source::switched_off),
    ("no_text_names_a_path_of_one_machine", source::machine_paths),
];

/// Every check.
pub fn all(tree: &Tree) -> Vec<Checked> {
    [sources(tree), docs(tree), status(tree)].into_iter().flatten().collect()
}

/// The status table.
pub fn status(tree: &Tree) -> Vec<Checked> {
    run(&STATUS, tree)
}

/// What documents list.
pub fn docs(tree: &Tree) -> Vec<Checked> {
    run(&DOCS, tree)
}

/// What every source file owes its reader.
pub fn sources(tree: &Tree) -> Vec<Checked> {
    run(&SOURCES, tree)
}

fn run(checks: &[Check], tree: &Tree) -> Vec<Checked> {
    let checked = |(name, check): &Check| Checked { name, faults: check(tree) };
    checks.iter().map(checked).collect()
}
