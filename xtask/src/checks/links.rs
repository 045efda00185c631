//! Links between Markdown files lead somewhere: the file exists, and so does the heading.

use crate::tree::Tree;

pub fn check(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for path in tree.ending_in(&[".md"]) {
        let text = prose(&tree.read(path).unwrap_or_default());
        for target in targets(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.to_owned() } else { resolved(path, file) };
            if !tree.has(&file) {
                faults.push(format!("{path}: {target} leads nowhere"));
            } else if !heading.is_empty() && !has_heading(&tree.read(&file).unwrap_or_default(), heading) {
                faults.push(format!("{path}: {file} has no heading #{heading}"));
            }
        }
    }
    faults
}

/// The text without fenced blocks and without code spans.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}

fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("](").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let target = rest.split([')', '\n']).next()?;
        target.split_whitespace().next()
    })
}

/// `target` as seen from the folder of `path`.
fn resolved(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// Source: the anchors that GitHub makes of headings: lower case, blanks to dashes, signs dropped.
fn has_heading(text: &str, anchor: &str) -> bool {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            title
                .chars()
                .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
                .map(|letter| if letter == ' ' { '-' } else { letter })
                .collect::<String>()
        })
        .any(|slug| slug == anchor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_their_own_folder() {
        assert_eq!(resolved("docs/how-to/a.md", "../status.md"), "docs/status.md");
        assert_eq!(resolved("README.md", "docs/"), "docs");
    }

    #[test]
    fn code_is_no_link() {
        let text = prose("see [a](b.md) and `[c](d.md)`\n```\n[e](f.md)\n```\n");
        assert_eq!(targets(&text).collect::<Vec<_>>(), ["b.md"]);
    }

    #[test]
    fn headings_become_anchors() {
        let text = "# The life of a command\n## `serve`, twice";
        assert!(has_heading(text, "the-life-of-a-command"));
        assert!(has_heading(text, "serve-twice"));
        assert!(!has_heading(text, "twice"));
    }
}
