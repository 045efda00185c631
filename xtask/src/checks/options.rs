//! Every `RAALLY_` name that code or documents use stands in docs/configuration.md and in
//! .env.example; and where a built `raally` lies at hand, the page is what it prints. Names that the
//! code of the tests uses are its own: they are no options.

use std::collections::BTreeSet;

use crate::generate::{CONFIGURATION, configuration_of_the_binary};
use crate::tree::Tree;

const EXAMPLE: &str = ".env.example";
const PREFIX: &str = "RAALLY_";
/// What the test run tells the journeys of the web app; no option of the program.
const OF_THE_TEST_RUN: [&str; 1] = ["RAALLY_BIN"];

pub fn check(tree: &Tree) -> Vec<String> {
    let Some(page) = tree.read(CONFIGURATION) else {
        return vec![format!("{CONFIGURATION} is missing")];
    };
    let documented = names(&page);
    let example = names(&tree.read(EXAMPLE).unwrap_or_default());
    let mut faults = Vec::new();
    for name in documented.symmetric_difference(&example) {
        faults.push(format!("{name} stands in only one of {CONFIGURATION} and {EXAMPLE}"));
    }
    let (of_tests, others): (Vec<&str>, Vec<&str>) = tree
        .ending_in(&[".rs", ".md", ".sh", ".py", ".yml", ".yaml", "Makefile"])
        .partition(|path| path.contains("/tests/") || path.contains("/testing/"));
    let used_in = |path: &str| {
        let text = tree.read(path).unwrap_or_default();
        // Only quoted text in Rust: a constant may begin with the same letters.
        if path.ends_with(".rs") { quoted_names(&text) } else { names(&text) }
    };
    let mut known: BTreeSet<String> = of_tests.into_iter().flat_map(used_in).collect();
    known.extend(documented);
    known.extend(OF_THE_TEST_RUN.map(str::to_owned));
    for path in others {
        for name in used_in(path).difference(&known) {
            faults.push(format!("{path} uses {name}, which {CONFIGURATION} does not explain"));
        }
    }
    if let Some(printed) = configuration_of_the_binary(tree)
        && printed.trim() != page.trim()
    {
        faults.push(format!("{CONFIGURATION} is not what `raally config docs` prints: run `cargo xtask docs`"));
    }
    faults
}

fn names(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    text.match_indices(PREFIX)
        .filter(|(at, _)| !text[..*at].ends_with(is_part))
        .map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            rest[..end].to_owned()
        })
        // A name that ends in a line is a pattern: RAALLY_*, RAALLY_{NAME}.
        .filter(|name| !name.ends_with('_'))
        .collect()
}

fn quoted_names(text: &str) -> BTreeSet<String> {
    names(text).into_iter().filter(|name| text.contains(&format!("\"{name}\""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_patterns_are_not() {
        let text = "set @A_B=1, `@C`, @*, @{X} and X@D".replace('@', PREFIX);
        let wanted = ["A_B", "C"].map(|name| format!("{PREFIX}{name}"));
        assert_eq!(names(&text), BTreeSet::from(wanted));
    }
}
