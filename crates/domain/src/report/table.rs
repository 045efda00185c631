//! Reports as tables, for CSV and XLSX. The mapping to files lives outside the domain.

use jiff::civil::Date;

use crate::model::Money;

/// A report that can be read as one table.
pub trait Tabular {
    /// What stands over each column, in order.
    fn columns() -> Vec<Column>;
    /// The rows, each with one cell a column.
    fn rows(&self) -> impl Iterator<Item = Vec<Cell>>;

    /// The report as JSON.
    ///
    /// # Errors
    /// When a part does not serialise.
    fn json(&self) -> serde_json::Result<Vec<u8>>
    where
        Self: serde::Serialize + Sized,
    {
        serde_json::to_vec(self)
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// For programs; camelCase, as in the JSON.
    pub key: &'static str,
    /// For people.
    pub title: &'static str,
    /// What its cells are.
    pub unit: Unit,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is its unit")]
pub enum Unit {
    Text,
    Count,
    Minutes,
    Date,
    BasisPoints,
    Money,
}

/// A value of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is its value")]
pub enum Cell {
    Text(String),
    Int(i64),
    Minutes(i64),
    Date(Date),
    BasisPoints(i64),
    Money(Money),
    Empty,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn id(id: Option<impl std::fmt::Display>) -> Self {
        id.map_or(Self::Empty, |id| Self::Text(id.to_string()))
    }

    pub(super) fn rate(basis_points: Option<i64>) -> Self {
        basis_points.map_or(Self::Empty, Self::BasisPoints)
    }

    pub(super) fn minutes(minutes: Option<i64>) -> Self {
        minutes.map_or(Self::Empty, Self::Minutes)
    }
}

pub(super) const fn column(key: &'static str, title: &'static str, unit: Unit) -> Column {
    Column { key, title, unit }
}
