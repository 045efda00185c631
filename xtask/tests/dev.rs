//! `make dev` on a repository of one tiny server.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use xtask::dev::Served;
use xtask::tree::Tree;

const DEADLINE: Duration = Duration::from_secs(60);

/// A server that says a word in a file, and stays.
fn source(word: &str) -> String {
    format!("fn main() {{ std::fs::write(\"said\", \"{word}\").expect(\"said\"); loop {{ std::thread::park(); }} }}")
}

fn said(top: &Path, word: &str) {
    let started = Instant::now();
    while fs::read_to_string(top.join("said")).unwrap_or_default() != word {
        assert!(started.elapsed() < DEADLINE, "{word:?} is never served");
        std::thread::yield_now();
    }
}

#[test]
fn a_changed_source_is_served_anew_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    let main = top.join("crates/server/src/main.rs");
    fs::create_dir_all(main.parent().unwrap()).unwrap();
    fs::write(top.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n").unwrap();
    let manifest = "[package]\nname = \"raally-server\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                    [[bin]]\nname = \"raally\"\npath = \"src/main.rs\"\n";
    fs::write(top.join("crates/server/Cargo.toml"), manifest).unwrap();
    fs::write(&main, source("one")).unwrap();

    let tree = Tree::of(top);
    let mut served = Served::new(&tree);
    assert_eq!(served.look(), Ok(true));
    said(top, "one");
    // The build wrote a lock file, which counts as a change once.
    served.look().unwrap();
    said(top, "one");
    assert_eq!(served.look(), Ok(false), "nothing changed");

    fs::write(&main, "fn main() { this is no Rust }").unwrap();
    assert_eq!(served.look(), Ok(false));
    fs::write(&main, source("two")).unwrap();
    assert_eq!(served.look(), Ok(true));
    said(top, "two");
}
