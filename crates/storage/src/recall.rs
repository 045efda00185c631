//! A list of read rows that no table holds, such as those of an instant in the past: filtered, searched, ordered and
//! paged as the engines do it with stored rows. Partitions are the caller's business.

use std::cmp::Ordering;

use crate::query::{Deleted, Filter, Op, OrderBy, Query};
use crate::record::{Record, Value};

impl Query {
    /// The page of these rows that the query asks for. They have their sort keys as a table keeps them, in lower case.
    #[must_use]
    pub fn recall<'a>(&self, rows: &'a [Record]) -> Vec<&'a Record> {
        let text = self.text.as_deref().map(str::to_lowercase);
        let asked = |row: &&Record| {
            let living = match self.deleted {
                Deleted::Exclude => row.deleted_at.is_none(),
                Deleted::Only => row.deleted_at.is_some(),
                Deleted::Include => true,
            };
            living
                && self.position_after.is_none_or(|position| row.position > position)
                && text.as_deref().is_none_or(|text| row.sort_key.contains(text))
                && self.filters.iter().all(|filter| holds(filter, row))
                && !matches!(self.order, OrderBy::Column(name) if value(row, name) == Value::Null)
                && self.after.as_ref().is_none_or(|after| {
                    let key = if self.order == OrderBy::Id { Value::Id(after.id) } else { after.key.clone() };
                    self.directed(self.place(row).cmp(&(key, after.id))).is_gt()
                })
        };
        let mut found: Vec<_> = rows.iter().filter(asked).map(|row| (self.place(row), row)).collect();
        found.sort_by(|(one, _), (other, _)| self.directed(one.cmp(other)));
        found.into_iter().take(self.limit as usize).map(|(_, row)| row).collect()
    }

    /// What the rows are ordered by.
    fn place(&self, row: &Record) -> (Value, uuid::Uuid) {
        let key = match self.order {
            OrderBy::SortKey => Value::Text(row.sort_key.clone()),
            OrderBy::Id => Value::Id(row.id),
            OrderBy::Position => Value::Int(row.position),
            OrderBy::Column(name) => value(row, name),
        };
        (key, row.id)
    }

    const fn directed(&self, order: Ordering) -> Ordering {
        if self.descending { order.reverse() } else { order }
    }
}

fn holds(filter: &Filter, row: &Record) -> bool {
    match filter {
        Filter::In(name, values) => {
            let own = value(row, name);
            own != Value::Null && values.contains(&own)
        }
        Filter::Is(name, op, wanted) => {
            let own = value(row, name);
            match (op, wanted) {
                (Op::Eq, Value::Null) => own == Value::Null,
                (Op::Ne, Value::Null) => own != Value::Null,
                _ if own == Value::Null => false,
                (Op::Eq, _) => own == *wanted,
                (Op::Ne, _) => own != *wanted,
                (Op::Lt, _) => own < *wanted,
                (Op::Le, _) => own <= *wanted,
                (Op::Gt, _) => own > *wanted,
                (Op::Ge, _) => own >= *wanted,
            }
        }
    }
}

fn value(row: &Record, name: &str) -> Value {
    match name {
        "id" => row.id.into(),
        "version" => row.version.into(),
        "position" => row.position.into(),
        "created_at" => row.created_at.into(),
        "updated_at" => row.updated_at.into(),
        "sort_key" => row.sort_key.as_str().into(),
        _ => row.columns.get(name).clone(),
    }
}
