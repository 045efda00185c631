//! What projects cost and are billed, against their budgets (PRODUCT rules 7 and 9).
//!
//! A line is one rate of one source; its minutes are summed first and its amount rounded once. Placeholders count at
//! the rates that their role finds, from today on. The cost side shows pay: leave it out for those who may not see it.

use std::ops::ControlFlow;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frame::{Loads, RowLoad};
use super::query::{ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::{AssignmentId, ProjectId, RoleId};
use crate::model::{Budget, Money};
use crate::plan::{PersonSlot, Plan};
use crate::rules::{
    BillSource, CostSource, Day, Days, Grain, OPEN_END, RateContext, RateLine, RateLines, WorkCalendar, basis_points,
    contracted_minutes_of_year, date_of, day_of, role_on, totals_by_currency,
};

/// Cost and bill of projects against their budgets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostReport {
    /// Ordered by name.
    pub projects: Vec<ProjectCost>,
    /// All projects together, by currency; absent when pay is left out.
    pub cost_totals: Option<Vec<Money>>,
    /// All projects together, by currency.
    pub bill_totals: Vec<Money>,
}

/// One project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectCost {
    /// Which.
    pub project_id: ProjectId,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: Option<String>,
    /// Planned work of the range.
    pub minutes: i64,
    /// Part of it that placeholders stand for.
    pub placeholder_minutes: i64,
    /// What may be used.
    pub budget: Budget,
    /// Minutes ÷ budget; absent without a budget in minutes.
    pub minutes_basis_points: Option<i64>,
    /// What it costs; absent when pay is left out.
    pub cost: Option<MoneySide<CostSource>>,
    /// What is billed.
    pub bill: MoneySide<BillSource>,
    /// Assignments of which the minutes are unknown.
    pub unknown_assignment_ids: Vec<AssignmentId>,
}

/// Lines, totals, and how they stand to the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoneySide<S> {
    /// One a rate.
    pub lines: Vec<RateLine<S>>,
    /// Sums of the lines, by currency.
    pub totals: Vec<Money>,
    /// Minutes for which no rate was found.
    pub unrated_minutes: i64,
    /// Total in the budget's currency ÷ budget; absent without a budget in money.
    pub budget_basis_points: Option<i64>,
}

impl<S: Copy + PartialEq + Ord> MoneySide<S> {
    fn new(rated: &RateLines<S>, budget: Budget) -> Self {
        let mut lines = rated.lines();
        lines.sort_by(|a, b| {
            let key =
                |line: &RateLine<S>| (line.source, line.rate.currency, line.rate.amount_minor, line.rate.per_minutes);
            key(a).cmp(&key(b))
        });
        let totals = totals_by_currency(&lines);
        let used = |budget: Money| {
            let total = totals.iter().find(|total| total.currency == budget.currency);
            basis_points(total.map_or(0, |total| total.amount_minor), budget.amount_minor)
        };
        let budget_basis_points = budget.amount.and_then(used);
        Self { lines, totals, unrated_minutes: rated.unrated_minutes(), budget_basis_points }
    }
}

impl CostReport {
    /// The report for those who may not see pay.
    #[must_use]
    pub fn without_pay(mut self) -> Self {
        self.cost_totals = None;
        for project in &mut self.projects {
            project.cost = None;
        }
        self
    }
}

#[derive(Default)]
struct ProjectSums {
    minutes: i64,
    placeholder_minutes: i64,
    cost: RateLines<CostSource>,
    bill: RateLines<BillSource>,
    unknown: Vec<AssignmentId>,
}

/// Cost and bill of projects in a range. Placeholders' days before `today` drop out.
///
/// # Errors
/// When the range is too large.
pub fn cost(plan: &Plan, query: &ReportQuery, today: Date) -> Result<CostReport, ReportFault> {
    let asked = Selection::with_grain(plan, query, Grain::Total)?;
    let mut sums: FxHashMap<ProjectId, ProjectSums> = FxHashMap::default();
    let wanted = plan.projects().filter_map(|entry| plan.project_number(entry.id).map(|number| (entry.id, number)));
    for (id, _) in wanted.filter(|(_, number)| asked.selects_project(*number)) {
        sums.entry(id).or_default();
    }
    let mut loads = Loads::default();
    for (slot, _) in asked.everybody() {
        let table = plan.working_days(slot, asked.range, query.include_pending);
        let Some(calendar) = plan.work_calendar(slot, false) else {
            continue;
        };
        let mut rater = Rater { plan, slot, calendar, years: Vec::new() };
        let from = if slot.is_placeholder() { day_of(today) } else { Day::MIN };
        let mut each = |load: &RowLoad<'_>| {
            let Some(id) = plan.project_of(load.row).map(|entry| entry.id) else {
                return;
            };
            let project = sums.entry(id).or_default();
            if !load.known {
                project.unknown.push(load.row.id);
            }
            rater.add(load, load.days.intersect(Days::new(from, OPEN_END)), project);
        };
        loads.fill(&asked, slot, &table, Some(&mut each));
    }
    let mut projects: Vec<ProjectCost> = sums.iter().map(|(id, sums)| project_cost(plan, *id, sums)).collect();
    projects.sort_by(|a, b| (&a.name, a.project_id).cmp(&(&b.name, b.project_id)));
    let costs = projects.iter().filter_map(|project| project.cost.as_ref()).flat_map(|side| &side.lines);
    let cost_totals = Some(totals_by_currency(&costs.copied().collect::<Vec<_>>()));
    let bills = projects.iter().flat_map(|project| &project.bill.lines);
    let bill_totals = totals_by_currency(&bills.copied().collect::<Vec<_>>());
    Ok(CostReport { projects, cost_totals, bill_totals })
}

fn project_cost(plan: &Plan, id: ProjectId, sums: &ProjectSums) -> ProjectCost {
    let entry = plan.project(id);
    let details = entry.and_then(|entry| entry.value.as_ref()).map(|project| &project.details);
    let budget = entry.map(|entry| entry.money.budget).unwrap_or_default();
    let mut unknown_assignment_ids = sums.unknown.clone();
    unknown_assignment_ids.sort_unstable();
    ProjectCost {
        project_id: id,
        name: details.map(|details| details.name.clone()).unwrap_or_default(),
        code: details.and_then(|details| details.code.clone()),
        minutes: sums.minutes,
        placeholder_minutes: sums.placeholder_minutes,
        budget,
        minutes_basis_points: budget.minutes.and_then(|whole| basis_points(sums.minutes, whole)),
        cost: Some(MoneySide::new(&sums.cost, budget)),
        bill: MoneySide::new(&sums.bill, budget),
        unknown_assignment_ids,
    }
}

/// Finds the rates of one person's minutes.
struct Rater<'a> {
    plan: &'a Plan,
    slot: &'a PersonSlot,
    calendar: WorkCalendar<'a>,
    years: Vec<(i16, i64)>,
}

impl Rater<'_> {
    fn add(&mut self, load: &RowLoad<'_>, days: Days, sums: &mut ProjectSums) {
        let mut from = days.from;
        while from <= days.to {
            let to = self.same_rates_until(load, from).min(days.to);
            let minutes = load.in_bucket(Days::new(from, to));
            if minutes > 0 {
                sums.minutes += minutes;
                if self.slot.is_placeholder() {
                    sums.placeholder_minutes += minutes;
                }
                self.rate(load, from, minutes, sums);
            }
            from = to + 1;
        }
    }

    fn role(&self, load: &RowLoad<'_>, date: Date) -> Option<RoleId> {
        self.plan.role_of(load.row).or_else(|| role_on(self.slot.alive()?, date))
    }

    fn context<'b>(&'b self, load: &RowLoad<'_>, date: Date) -> RateContext<'b> {
        let role_id = self.role(load, date);
        let role = role_id.and_then(|role| self.plan.role(role));
        let money = self.slot.money();
        RateContext {
            person_id: self.slot.id,
            role_id,
            phase_id: self.plan.phase_of(load.row),
            card: self.plan.project_of(load.row).map_or(&[], |entry| &entry.money.rates),
            bill_rates: &money.bill_rates,
            compensations: if self.slot.is_placeholder() { &[] } else { &money.compensations },
            role_rates: role.map_or(&[], |entry| &entry.money.rates),
        }
    }

    /// The last day before a rate, the role or the calendar year may change.
    fn same_rates_until(&self, load: &RowLoad<'_>, from: Day) -> Day {
        let date = date_of(from);
        let year_end = Date::new(date.year(), 12, 31).map_or(Day::MAX, day_of);
        let titles = self.slot.alive().map_or(&[][..], |person| &person.job_titles);
        let context = self.context(load, date);
        let changes = context.changes().chain(titles.iter().map(|title| day_of(title.valid_from)));
        changes.filter(|day| *day > from).map(|day| day - 1).fold(year_end, Day::min)
    }

    fn rate(&mut self, load: &RowLoad<'_>, from: Day, minutes: i64, sums: &mut ProjectSums) {
        let date = date_of(from);
        let salaried = !self.slot.money().compensations.is_empty();
        let year_minutes = if salaried { self.year_minutes(date.year()) } else { 0 };
        let context = self.context(load, date);
        sums.bill.add(context.bill_on(date), minutes);
        sums.cost.add(context.cost_on(date, |_| year_minutes), minutes);
    }

    fn year_minutes(&mut self, year: i16) -> i64 {
        let known = self.years.iter().try_for_each(|(of, minutes)| match *of == year {
            true => ControlFlow::Break(*minutes),
            false => ControlFlow::Continue(()),
        });
        if let ControlFlow::Break(minutes) = known {
            return minutes;
        }
        let minutes = contracted_minutes_of_year(&self.calendar, year);
        self.years.push((year, minutes));
        minutes
    }
}

impl Tabular for CostReport {
    fn columns() -> Vec<Column> {
        vec![
            column("projectId", "Project id", Unit::Text),
            column("code", "Code", Unit::Text),
            column("name", "Project", Unit::Text),
            column("side", "Side", Unit::Text),
            column("minutes", "Work", Unit::Minutes),
            column("amount", "Amount", Unit::Money),
            column("budget", "Budget", Unit::Money),
            column("budgetBasisPoints", "Of budget", Unit::BasisPoints),
        ]
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.projects.iter().flat_map(|project| {
            let row = |side: &str, total: &Money| {
                let same = project.budget.amount.filter(|budget| budget.currency == total.currency);
                vec![
                    Cell::id(Some(project.project_id)),
                    project.code.as_ref().map_or(Cell::Empty, Cell::text),
                    Cell::text(&project.name),
                    Cell::text(side),
                    Cell::Minutes(project.minutes),
                    Cell::Money(*total),
                    same.map_or(Cell::Empty, Cell::Money),
                    Cell::rate(same.and_then(|budget| basis_points(total.amount_minor, budget.amount_minor))),
                ]
            };
            let cost = project.cost.iter().flat_map(|side| &side.totals).map(move |total| row("cost", total));
            let bill = project.bill.totals.iter().map(move |total| row("bill", total));
            cost.chain(bill)
        })
    }
}
