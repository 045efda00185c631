//! The proxy in front of the versions.
