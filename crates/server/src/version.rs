//! Which build this is.

use raally_api::Build;

/// `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Commit, or what `RAALLY_BUILD` said when it was built.
pub const BUILD: &str = env!("BUILD_ID");

/// For the API.
pub fn build() -> Build {
    Build { version: VERSION.to_owned(), build: BUILD.to_owned() }
}
