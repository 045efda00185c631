//! ARCHITECTURE.md names every member of the workspace, and no crate that is gone.

use std::collections::BTreeSet;

use crate::tree::Tree;

const DOCUMENT: &str = "ARCHITECTURE.md";

pub fn check(tree: &Tree) -> Vec<String> {
    let Some(text) = tree.read(DOCUMENT) else {
        return vec![format!("{DOCUMENT} is missing")];
    };
    let members = members(tree);
    let named = named(tree, &text);
    let missing = members.difference(&named).map(|member| format!("{DOCUMENT} does not name `{member}`"));
    let gone = named
        .difference(&members)
        .map(|name| format!("{DOCUMENT} names `{name}`, which is no member of the workspace"));
    missing.chain(gone).collect()
}

fn members(tree: &Tree) -> BTreeSet<String> {
    let manifest = tree.read("Cargo.toml").unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let patterns = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("members")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(|member| member.as_str());
    let mut members = BTreeSet::new();
    for pattern in patterns {
        let Some(folder) = pattern.strip_suffix('*') else {
            members.insert(pattern.to_owned());
            continue;
        };
        members.extend(tree.files().filter_map(|path| {
            let name = path.strip_prefix(folder)?.strip_suffix("/Cargo.toml")?;
            (!name.contains('/')).then(|| format!("{folder}{name}"))
        }));
    }
    members
}

/// The first word of each name in the block under the heading `## Crates`: a name with a slash, or
/// one at the top of the repository, is a folder; any other lies in `crates/`.
fn named(tree: &Tree, text: &str) -> BTreeSet<String> {
    let section = text.split("\n## Crates").nth(1).unwrap_or_default();
    let block = section.split("```").nth(1).unwrap_or_default();
    let lines = block.lines().skip(1);
    let names = lines.flat_map(|line| {
        let line = line.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        let names = line.split("  ").next().unwrap_or_default();
        names.split(',').filter_map(|name| name.split_whitespace().next())
    });
    names
        .map(|name| {
            if name.contains('/') || tree.has(&format!("{name}/Cargo.toml")) {
                name.to_owned()
            } else {
                format!("crates/{name}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_the_drawing() {
        let text = "# A\n## Crates (down only)\n\n```text\nserver (bin raally)   wiring, web/dist\n \
                    └─ api   routes\nbench/load, bench/yardstick    both\nxtask   checks\n```\n";
        let wanted = ["bench/load", "bench/yardstick", "crates/api", "crates/server", "xtask"];
        let named = named(&Tree::of_this_repository(), text);
        assert_eq!(named, BTreeSet::from(wanted.map(str::to_owned)));
    }
}
