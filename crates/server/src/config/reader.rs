//! Reads options by name from what file and environment gave, and collects every fault.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use super::options::{OPTIONS, Shape, variable};

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub struct Given {
    /// As text; a list with commas.
    pub value: String,
    /// `RAALLY_LISTEN` or `raally.toml: listen`.
    pub from: String,
}

/// What was given, by key, and the faults found so far.
#[derive(Debug, Default)]
pub struct Reader {
    /// By key.
    pub given: BTreeMap<&'static str, Given>,
    /// One line each.
    pub faults: Vec<String>,
}

impl Reader {
    /// The text, if any.
    pub fn text(&self, key: &'static str) -> Option<String> {
        debug_assert!(OPTIONS.iter().any(|option| option.key == key), "{key} is not in the table");
        self.given.get(key).map(|given| given.value.clone())
    }

    /// A path, or a default.
    pub fn path(&self, key: &'static str, default: PathBuf) -> PathBuf {
        self.text(key).map_or(default, PathBuf::from)
    }

    /// A fault of this option's value.
    pub fn fault(&mut self, key: &'static str, reason: &str) {
        let from = self.given.get(key).map_or_else(|| variable(key), |given| given.from.clone());
        self.faults.push(format!("{from}: {reason}"));
    }

    /// Whatever can be read from text, or a default.
    pub fn parsed<T: FromStr>(&mut self, key: &'static str, default: T, expected: &str) -> T {
        let Some(text) = self.text(key) else { return default };
        text.trim().parse().unwrap_or_else(|_| {
            self.fault(key, &format!("{text:?} is not {expected}"));
            default
        })
    }

    /// A number in the range that the table names.
    pub fn number<T: TryFrom<u64>>(&mut self, key: &'static str, default: T) -> T {
        let Some(text) = self.text(key) else { return default };
        let (min, max) = OPTIONS
            .iter()
            .find_map(|option| match option.shape {
                Shape::Number(min, max) if option.key == key => Some((min, max)),
                _ => None,
            })
            .unwrap_or((0, u64::MAX));
        let read = text.trim().replace('_', "").parse::<u64>().ok().filter(|number| (min..=max).contains(number));
        match read.map(T::try_from) {
            Some(Ok(number)) => number,
            _ => {
                self.fault(key, &format!("{text:?} is not a whole number from {min} to {max}"));
                default
            }
        }
    }

    /// A flag.
    pub fn flag(&mut self, key: &'static str) -> bool {
        match self.text(key).as_deref().map(str::trim) {
            None | Some("false" | "0" | "no" | "off") => false,
            Some("true" | "1" | "yes" | "on") => true,
            Some(other) => {
                let reason = format!("{other:?} is neither true nor false");
                self.fault(key, &reason);
                false
            }
        }
    }

    /// One of several words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, default: T, all: &[(&str, T)]) -> T {
        let Some(text) = self.text(key) else { return default };
        if let Some((_, value)) = all.iter().find(|(word, _)| *word == text.trim()) {
            return *value;
        }
        let words: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
        self.fault(key, &format!("{text:?} is none of {}", words.join(", ")));
        default
    }

    /// Several, each checked.
    pub fn list<T>(&mut self, key: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let text = self.text(key).unwrap_or_default();
        let mut found = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            match read(item) {
                Ok(item) => found.push(item),
                Err(reason) => self.fault(key, &reason),
            }
        }
        found
    }
}
