//! What an hour costs and is billed at, and lines of minutes × rate (PRODUCT rule 9).
//!
//! Minutes are summed per rate first; a line is rounded half-even once; totals are sums of lines, by currency.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calendar::WorkCalendar;
use super::day::{Day, day_of};
use super::ratio::{scale_half_even, scale_half_up};
use crate::ids::{PersonId, PhaseId, RoleId};
use crate::model::{
    BillRate, Compensation, CompensationKind, Currency, Money, ProjectRate, RateScope, RoleRate, in_force,
};

/// An amount for a number of minutes: per hour, or a year's pay for a year's contracted minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    /// In the currency's minor unit.
    pub amount_minor: i64,
    /// For how many minutes; 60 = per hour.
    pub per_minutes: i64,
    /// ISO 4217.
    pub currency: Currency,
}

impl Rate {
    const fn per_hour(money: Money) -> Self {
        Self { amount_minor: money.amount_minor, per_minutes: 60, currency: money.currency }
    }
}

/// Where a bill rate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "each variant names its owner")]
pub enum BillSource {
    Phase { phase_id: PhaseId },
    PersonOnProject { person_id: PersonId },
    RoleOnProject { role_id: RoleId },
    Project,
    Person { person_id: PersonId },
    Role { role_id: RoleId },
}

/// Where a cost rate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "each variant names its owner")]
pub enum CostSource {
    Compensation { person_id: PersonId },
    Role { role_id: RoleId },
}

/// All that decides what somebody's minutes on a project are billed at and cost.
#[derive(Clone, Copy, Debug)]
pub struct RateContext<'a> {
    /// Who.
    pub person_id: PersonId,
    /// As what: the assignment's role, else the person's.
    pub role_id: Option<RoleId>,
    /// In which phase.
    pub phase_id: Option<PhaseId>,
    /// The project's rate card, in any order.
    pub card: &'a [ProjectRate],
    /// The person's own bill rates, ordered.
    pub bill_rates: &'a [BillRate],
    /// The person's pay, ordered.
    pub compensations: &'a [Compensation],
    /// The role's rates, ordered.
    pub role_rates: &'a [RoleRate],
}

impl RateContext<'_> {
    /// The bill rate of a day: the first found of phase, person on the project, role on the project, project,
    /// person, role.
    #[must_use]
    pub fn bill_on(&self, date: Date) -> Option<(BillSource, Rate)> {
        let on_card = |source: BillSource, scope: RateScope| {
            let in_scope = self.card.iter().filter(|line| line.scope == scope && line.valid_from <= date);
            let line = in_scope.max_by_key(|line| line.valid_from)?;
            Some((source, Rate::per_hour(line.bill_per_hour)))
        };
        let person_id = self.person_id;
        let of_phase =
            self.phase_id.and_then(|phase_id| on_card(BillSource::Phase { phase_id }, RateScope::Phase { phase_id }));
        let of_role = || {
            self.role_id.and_then(|role_id| on_card(BillSource::RoleOnProject { role_id }, RateScope::Role { role_id }))
        };
        of_phase
            .or_else(|| on_card(BillSource::PersonOnProject { person_id }, RateScope::Person { person_id }))
            .or_else(of_role)
            .or_else(|| on_card(BillSource::Project, RateScope::Project))
            .or_else(|| {
                let rate = in_force(self.bill_rates, date)?;
                Some((BillSource::Person { person_id }, Rate::per_hour(rate.per_hour)))
            })
            .or_else(|| {
                let money = in_force(self.role_rates, date)?.bill_per_hour?;
                Some((BillSource::Role { role_id: self.role_id? }, Rate::per_hour(money)))
            })
    }

    /// The cost rate of a day: the person's pay, else the role's. `year_minutes` tells the contracted minutes of a
    /// calendar year; a salary of a year without any falls back to the role.
    #[must_use]
    pub fn cost_on(&self, date: Date, year_minutes: impl FnOnce(i16) -> i64) -> Option<(CostSource, Rate)> {
        let pay = in_force(self.compensations, date).and_then(|pay| match pay.kind {
            CompensationKind::Hourly => Some(Rate::per_hour(pay.amount)),
            CompensationKind::Salaried => {
                let per_minutes = year_minutes(date.year());
                let Money { amount_minor, currency } = pay.amount;
                (per_minutes > 0).then_some(Rate { amount_minor, per_minutes, currency })
            }
        });
        if let Some(rate) = pay {
            return Some((CostSource::Compensation { person_id: self.person_id }, rate));
        }
        let money = in_force(self.role_rates, date)?.cost_per_hour?;
        Some((CostSource::Role { role_id: self.role_id? }, Rate::per_hour(money)))
    }

    /// The days on which a rate may change, in no order.
    pub fn changes(&self) -> impl Iterator<Item = Day> {
        let card = self.card.iter().map(|line| line.valid_from);
        let own = self.bill_rates.iter().map(|rate| rate.valid_from);
        let pay = self.compensations.iter().map(|pay| pay.valid_from);
        let role = self.role_rates.iter().map(|rate| rate.valid_from);
        card.chain(own).chain(pay).chain(role).map(day_of)
    }
}

/// The contracted minutes of a whole calendar year, before holidays and time off: the divisor of a salary.
///
/// Somebody who joins or leaves in the year costs no more an hour for it: the first schedule counts from January on
/// and employment does not matter. 0 = no schedule at all.
#[must_use]
pub fn contracted_minutes_of_year(calendar: &WorkCalendar<'_>, year: i16) -> i64 {
    let (Ok(first), Ok(last)) = (Date::new(year, 1, 1), Date::new(year, 12, 31)) else {
        return 0;
    };
    (day_of(first)..=day_of(last))
        .filter_map(|day| {
            let pattern = calendar.pattern_on(day).or_else(|| calendar.patterns.first())?;
            let minutes = pattern.day_minutes(day)?;
            Some(scale_half_up(minutes, calendar.factor_on(day), 10_000))
        })
        .sum()
}

/// What minutes at a rate come to, rounded half-even once.
#[must_use]
pub fn amount_minor(minutes: i64, rate: Rate) -> i64 {
    scale_half_even(minutes, rate.amount_minor, rate.per_minutes)
}

/// Minutes at one rate of one source, and what they come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RateLine<S> {
    /// Whose rate.
    pub source: S,
    /// Which.
    pub rate: Rate,
    /// Of work.
    pub minutes: i64,
    /// What they come to.
    pub amount_minor: i64,
}

/// Sums minutes per rate.
#[derive(Clone, Debug)]
pub struct RateLines<S> {
    lines: Vec<(S, Rate, i64)>,
    unrated_minutes: i64,
}

impl<S> Default for RateLines<S> {
    fn default() -> Self {
        Self { lines: Vec::new(), unrated_minutes: 0 }
    }
}

impl<S: Copy + PartialEq> RateLines<S> {
    /// Adds minutes at a rate, or without one.
    pub fn add(&mut self, found: Option<(S, Rate)>, minutes: i64) {
        let Some((source, rate)) = found else {
            self.unrated_minutes += minutes;
            return;
        };
        match self.lines.iter_mut().find(|line| (line.0, line.1) == (source, rate)) {
            Some(line) => line.2 += minutes,
            None => self.lines.push((source, rate, minutes)),
        }
    }

    /// Minutes for which no rate was found.
    #[must_use]
    pub const fn unrated_minutes(&self) -> i64 {
        self.unrated_minutes
    }

    /// The lines, in the order in which their rates first appeared.
    #[must_use]
    pub fn lines(&self) -> Vec<RateLine<S>> {
        let line = |(source, rate, minutes): &(S, Rate, i64)| RateLine {
            source: *source,
            rate: *rate,
            minutes: *minutes,
            amount_minor: amount_minor(*minutes, *rate),
        };
        self.lines.iter().map(line).collect()
    }
}

/// Sums of shown lines, one for each currency, ordered by code.
#[must_use]
pub fn totals_by_currency<S>(lines: &[RateLine<S>]) -> Vec<Money> {
    let mut totals: Vec<Money> = Vec::new();
    for line in lines {
        let currency = line.rate.currency;
        match totals.iter_mut().find(|total| total.currency == currency) {
            Some(total) => total.amount_minor += line.amount_minor,
            None => totals.push(Money { amount_minor: line.amount_minor, currency }),
        }
    }
    totals.sort_by_key(|total| total.currency);
    totals
}
