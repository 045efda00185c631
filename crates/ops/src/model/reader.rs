//! Reads `environments.toml` and names all its faults at once.

mod check;

use std::collections::BTreeMap;

use toml::de::{DeArray, DeTable, DeValue};

use self::check::check;
use super::environment::Environment;

/// The format of the file that this build reads.
const FORMAT: i64 = 1;

/// A fault of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line that it is in, from 1.
    pub line: usize,
    /// The key, and what may stand there.
    pub what: String,
}

/// The environments by name.
///
/// # Errors
/// Every fault of the file, each with the place that it is in.
pub fn read(text: &str) -> Result<BTreeMap<String, Environment>, Vec<Fault>> {
    let line_at = |byte: usize| 1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count();
    let broken = |error: toml::de::Error| {
        let line = line_at(error.span().map_or(0, |span| span.start));
        vec![Fault { line, what: error.message().trim().replace('\n', ", ") }]
    };
    let places = DeTable::parse(text).map_err(broken)?;
    let table: toml::Table = text.parse().map_err(broken)?;
    let (mut faults, mut environments) = (Vec::new(), BTreeMap::new());
    let mut say = |within: &str, what: String| {
        let key = what.split(": ").next().unwrap_or_default();
        faults.push(Fault { line: line_at(start_of(places.get_ref(), &format!("{within}{key}"))), what });
    };
    for (key, value) in table {
        match (key.as_str(), value) {
            ("format", toml::Value::Integer(FORMAT)) => {}
            ("format", other) => say("", format!("format: this build reads {FORMAT}, not {other}")),
            ("environments", toml::Value::Table(tables)) => {
                for (name, value) in tables {
                    let (own, environment) = one(value);
                    own.into_iter().for_each(|fault| say("environments.", format!("{name}.{fault}")));
                    environments.extend(environment.map(|environment| (name, environment)));
                }
            }
            ("environments", _) => say("", "environments: has to be a table".into()),
            _ => say("", format!("{key}: unknown; there are `format` and `environments`")),
        }
    }
    faults.sort_by_key(|fault| fault.line);
    if faults.is_empty() { Ok(environments) } else { Err(faults) }
}

/// Where the innermost part of a key begins that is there, in bytes.
fn start_of(table: &DeTable<'_>, key: &str) -> usize {
    let (mut start, mut table, mut value) = (0, Some(table), None);
    for part in key.split(['.', '[']) {
        if let Some(at) = part.strip_suffix(']').and_then(|at| at.parse::<usize>().ok()) {
            let list: Option<&DeArray<'_>> = value.and_then(DeValue::as_array);
            let Some(found) = list.and_then(|list| list.get(at)) else { break };
            (start, value) = (found.span().start, Some(found.get_ref()));
        } else {
            let Some((name, found)) = table.and_then(|table| table.iter().find(|(name, _)| name.get_ref() == part))
            else {
                break;
            };
            (start, value) = (name.span().start, Some(found.get_ref()));
        }
        table = value.and_then(DeValue::as_table);
    }
    start
}

/// What is put in the place of what is wrong and has no default, to read on.
const EXAMPLE: &str = r#"
target = "host"
replicas = 2
strategy = "rolling"
host = { state-dir = "state", listen = "127.0.0.1:8080", ports = [20000, 20999] }
kubernetes = { namespace = "raally", image = "raally" }
"#;
/// An environment with more is no mistake of a person's.
const FAULTS_MAX: usize = 100;

/// All faults of an environment, and what it is without them.
fn one(mut value: toml::Value) -> (Vec<String>, Option<Environment>) {
    let mut faults: Vec<(String, String)> = Vec::new();
    while faults.len() < FAULTS_MAX {
        let error = match serde_path_to_error::deserialize::<_, Environment>(value.clone()) {
            Ok(environment) => {
                // What others are measured by has to be right first.
                let measures = ["target", "replicas", "strategy"];
                let named = |key: &str| faults.iter().any(|(path, _)| path == key);
                if !measures.into_iter().any(named) {
                    let checked = check(&environment);
                    let new = |fault: &String| !named(fault.split(": ").next().unwrap_or_default());
                    let checked: Vec<String> = checked.into_iter().filter(new).collect();
                    let told = faults.into_iter().map(|(path, says)| format!("{path}: {says}"));
                    return (told.chain(checked).collect(), Some(environment));
                }
                break;
            }
            Err(error) => error,
        };
        let says = error.inner().message().trim().to_owned();
        let mut path = error.path().to_string();
        if let Some(missing) = says.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            path = if path == "." { missing.to_owned() } else { format!("{path}.{missing}") };
        }
        let again = faults.iter().any(|(named, _)| *named == path);
        if !mend(&mut value, &path, again) {
            break;
        }
        if !again {
            faults.push((path, plainly(&says)));
        }
    }
    (faults.into_iter().map(|(path, says)| format!("{path}: {says}")).collect(), None)
}

/// Puts an example in the place of a value, or takes it away where there is a default; of what is
/// in a list the list, and at the second time the whole section.
fn mend(value: &mut toml::Value, path: &str, again: bool) -> bool {
    let example: toml::Table = EXAMPLE.parse().unwrap_or_default();
    let section = path.split(['.', '[']).next().unwrap_or_default();
    let path = if again { section } else { path.split('[').next().unwrap_or_default() };
    let (mut here, mut there) = (value.as_table_mut(), Some(&example));
    let (within, key) = path.rsplit_once('.').unwrap_or(("", path));
    for part in within.split('.').filter(|part| !part.is_empty()) {
        here = here.and_then(|table| table.get_mut(part)?.as_table_mut());
        there = there.and_then(|table| table.get(part)?.as_table());
    }
    let Some(here) = here else { return false };
    match there.and_then(|table| table.get(key)) {
        Some(good) => here.insert(key.to_owned(), good.clone()) != Some(good.clone()),
        None => here.remove(key).is_some(),
    }
}

/// What the library says, in words for whoever writes the file.
fn plainly(said: &str) -> String {
    if said.starts_with("missing field") {
        return "is missing".to_owned();
    }
    if said.starts_with("data did not match any variant of untagged enum") {
        return "has to have `from`, `until` and `why`, and for every week `days` and `time-zone`".to_owned();
    }
    let Some((found, wanted)) = said.split_once(", expected ") else { return said.to_owned() };
    let choice = wanted.strip_prefix("one of ").unwrap_or(wanted);
    if found.starts_with("unknown field") {
        return format!("unknown; there are {choice}");
    }
    if let Some(found) = found.strip_prefix("unknown variant ") {
        return format!("has to be one of {choice}, not {found}");
    }
    let found = found.split_once(": ").map_or(found, |(_, found)| found);
    let found = ["string ", "integer ", "floating point ", "boolean "]
        .iter()
        .find_map(|kind| found.strip_prefix(kind))
        .unwrap_or(found);
    let found = match found {
        "map" => "a table",
        "sequence" => "a list",
        other => other.trim_matches('`'),
    };
    let form = match wanted {
        "u8" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "u16" => "a whole number, 0 to 65535",
        "f64" => "a number",
        "a string" | "string" | "path string" => "text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list, as [1, 2]",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    format!("has to be {form}, not {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        format = 1
        [environments.dev]
        target = "host"
        replicas = 2
        strategy = "canary"
        [environments.dev.host]
        state-dir = "state"
        listen = "127.0.0.1:8080"
        ports = [18100, 18119]
    "#;

    #[test]
    fn a_short_file_is_enough() {
        let environments = read(GOOD).unwrap();
        assert_eq!(environments["dev"].canary.steps.len(), 4);
        assert_eq!(environments["dev"].host.as_ref().unwrap().hosts, ["local"]);
    }

    #[test]
    fn every_fault_is_named_at_once_with_its_place() {
        let bad = GOOD
            .replace("replicas = 2", "replicas = 0\nbranch = \"\"")
            .replace("[18100, 18119]", "[80, 10]")
            .replace("format = 1", "format = 9\nfoo = 1")
            + r#"
            settings = { RAALLY_LISTEN = "x", PATH = "y" }
            postgres = { stanza = "a b", keep-days = 0, start = ["true"], recipients = ["age1"] }
            [environments.uat]
            target = "host"
            replica = 3
            [environments.fleet]
            target = "host"
            replicas = 3
            strategy = "rolling"
            analysis = { latency-floor-ms = 10001, latency-whole-part = 1.0 }
            [environments.prod]
            target = "kubernetes"
            replicas = 3
            strategy = "canary"
            canary = { steps = [{ weight-bp = 6000 }, { weight-bp = 100, hold-seconds-max = 0 }] }
            "#;
        let faults = read(&bad).unwrap_err();
        for wanted in [
            "format: this build reads 1",
            "foo: unknown",
            "dev.replicas: 1 to 100",
            "dev.branch: is empty",
            "dev.rolling.unavailable:",
            "dev.host.ports:",
            "dev.host.settings.RAALLY_LISTEN: is set by the tool",
            "dev.host.settings.PATH: options begin with RAALLY_",
            "dev.host.postgres.stanza:",
            "dev.host.postgres.keep-days: 1 to 3650",
            "dev.host.postgres.start: and stop",
            "dev.host.postgres.keys-to: and recipients",
            "uat.",
            "prod.canary.steps[0].weight-bp: 1 to 5000",
            "prod.canary.steps[1].weight-bp: has to be more",
            "prod.canary.steps[1].hold-seconds-max:",
            "fleet.analysis.latency-floor-ms: at most 10000",
            "fleet.analysis.latency-whole-part: 0 to 0.9",
            "prod.kubernetes: is missing",
        ] {
            assert!(faults.iter().any(|fault| fault.what.starts_with(wanted)), "{wanted} is not in {faults:#?}");
        }
    }

    #[test]
    fn every_fault_has_its_line_and_says_what_may_stand_there() {
        let bad = r#"format = 1
[environments.dev]
target = "host"
replicas = 2
strategy = "canarry"
who = "alice"
[environments.dev.gates]
settle-ms = -1
drain = 3
[environments.dev.host]
listen = "127.0.0.1:8080"
ports = [18100, 70000]
[environments.uat]
target = "host"
replicas = "2"
strategy = "rolling"
freeze = [{ from = "friday" }]
[environments.uat.rolling]
surge = 1.5
[environments.prod]
target = "host"
replicas = 2
strategy = "canary"
canary.steps = [
    { weight-bp = 100 },
    { weight-bp = 50 },
]
analysis.alpha = true
host = { state-dir = "s", listen = "nowhere", ports = [18100, 18119] }
"#;
        let faults: Vec<String> =
            read(bad).unwrap_err().into_iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect();
        insta::assert_snapshot!(faults.join("\n"), @r#"
        5: dev.strategy: has to be one of `rolling`, `blue-green`, `canary`, not `canarry`
        6: dev.who: has to be a list, as [1, 2], not "alice"
        8: dev.gates.settle-ms: has to be a whole number, 0 or more, not -1
        9: dev.gates.drain: unknown; there are `ready-seconds-max`, `settle-ms`, `drain-seconds-max`
        10: dev.host.state-dir: is missing
        12: dev.host.ports[1]: has to be a whole number, 0 to 65535, not 70000
        15: uat.replicas: has to be a whole number, 0 or more, not "2"
        17: uat.freeze[0]: has to have `from`, `until` and `why`, and for every week `days` and `time-zone`
        19: uat.rolling.surge: has to be a whole number, 0 or more, not 1.5
        26: prod.canary.steps[1].weight-bp: has to be more than that of the step before
        28: prod.analysis.alpha: has to be a number, not true
        29: prod.host.listen: "nowhere" is no address with a port
        "#);
    }

    #[test]
    fn a_file_that_is_no_toml_has_its_line() {
        let faults = read("format = 1\n[environments.dev\n").unwrap_err();
        assert_eq!((faults.len(), faults[0].line), (1, 2), "{faults:?}");
    }
}
