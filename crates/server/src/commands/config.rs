//! `raally config`: faults, what is in force, and the page of all options.

use std::fmt::Write;
use std::process::ExitCode;

use serde_json::{Map, json};

use crate::cli::Configuration;
use crate::config::{Config, OPTIONS, Source, env_example, page, variable};
use crate::failed::Failed;
use crate::talk::{Talk, print};

/// Runs one of the commands.
pub fn run(what: &Configuration, source: &Source, talk: Talk) -> Result<ExitCode, Failed> {
    match what {
        Configuration::Docs { env } => {
            print(if *env { env_example() } else { page() }.trim_end())?;
            Ok(ExitCode::SUCCESS)
        }
        Configuration::Check => {
            Config::load(source).map_err(Failed::configuration)?;
            talk.data(&json!({"faults": []}), "the configuration has no fault")
        }
        Configuration::Show => show(&Config::load(source).map_err(Failed::configuration)?, talk),
    }
}

fn show(config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let mut object = Map::new();
    let mut text = String::new();
    for option in OPTIONS {
        let value = config.shown(option.key).unwrap_or_else(|| option.default.replace('`', ""));
        let from = config.from(option.key);
        writeln!(text, "{:<33} {value}  ({from})", variable(option.key))?;
        object.insert(option.key.to_owned(), json!({"value": value, "from": from}));
    }
    talk.data(&object, &text)
}
