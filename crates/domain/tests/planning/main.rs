//! The rules of planning as properties, and the plan and its reports against naive sums and a real staffing sheet.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod clashes;
mod effort;
mod generate;
mod money_and_candidates;
mod plans;
mod rates;
mod reports;
mod staffing;
mod working_days;
