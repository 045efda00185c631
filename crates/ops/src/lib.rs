//! `raallyctl`: the operator's tool as a library, so that tests drive it without a process.
