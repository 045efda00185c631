//! Turns a [`Query`] into SQL. Column names come from the descriptors only, values are always bound (OWASP ASVS 1.2.4).

use std::fmt::Write as _;

use crate::{
    error::StoreError,
    query::{Deleted, Filter, IN_LIST_MAX, LIST_LIMIT_MAX, Op, OrderBy, Partition, Query},
    record::Value,
    row::Param,
    scope::Scope,
    tables::{ReadTable, read_table},
};

/// What to look for in the sort key, folded as `put` folds the key.
pub(crate) fn needle(query: &Query) -> Option<String> {
    query.text.as_deref().filter(|text| !text.is_empty()).map(str::to_lowercase)
}

/// A SELECT with its parameters.
pub(crate) struct Select<'q> {
    pub(crate) text: String,
    pub(crate) params: Vec<Param<'q>>,
    joiner: &'static str,
    on_postgres: bool,
}

const STANDARD_FILTERS: [&str; 6] = ["id", "version", "position", "created_at", "updated_at", "sort_key"];

fn known_column(table: &ReadTable, name: &str) -> Result<&'static str, StoreError> {
    STANDARD_FILTERS
        .into_iter()
        .find(|standard| *standard == name)
        .or_else(|| table.column(name).map(|(known, _)| known))
        .ok_or_else(|| StoreError::bug(format!("{} has no column {name}", table.table)))
}

impl<'q> Select<'q> {
    pub(crate) fn build(
        query: &'q Query,
        needle: Option<&'q str>,
        scope: Scope,
        head: &str,
        on_postgres: bool,
    ) -> Result<Self, StoreError> {
        let mut select = Self::with_conditions(query, needle, scope, head, on_postgres)?;
        let table = read_table(query.kind);
        let column = match query.order {
            OrderBy::SortKey => Some("sort_key"),
            OrderBy::Id => None,
            OrderBy::Position => Some("position"),
            OrderBy::Column(name) => {
                let name = known_column(&table, name)?;
                select.condition(&format!("{name} IS NOT NULL"));
                Some(name)
            }
        };
        let (compare, direction) = if query.descending { ("<", " DESC") } else { (">", "") };
        if let Some(after) = &query.after {
            match column {
                Some(column) => {
                    let (key, id) = (select.bind((&after.key).into()), select.bind(after.id.into()));
                    select.condition(&format!("({column}, id) {compare} ({key}, {id})"));
                }
                None => {
                    let id = select.bind(after.id.into());
                    select.condition(&format!("id {compare} {id}"));
                }
            }
        }
        match column {
            Some(column) => _ = write!(select.text, " ORDER BY {column}{direction}, id{direction}"),
            None => _ = write!(select.text, " ORDER BY id{direction}"),
        }
        let limit = select.bind(Param::Int(i64::from(query.limit.min(LIST_LIMIT_MAX))));
        _ = write!(select.text, " LIMIT {limit}");
        Ok(select)
    }

    pub(crate) fn count(
        query: &'q Query,
        needle: Option<&'q str>,
        scope: Scope,
        table: &str,
        on_postgres: bool,
    ) -> Result<Self, StoreError> {
        Self::with_conditions(query, needle, scope, &format!("SELECT COUNT(*) FROM {table}"), on_postgres)
    }

    fn with_conditions(
        query: &'q Query,
        needle: Option<&'q str>,
        scope: Scope,
        head: &str,
        on_postgres: bool,
    ) -> Result<Self, StoreError> {
        let table = read_table(query.kind);
        let mut text = String::with_capacity(head.len() + 160);
        text.push_str(head);
        let mut select = Self { text, params: Vec::with_capacity(8), joiner: " WHERE ", on_postgres };
        let workspace = match query.partition {
            Partition::Home => Some(scope.home()),
            Partition::In(workspace) => Some(workspace),
            Partition::All if scope == Scope::Platform => None,
            Partition::All => {
                return Err(StoreError::OutOfScope { workspace: scope.home() });
            }
        };
        if let Some(workspace) = workspace {
            scope.check(workspace)?;
            let place = select.bind(workspace.0.into());
            select.condition(&format!("workspace_id = {place}"));
        }
        for filter in &query.filters {
            select.filter(&table, filter)?;
        }
        if let Some(needle) = needle {
            select.contains(needle);
        }
        match query.deleted {
            Deleted::Exclude => select.condition("deleted_at IS NULL"),
            Deleted::Only => select.condition("deleted_at IS NOT NULL"),
            Deleted::Include => {}
        }
        if let Some(position) = query.position_after {
            let place = select.bind(Param::Int(position));
            select.condition(&format!("position > {place}"));
        }
        Ok(select)
    }

    fn filter(&mut self, table: &ReadTable, filter: &'q Filter) -> Result<(), StoreError> {
        match filter {
            Filter::Is(name, op, value) => {
                let name = known_column(table, name)?;
                match (op, value) {
                    (Op::Eq, Value::Null) => self.condition(&format!("{name} IS NULL")),
                    (Op::Ne, Value::Null) => self.condition(&format!("{name} IS NOT NULL")),
                    (_, Value::Null) => {
                        return Err(StoreError::bug(format!("{name} compared with null")));
                    }
                    _ => {
                        let sign = match op {
                            Op::Eq => "=",
                            Op::Ne => "<>",
                            Op::Lt => "<",
                            Op::Le => "<=",
                            Op::Gt => ">",
                            Op::Ge => ">=",
                        };
                        let place = self.bind(value.into());
                        self.condition(&format!("{name} {sign} {place}"));
                    }
                }
            }
            Filter::In(name, values) => {
                let name = known_column(table, name)?;
                if values.len() > IN_LIST_MAX {
                    return Err(StoreError::bug(format!("{} values for {name}, at most {IN_LIST_MAX}", values.len())));
                }
                let Some(last) = values.last() else {
                    self.condition("1 = 0");
                    return Ok(());
                };
                // Padded to a power of two, so that the statement caches meet few texts.
                let padding = values.len().next_power_of_two() - values.len();
                let padded = values.iter().chain(std::iter::repeat_n(last, padding));
                let places: Vec<String> = padded.map(|value| self.bind(value.into())).collect();
                self.condition(&format!("{name} IN ({})", places.join(", ")));
            }
        }
        Ok(())
    }

    fn contains(&mut self, text: &'q str) {
        let place = self.bind(Param::Text(text));
        let condition = if self.on_postgres {
            format!("strpos(sort_key, {place}) > 0")
        } else {
            format!("instr(sort_key, {place}) > 0")
        };
        self.condition(&condition);
    }

    fn condition(&mut self, condition: &str) {
        self.text.push_str(self.joiner);
        self.text.push_str(condition);
        self.joiner = " AND ";
    }

    fn bind(&mut self, param: Param<'q>) -> String {
        self.params.push(param);
        format!("?{}", self.params.len())
    }
}
