//! What the resources of a project say about people: whether they are any, rates, availability.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, date};

use super::raw::{File, Resource};
use crate::record::Factor;
use crate::table::fields::currency_code;
use crate::table::number::to_integer;

/// Project writes "since ever" as 1984 and "for ever" as 2049.
const EVER_FROM: Date = date(1984, 1, 1);

const EVER_TO: Date = date(2049, 12, 31);

/// Resources that are no people: kind of record and reason.
pub(super) fn not_a_person(resource: &Resource) -> Option<(&'static str, &'static str)> {
    if resource.is_cost || resource.kind == 2 {
        Some(("cost-resource", "it is a cost, not a person"))
    } else if resource.kind == 0 {
        Some(("material-resource", "it is material, not a person"))
    } else if resource.is_generic {
        Some(("generic-resource", "it stands for a role; its assignments become placeholders"))
    } else if resource.name.is_empty() && resource.email.is_empty() {
        Some(("resource", "it has no name"))
    } else {
        None
    }
}

pub(super) fn currency(file: &File) -> Option<String> {
    currency_code(&file.currency_code)
        .or_else(|| currency_code(&file.currency_symbol).filter(|_| !file.currency_symbol.is_ascii()))
}

/// Hourly rates from a day on; nothing where no rate was ever set.
pub(super) fn rates(resource: &Resource) -> Vec<(Option<Date>, f64)> {
    let since = |from: Option<DateTime>| from.map(DateTime::date).filter(|from| *from > EVER_FROM);
    if resource.rates.is_empty() {
        return if resource.standard_rate > 0.0 { vec![(None, resource.standard_rate)] } else { Vec::new() };
    }
    if resource.rates.iter().all(|(_, rate)| *rate == 0.0) {
        return Vec::new();
    }
    resource.rates.iter().map(|(from, rate)| (since(*from), *rate)).collect()
}

/// Units as a factor from a day on. Between periods of availability, and around them, a resource is not available.
pub(super) fn availability(resource: &Resource) -> Vec<Factor> {
    let basis_points = |units: f64| to_integer(units * 10_000.0).unwrap_or(0).clamp(0, 100_000);
    if resource.availability.is_empty() {
        let units = resource.max_units.map_or(10_000, basis_points);
        return if units == 10_000 { Vec::new() } else { vec![Factor { valid_from: None, basis_points: units }] };
    }
    let mut periods: Vec<(Option<Date>, Option<Date>, i64)> = resource
        .availability
        .iter()
        .map(|(from, to, units)| {
            let from = from.map(DateTime::date).filter(|from| *from > EVER_FROM);
            (from, to.map(DateTime::date).filter(|to| *to < EVER_TO), basis_points(*units))
        })
        .collect();
    periods.sort_unstable();
    let mut starts: BTreeSet<Option<Date>> = BTreeSet::from([None]);
    for (from, to, _) in &periods {
        starts.insert(*from);
        starts.extend(to.and_then(|to| to.tomorrow().ok()).map(Some));
    }
    let covers = |start: Option<Date>| {
        periods.iter().find(|(from, to, _)| match start {
            None => from.is_none(),
            Some(day) => from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to),
        })
    };
    let mut factors: Vec<Factor> = Vec::new();
    for start in starts {
        let basis_points = covers(start).map_or(0, |(.., units)| *units);
        if factors.last().is_none_or(|last| last.basis_points != basis_points) {
            factors.push(Factor { valid_from: start, basis_points });
        }
    }
    factors
}
