//! Decisions are numbered from 0001 without a gap and say what they owe.

use crate::tree::Tree;

const FOLDER: &str = "docs/decisions/";
/// Each stands as a heading or as the bold beginning of a paragraph.
const PARTS: [&str; 4] = ["Context", "Choice", "Cost", "What would change our mind"];

/// One decision record.
pub struct Decision {
    /// `0001-how-decisions-are-recorded.md`.
    pub file: String,
    /// The heading, with its number.
    pub title: String,
}

/// The decisions in the order of their numbers.
pub fn decisions(tree: &Tree) -> Vec<Decision> {
    let files = tree.files().filter_map(|path| path.strip_prefix(FOLDER));
    files
        .filter(|file| file.ends_with(".md") && file.starts_with(|letter: char| letter.is_ascii_digit()))
        .map(|file| {
            let text = tree.read(&format!("{FOLDER}{file}")).unwrap_or_default();
            let title = text.lines().next().unwrap_or_default();
            Decision { file: file.to_owned(), title: title.trim_start_matches('#').trim().to_owned() }
        })
        .collect()
}

pub fn check(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, decision) in decisions(tree).iter().enumerate() {
        let (file, number) = (&decision.file, format!("{:04}", index + 1));
        if !file.starts_with(&format!("{number}-")) {
            faults.push(format!("{FOLDER}{file}: its number should be {number}"));
        }
        if !decision.title.starts_with(&file[..4]) {
            faults.push(format!("{FOLDER}{file}: the heading should begin with its number"));
        }
        let text = tree.read(&format!("{FOLDER}{file}")).unwrap_or_default();
        for part in PARTS {
            let (heading, bold) = (format!("## {part}"), format!("**{part}.**"));
            if !text.lines().any(|line| line.starts_with(&heading) || line.starts_with(&bold)) {
                faults.push(format!("{FOLDER}{file}: says nothing under {part}"));
            }
        }
    }
    faults
}
