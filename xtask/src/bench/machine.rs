//! What a result needs to be compared: the machine, the compiler, the commit.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use serde_json::{Value, json};

use crate::tree::Tree;

/// `{date, cores, cpu, memoryGib, loadAverage, system, compiler, commit}`; the load average is that
/// of the last minute before the first run: what else this machine was doing.
pub fn describe(tree: &Tree) -> Value {
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(tree.top()).output();
        let text = output.ok().filter(|output| output.status.success());
        text.map_or_else(|| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    json!({
        "date": output("date", &["-u", "+%Y-%m-%d"]),
        "cores": available_parallelism().map_or(0, usize::from),
        "cpu": field("/proc/cpuinfo", "model name"),
        "memoryGib": memory_gib(),
        "loadAverage": load_average(),
        "system": output("uname", &["-srm"]),
        "compiler": output("rustc", &["--version"]),
        "commit": output("git", &["rev-parse", "--short", "HEAD"]),
    })
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .find(|line| line.starts_with(name))
        .and_then(|line| line.split_once(':'))
        .map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

fn memory_gib() -> u64 {
    let text = field("/proc/meminfo", "MemTotal");
    let kilobytes = text.split(' ').next().and_then(|number| number.parse::<u64>().ok());
    kilobytes.unwrap_or_default().div_ceil(1024 * 1024)
}

/// Source: proc(5), `/proc/loadavg`.
fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}
