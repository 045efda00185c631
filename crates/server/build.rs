//! Tells the program which build it is, and makes sure that the folder of the web application exists, so that a build
//! without Node works.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=RAALLY_BUILD");
    let web = Path::new("../../web/dist");
    if let Err(error) = std::fs::create_dir_all(web) {
        println!("cargo:warning=can't make {}: {error}", web.display());
    }
    println!("cargo:rerun-if-changed={}", web.display());
    for name in ["../../.git/HEAD", "../../.git/logs/HEAD"] {
        if Path::new(name).exists() {
            println!("cargo:rerun-if-changed={name}");
        }
    }
    let build = std::env::var("RAALLY_BUILD").ok().filter(|build| !build.is_empty()).or_else(commit);
    println!("cargo:rustc-env=BUILD_ID={}", build.as_deref().unwrap_or("unknown"));
}

fn commit() -> Option<String> {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| output.status.success() && !text.is_empty())
}
