//! The operations of Raally: each declared in one row, handled by one use case.

mod assignments;
mod audit;
mod branding;
mod bulk;
mod candidates;
mod catalogue;
mod convert;
mod exports;
mod gate;
mod history;
mod imports;
mod members;
mod pay;
mod people;
mod platform;
mod projects;
mod reports;
mod resource;
mod sign_in;
mod time_off;
mod workspaces;

use raally_application::App;

use crate::operations::Operations;

/// Every operation of the product.
#[must_use]
pub fn operations() -> Operations<App> {
    let mut ops = Operations::new();
    sign_in::add(&mut ops);
    workspaces::add(&mut ops);
    branding::add(&mut ops);
    members::add(&mut ops);
    people::add(&mut ops);
    pay::add(&mut ops);
    time_off::add(&mut ops);
    catalogue::add(&mut ops);
    projects::add(&mut ops);
    assignments::add(&mut ops);
    bulk::add(&mut ops);
    reports::add(&mut ops);
    candidates::add(&mut ops);
    imports::add(&mut ops);
    exports::add(&mut ops);
    history::add(&mut ops);
    audit::add(&mut ops);
    platform::add(&mut ops);
    ops
}
