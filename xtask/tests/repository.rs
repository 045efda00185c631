//! The checks of `cargo xtask check` as tests, so that `cargo test` runs them too.

use xtask::checks::{self, Checked};
use xtask::tree::Tree;

fn assert_clean(results: Vec<Checked>) {
    let faults: Vec<String> = results.into_iter().flat_map(|checked| checked.faults).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn documents_list_what_exists() {
    assert_clean(checks::docs(&Tree::of_this_repository()));
}

#[test]
fn sources_keep_to_the_house_style() {
    assert_clean(checks::sources(&Tree::of_this_repository()));
}

#[test]
fn the_status_table_names_tests_that_exist() {
    assert_clean(checks::status(&Tree::of_this_repository()));
}
