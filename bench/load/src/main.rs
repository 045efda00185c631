//! `bench-load`: a load generator for HTTP/1.1 that costs little, because it shares the machine
//! with what it measures.
//!
//! A closed loop: each connection sends its next request when the last answer is complete. It
//! follows no redirects, speaks no TLS and looks at nothing of an answer but its status and its
//! length. What to send stands in a scenario file or in flags; the result is one JSON object.

mod connection;
mod histogram;
mod response;
mod run;
mod scenario;
mod template;

use std::process::ExitCode;
use std::sync::Arc;

use scenario::Scenario;

const USAGE: &str = "\
usage: bench-load [SCENARIO.json] [flags]
  --url URL           http://host:port/path, may hold {id}, {n}, {uuid} or a list's {name}
  --method METHOD     GET
  --header 'K: V'     again for each
  --list NAME=VALUES  what {NAME} stands for: 1..100000 or a,b,c or @file (a value per line)
  --body TEXT         with the same placeholders
  --expect 200,201    statuses that are no error
  --connections N     32
  --threads N         1
  --seconds S         10
  --warm-up S         1
  --allow-errors      exit 0 although some requests failed";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() || arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return ExitCode::from(u8::from(arguments.is_empty()));
    }
    let scenario = match Scenario::from_arguments(&arguments) {
        Ok(scenario) => Arc::new(scenario),
        Err(error) => {
            eprintln!("bench-load: {error}");
            return ExitCode::from(1);
        }
    };
    match run::run(&scenario) {
        Ok(outcome) => {
            println!("{:#}", outcome.to_json(&scenario));
            ExitCode::from(u8::from(outcome.errors() > 0 && !scenario.allow_errors))
        }
        Err(error) => {
            eprintln!("bench-load: {}: {error}", scenario.address);
            ExitCode::from(2)
        }
    }
}
