//! What a run sends: read from a scenario file, then changed by flags.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// Named values that placeholders stand for.
pub type Lists = HashMap<String, Arc<Values>>;

/// The values of one list.
#[derive(Debug)]
pub enum Values {
    /// From the first to the last, both included.
    Range(u64, u64),
    Texts(Vec<String>),
}

/// Everything that a run needs to know.
#[derive(Debug)]
pub struct Scenario {
    pub name: String,
    /// `host:port`.
    pub address: String,
    pub method: String,
    pub paths: Vec<String>,
    pub headers: Vec<(String, String)>,
    pub lists: Lists,
    pub body: Option<String>,
    pub expect: Vec<u16>,
    pub connections: usize,
    pub threads: usize,
    pub length: Duration,
    pub warm_up: Duration,
    pub allow_errors: bool,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            name: String::new(),
            address: String::new(),
            method: "GET".to_owned(),
            paths: Vec::new(),
            headers: Vec::new(),
            lists: Lists::new(),
            body: None,
            expect: vec![200, 201],
            connections: 32,
            threads: 1,
            length: Duration::from_secs(10),
            warm_up: Duration::from_secs(1),
            allow_errors: false,
        }
    }
}

impl Scenario {
    /// Reads the command line, and the scenario file that it names.
    ///
    /// # Errors
    /// Names the flag or field that is not understood.
    pub fn from_arguments(arguments: &[String]) -> Result<Self, String> {
        let mut scenario = Self::default();
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            if flag == "--allow-errors" {
                scenario.allow_errors = true;
            } else if let Some(name) = flag.strip_prefix("--") {
                let value = rest.next().ok_or_else(|| format!("{flag} needs a value"))?;
                scenario.set(name, value).map_err(|error| format!("{flag} {value}: {error}"))?;
            } else {
                scenario.read(Path::new(flag)).map_err(|error| format!("{flag}: {error}"))?;
            }
        }
        if scenario.paths.is_empty() || scenario.address.is_empty() {
            return Err("nothing to ask for: give --url or a scenario with \"url\"".to_owned());
        }
        if scenario.name.is_empty() {
            scenario.name = format!("{} {}", scenario.method, scenario.paths[0]);
        }
        Ok(scenario)
    }

    /// A file holds the flags' long names as keys: strings, numbers, and for `header` and `list`
    /// objects, for `url` also an array.
    fn read(&mut self, file: &Path) -> Result<(), String> {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let fields = value.as_object().ok_or("a scenario is a JSON object")?;
        for (name, value) in fields {
            let set = match value {
                Value::String(text) => self.set(name, text),
                Value::Array(items) => {
                    items.iter().try_for_each(|item| self.set(name, item.as_str().unwrap_or_default()))
                }
                Value::Object(entries) if name == "list" => {
                    entries.iter().try_for_each(|(list, value)| self.add_list(list, value))
                }
                Value::Object(entries) if name == "header" => {
                    let pair =
                        |(key, value): (&String, &Value)| (key.clone(), value.as_str().unwrap_or_default().to_owned());
                    self.headers.extend(entries.iter().map(pair));
                    Ok(())
                }
                other => self.set(name, &other.to_string()),
            };
            set.map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "name" => value.clone_into(&mut self.name),
            "url" => self.add_url(value)?,
            "method" => value.clone_into(&mut self.method),
            "body" => self.body = Some(value.to_owned()),
            "header" => {
                let (key, text) = value.split_once(':').ok_or("want 'name: value'")?;
                self.headers.push((key.to_owned(), text.trim().to_owned()));
            }
            "list" => {
                let (list, values) = value.split_once('=').ok_or("want name=values")?;
                self.lists.insert(list.to_owned(), Arc::new(values_of(values)?));
            }
            "expect" => self.expect = value.split(',').map(number).collect::<Result<_, _>>()?,
            "connections" => self.connections = number(value)?,
            "threads" => self.threads = number::<usize>(value)?.max(1),
            "seconds" => self.length = Duration::from_secs_f64(number(value)?),
            "warm-up" => self.warm_up = Duration::from_secs_f64(number(value)?),
            _ => return Err("no such setting".to_owned()),
        }
        Ok(())
    }

    fn add_url(&mut self, url: &str) -> Result<(), String> {
        let rest = url.strip_prefix("http://").ok_or("want http://host:port/path")?;
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !self.address.is_empty() && self.address != address {
            return Err("all urls must be of one host".to_owned());
        }
        address.clone_into(&mut self.address);
        self.paths.push(format!("/{path}"));
        Ok(())
    }

    fn add_list(&mut self, list: &str, value: &Value) -> Result<(), String> {
        let values = match value {
            Value::Array(items) => {
                let text = |item: &Value| item.as_str().map_or(item.to_string(), str::to_owned);
                texts(items.iter().map(text).collect())?
            }
            other => values_of(other.as_str().unwrap_or_default())?,
        };
        self.lists.insert(list.to_owned(), Arc::new(values));
        Ok(())
    }
}

fn values_of(text: &str) -> Result<Values, String> {
    if let Some(file) = text.strip_prefix('@') {
        let content = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        return texts(content.lines().map(str::to_owned).collect());
    }
    if let Some((first, last)) = text.split_once("..") {
        let (first, last) = (number(first)?, number(last)?);
        return if first <= last { Ok(Values::Range(first, last)) } else { Err("the range is empty".to_owned()) };
    }
    texts(text.split(',').map(str::to_owned).collect())
}

fn texts(values: Vec<String>) -> Result<Values, String> {
    if values.is_empty() {
        return Err("the list is empty".to_owned());
    }
    Ok(Values::Texts(values))
}

fn number<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn parsed(line: &str) -> Result<Scenario, String> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Scenario::from_arguments(&arguments)
    }

    #[test]
    fn flags_fill_a_scenario() {
        let line = "--url http://h:1/one/{id} --list id=1..9 --connections 4 --expect 200,404";
        let scenario = parsed(line).unwrap();
        assert_eq!(scenario.address, "h:1");
        assert_eq!(scenario.paths, ["/one/{id}"]);
        assert_eq!(scenario.connections, 4);
        assert_eq!(scenario.expect, [200, 404]);
        assert!(matches!(*scenario.lists["id"], Values::Range(1, 9)));
    }

    #[test]
    fn a_wrong_flag_is_named() {
        assert!(parsed("--colour red").unwrap_err().contains("--colour"));
        assert!(parsed("--url http://h:1/ --list id=9..1").unwrap_err().contains("empty"));
        assert!(parsed("--seconds 3").unwrap_err().contains("--url"));
    }
}
