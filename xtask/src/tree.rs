//! The repository's files, as a clean clone has them: without what is built or fetched.

use std::fs;
use std::path::{Path, PathBuf};

const SKIPPED_FOLDERS: [&str; 6] = ["target", "node_modules", ".git", "dist", "coverage", "__pycache__"];

/// A folder of files, each by its path from the top with `/` between names.
pub struct Tree {
    top: PathBuf,
    files: Vec<String>,
}

impl Tree {
    /// The repository that this program was built from.
    pub fn of_this_repository() -> Self {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        Self::of(top.expect("xtask lies in the repository"))
    }

    /// All files under `top`.
    pub fn of(top: &Path) -> Self {
        let mut files = Vec::new();
        collect(top, "", &mut files);
        files.sort();
        Self { top: top.to_owned(), files }
    }

    /// The folder itself.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Where `path` lies on this machine.
    pub fn at(&self, path: &str) -> PathBuf {
        self.top.join(path)
    }

    /// All paths, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// The paths that end in one of `endings`.
    pub fn ending_in<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.files().filter(move |path| endings.iter().any(|ending| path.ends_with(ending)))
    }

    /// Is there such a file or folder?
    pub fn has(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    /// The text of a file; `None` when it is missing or no UTF-8.
    pub fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.at(path)).ok()
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else {
            continue;
        };
        let path = format!("{prefix}{name}");
        if kind.is_dir() {
            // A `data` folder at the top is a running server's; whatever lies among sources is one of them.
            let skipped = SKIPPED_FOLDERS.contains(&name.as_str()) && !prefix.contains("src/");
            if !skipped && path != "data" {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else if kind.is_file() {
            files.push(path);
        }
    }
}
