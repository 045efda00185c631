//! The crate as its callers see it: real files, made files, hostile files.

mod export;
mod guide;
mod holidays;
mod hostile;
mod msproject;
mod mutation;
mod shapes;
mod shared_data;
mod staffing;
