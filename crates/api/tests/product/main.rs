//! The product over HTTP: the real table of operations, the real application, both engines; no socket.
//!
//! One program, so that it links once and starts one PostgreSQL server. Each claim on both engines is a module with
//! the tests `sqlite` and `postgres`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::allow_attributes, missing_docs, reason = "tests explain themselves by their names")]

mod as_of;
mod assignments;
mod branding;
mod contract;
mod events;
mod first_slice;
mod hostile;
mod imports;
mod members;
mod openapi;
mod people;
mod platform;
mod projects;
mod samples;
mod sign_in;
mod support;
mod tenant_matrix;
mod time_off;
mod world;
