//! Where readers put what they read: counts it, gives people, clients and projects once, and hands on.

use std::ops::ControlFlow;

use serde::Serialize;

use crate::error::{FileError, RowError, Severity};
use crate::record::{Client, Located, Person, Project, Record};
use crate::table::mapping::Field;
use crate::table::names::{Names, News};
use crate::table::row::RowReader;

/// A record, or what is wrong with a row.
pub type Item = Result<Located<Record>, RowError>;

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Rows of data in a table, sums included; 0 for other formats.
    pub rows: u64,
    /// Rows of sums that were left out.
    pub totals_rows: u64,
    /// Records given.
    pub records: u64,
    /// Rows that gave no record.
    pub errors: u64,
    /// Rows with a warning.
    pub warnings: u64,
}

/// Counts and hands on.
pub(crate) struct Emitter<'a> {
    sink: &'a mut dyn FnMut(Item) -> ControlFlow<()>,
    pub(crate) summary: Summary,
    names: Names,
    stopped: bool,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(sink: &'a mut dyn FnMut(Item) -> ControlFlow<()>) -> Self {
        Self { sink, summary: Summary::default(), names: Names::default(), stopped: false }
    }

    pub(crate) fn record(&mut self, row: u64, record: Record) {
        self.summary.records += 1;
        self.item(Ok(Located { row, record }));
    }

    pub(crate) fn error(&mut self, error: RowError) {
        match error.severity {
            Severity::Error => self.summary.errors += 1,
            Severity::Warning => self.summary.warnings += 1,
        }
        self.item(Err(error));
    }

    fn item(&mut self, item: Item) {
        if !self.stopped && (self.sink)(item).is_break() {
            self.stopped = true;
        }
    }

    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    pub(crate) fn person(&mut self, reader: &mut RowReader<'_>, person: Person) -> Result<(), FileError> {
        match self.names.person(&person)? {
            News::Yes => self.record(reader.row.number, Record::Person(Box::new(person))),
            News::No => {}
            News::Differs(what) => {
                reader.warn(
                    Field::Person,
                    "differs",
                    format!(
                        "this row gives another {what} for the same person than a row above; the first one is kept"
                    ),
                );
            }
        }
        Ok(())
    }

    pub(crate) fn client(&mut self, row: u64, name: &str) -> Result<(), FileError> {
        if self.names.client(name)? == News::Yes {
            self.record(row, Record::Client(Client { name: name.to_owned() }));
        }
        Ok(())
    }

    pub(crate) fn project(&mut self, reader: &mut RowReader<'_>, project: Project) -> Result<(), FileError> {
        if let Some(client) = &project.client {
            self.client(reader.row.number, client)?;
        }
        match self.names.project(&project)? {
            News::Yes => self.record(reader.row.number, Record::Project(Box::new(project))),
            News::No => {}
            News::Differs(what) => {
                reader.warn(
                    Field::Project,
                    "differs",
                    format!(
                        "this row gives another {what} for the same project than a row above; the first one is kept"
                    ),
                );
            }
        }
        Ok(())
    }
}
