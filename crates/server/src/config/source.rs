//! Where options come from: a TOML file and the variables of the process. Unknown names are faults.

use std::path::{Path, PathBuf};

use super::options::{OPTIONS, is_foreign, suggestion, variable};
use super::reader::{Given, Reader};

/// The variable by which all programs are told of the collector, and ours, which goes before it.
const OTLP: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "RAALLY_OTLP_ENDPOINT");

/// A file, if one was named, and the variables that begin with `RAALLY_`.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The file.
    pub file: Option<PathBuf>,
    /// Name and value.
    pub variables: Vec<(String, String)>,
}

impl Source {
    /// Of this process; a file named on the command line wins over the variable's.
    pub fn of_process(file: Option<&Path>) -> Self {
        let mut variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .filter(|(name, _)| name.starts_with("RAALLY_"))
            .collect();
        if let (false, Ok(endpoint)) = (variables.iter().any(|(name, _)| name == OTLP.1), std::env::var(OTLP.0)) {
            variables.push((OTLP.1.to_owned(), endpoint));
        }
        variables.sort();
        let named = variables.iter().find(|(name, value)| name == "RAALLY_CONFIG" && !value.is_empty());
        let file = file.map(Path::to_owned).or_else(|| named.map(|(_, value)| PathBuf::from(value)));
        Self { file, variables }
    }

    /// Everything that was given; variables win. An empty variable counts as not given.
    pub fn read(&self) -> Reader {
        let mut reader = Reader::default();
        if let Some(file) = &self.file {
            read_file(file, &mut reader);
        }
        for (name, value) in self.variables.iter().filter(|(name, _)| !is_foreign(name)) {
            let key = name.trim_start_matches("RAALLY_").to_lowercase();
            match OPTIONS.iter().find(|option| variable(option.key) == *name) {
                Some(_) if value.trim().is_empty() => {}
                Some(option) => {
                    reader.given.insert(option.key, Given { value: value.clone(), from: name.clone() });
                }
                None => reader.faults.push(unknown(name, suggestion(&key).map(variable))),
            }
        }
        reader
    }
}

fn unknown(name: &str, meant: Option<String>) -> String {
    let hint = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
    format!("{name}: there is no such option{hint}")
}

fn read_file(file: &Path, reader: &mut Reader) {
    let shown = file.display();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return reader.faults.push(format!("{shown}: can't be read: {error}")),
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return reader.faults.push(format!("{shown}: {}", error.to_string().trim())),
    };
    for (key, value) in table {
        let Some(option) = OPTIONS.iter().find(|option| option.key == key) else {
            let meant = suggestion(&key).map(ToOwned::to_owned);
            reader.faults.push(unknown(&format!("{shown}: {key}"), meant));
            continue;
        };
        match plain(&value) {
            Some(value) => {
                reader.given.insert(option.key, Given { value, from: format!("{shown}: {key}") });
            }
            None => {
                reader.faults.push(format!("{shown}: {key}: should be text, a number, true, false or a list of texts"))
            }
        }
    }
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(ToOwned::to_owned)).collect();
            items.map(|items| items.join(","))
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}
