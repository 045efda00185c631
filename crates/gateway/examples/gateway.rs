//! A gateway as a process, for tests that kill it and for measurements: `gateway CONFIG.json [--takeover]`.

use std::process::ExitCode;

use raally_gateway::Config;

/// As in `raallyctl`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: gateway CONFIG.json [--takeover]");
        return ExitCode::from(1);
    };
    let takeover = arguments.any(|argument| argument == "--takeover");
    let read = std::fs::read(&path).map_err(|error| error.to_string());
    let config = read.and_then(|bytes| serde_json::from_slice::<Config>(&bytes).map_err(|error| error.to_string()));
    let ended = config.and_then(|config| raally_gateway::run(config, takeover).map_err(|error| error.to_string()));
    match ended {
        Ok(ended) => {
            println!("{ended:?}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("gateway: {path}: {error}");
            ExitCode::from(2)
        }
    }
}
