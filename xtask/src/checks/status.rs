//! docs/status.md: every thing that was asked for, how to see it, and the tests that hold it.
//!
//! A line is `| thing | how to see it | test | state |`. A `done` line names at least one test; an
//! `open` line may have `–` there. A name in backticks is a function in Rust or Python, with a crate's, module's or
//! folder's name before it if that helps, or the title of a web test.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::Tree;

const DOCUMENT: &str = "docs/status.md";
const WEB_TESTS: [&str; 4] = [".test.ts", ".test.tsx", ".spec.ts", ".spec.tsx"];

pub fn check(tree: &Tree) -> Vec<String> {
    let Some(text) = tree.read(DOCUMENT) else {
        return vec![format!("{DOCUMENT} is missing")];
    };
    let functions = functions(tree);
    let web = || tree.ending_in(&WEB_TESTS).filter_map(|path| tree.read(path));
    let mut faults = Vec::new();
    let mut lines = 0;
    for (number, line) in text.lines().enumerate() {
        let Some(cells) = cells(line) else { continue };
        lines += 1;
        let place = format!("{DOCUMENT}:{}", number + 1);
        let [_, _, tests, state] = cells[..] else {
            faults.push(format!("{place}: {} cells, want 4", cells.len()));
            continue;
        };
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        match state {
            "done" if names.is_empty() => faults.push(format!("{place}: done without a test")),
            "open" if names.is_empty() && tests != "–" => {
                faults.push(format!("{place}: want a test in backticks or –"));
            }
            "done" | "open" => {}
            other => faults.push(format!("{place}: the state {other:?} is neither done nor open")),
        }
        for name in names {
            let title = format!("(\"{name}\"");
            if !is_function(&functions, name) && !web().any(|text| text.contains(&title)) {
                faults.push(format!("{place}: there is no test `{name}`"));
            }
        }
    }
    if lines == 0 {
        faults.push(format!("{DOCUMENT} has no lines"));
    }
    faults
}

/// The cells of a table line; `None` for any other line, and for a table's head.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix('|')?.trim_end().strip_suffix('|')?;
    let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
    let is_head = cells[0] == "thing" || cells.iter().all(|cell| cell.trim_matches('-').is_empty());
    (!is_head).then_some(cells)
}

/// The functions of all Rust and Python files, and in which files each is.
fn functions(tree: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    let mut functions = BTreeMap::<String, BTreeSet<String>>::new();
    for path in tree.ending_in(&[".rs", ".py"]) {
        let text = tree.read(path).unwrap_or_default();
        let keyword = if path.ends_with(".py") { "def " } else { "fn " };
        for part in text.split(keyword).skip(1) {
            let end = part.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let name = &part[..end.unwrap_or(part.len())];
            functions.entry(name.to_owned()).or_default().insert(path.to_owned());
        }
    }
    functions
}

/// Does a function of the last part's name lie in a file whose path has the first part?
fn is_function(functions: &BTreeMap<String, BTreeSet<String>>, name: &str) -> bool {
    let (qualifier, function) = name.rsplit_once("::").unwrap_or(("", name));
    let first = qualifier.split("::").next().unwrap_or_default();
    let first = first.strip_prefix("raally_").unwrap_or(first);
    functions.get(function).is_some_and(|files| first.is_empty() || files.iter().any(|file| file.contains(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_prose_are_no_lines() {
        assert_eq!(cells("| thing | how | test | state |"), None);
        assert_eq!(cells("|---|---|---|---|"), None);
        assert_eq!(cells("some prose"), None);
        assert_eq!(cells("| a | b | – | open |"), Some(vec!["a", "b", "–", "open"]));
    }

    #[test]
    fn a_qualified_name_needs_a_file_of_that_crate() {
        let files = BTreeSet::from(["crates/domain/src/x.rs".to_owned()]);
        let functions = BTreeMap::from([("a_claim".to_owned(), files)]);
        assert!(is_function(&functions, "a_claim"));
        assert!(is_function(&functions, "raally_domain::x::a_claim"));
        assert!(is_function(&functions, "domain::a_claim"));
        assert!(!is_function(&functions, "storage::a_claim"));
        assert!(!is_function(&functions, "another_claim"));
    }
}
