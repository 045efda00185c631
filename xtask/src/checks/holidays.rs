//! The checked-in holiday data was written by the script as it is now.

use serde_json::Value;

use crate::tree::Tree;

const SCRIPT: &str = "scripts/holidays.py";
const DATA: &str = "crates/domain/data/holidays.gen.json";
/// Head fields of the data, and the constants of the script that they repeat.
const PINS: [(&str, &str); 3] = [("package", "PACKAGE"), ("version", "VERSION"), ("category", "CATEGORY")];

pub fn check(tree: &Tree) -> Vec<String> {
    let script = tree.read(SCRIPT).unwrap_or_default();
    let data: Value = tree.read(DATA).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    PINS.iter()
        .filter_map(|(field, constant)| {
            let written = data[field].as_str().unwrap_or("missing");
            let pin = format!("{constant} = \"{written}\"");
            let pinned = script.lines().any(|line| line == pin);
            (!pinned).then(|| format!("{DATA}: {field} is {written}, {SCRIPT} says otherwise: run `make holidays`"))
        })
        .collect()
}
