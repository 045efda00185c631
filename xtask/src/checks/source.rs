//! What every source file owes its reader: a first line that says what it is for, a length that
//! fits a head, nothing switched off, and no path that exists on one machine only.

use crate::tree::Tree;

const LINES_MAX: usize = 600;
const CODE: [&str; 3] = [".rs", ".ts", ".tsx"];
const TEXT: [&str; 12] =
    [".rs", ".ts", ".tsx", ".md", ".toml", ".sh", ".py", ".json", ".yml", ".yaml", "Makefile", ".html"];

/// In two halves each, so that this file does not find itself.
const SWITCHED_OFF: [(&str, &str); 12] = [
    ("todo", "!("),
    ("unimplemented", "!("),
    ("#[ig", "nore"),
    ("#[al", "low("),
    ("#![al", "low("),
    ("FIX", "ME"),
    ("it.sk", "ip("),
    ("test.sk", "ip("),
    ("describe.sk", "ip("),
    ("it.on", "ly("),
    ("test.on", "ly("),
    ("describe.on", "ly("),
];
const MACHINE_FOLDERS: [(&str, &str); 4] = [("/wo", "rk/"), ("/fa", "rm/"), ("/ro", "ot/"), ("/Us", "ers/")];

pub fn headers(tree: &Tree) -> Vec<String> {
    written(tree, &CODE)
        .filter_map(|(path, text)| {
            let says = if path.ends_with(".rs") {
                text.starts_with("//!")
            } else {
                // The titles of a test file's tests say it.
                let exempt = path.ends_with(".d.ts") || path.contains(".test.");
                exempt || text.starts_with("//") || text.starts_with("/*")
            };
            (!says).then(|| format!("{path}: the first line should say what the file is for"))
        })
        .collect()
}

pub fn lengths(tree: &Tree) -> Vec<String> {
    written(tree, &CODE)
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > LINES_MAX).then(|| format!("{path}: {lines} lines, the wall is {LINES_MAX}"))
        })
        .collect()
}

pub fn switched_off(tree: &Tree) -> Vec<String> {
    let words: Vec<String> = SWITCHED_OFF.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let mut faults = Vec::new();
    for (path, text) in written(tree, &CODE) {
        for (number, line) in text.lines().enumerate() {
            // What several test programs share is used in part by each: an expectation can't hold in all of them.
            let shared = path.contains("/tests/") && line.starts_with("#![");
            let found = words.iter().filter(|word| !shared && line.contains(word.as_str()));
            faults.extend(found.map(|word| format!("{path}:{}: {word}", number + 1)));
        }
    }
    faults
}

pub fn machine_paths(tree: &Tree) -> Vec<String> {
    let folders: Vec<String> = MACHINE_FOLDERS.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let mut faults = Vec::new();
    for (path, text) in written(tree, &TEXT) {
        for (number, line) in text.lines().enumerate() {
            if folders.iter().any(|folder| begins_a_path(line, folder)) {
                faults.push(format!("{path}:{}: a path of one machine", number + 1));
            }
        }
    }
    faults
}

fn begins_a_path(line: &str, folder: &str) -> bool {
    let continues = |letter: char| letter.is_alphanumeric() || "._-}*)~".contains(letter);
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(continues))
}

/// The files that people wrote, with their text.
fn written<'a>(tree: &'a Tree, endings: &'a [&str]) -> impl Iterator<Item = (&'a str, String)> {
    tree.ending_in(endings)
        .filter(|path| !path.contains(".gen.") && !path.ends_with("package-lock.json"))
        .filter_map(|path| Some((path, tree.read(path)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_where_no_other_path_goes_on() {
        let folder = "/x/";
        assert!(begins_a_path("open /x/y", folder));
        assert!(begins_a_path("\"/x/y\"", folder));
        assert!(!begins_a_path("http://host/x/y and ../x/y", folder));
    }
}
