//! Pages of stored documents, read in one or several steps.

use raally_storage::{After, OrderBy, Query, Tx};

use crate::answer::Page;
use crate::failure::Failure;

/// Reads a page; one row more than asked tells whether there is a next one.
///
/// # Errors
/// When storage fails.
pub(crate) async fn page(tx: &mut Tx<'_>, query: &Query, limit: u32) -> Result<Page, Failure> {
    if let OrderBy::Column(_) = query.order {
        return page_by_column(tx, query, limit).await;
    }
    let mut paging = Paging::new(limit);
    paging.visit(tx, query).await?;
    Ok(paging.page())
}

/// A page that is read in one or several steps.
pub(crate) struct Paging {
    items: String,
    limit: u32,
    seen: u32,
    last: Option<After>,
}

impl Paging {
    /// A page of at most so many.
    pub(crate) const fn new(limit: u32) -> Self {
        Self { items: String::new(), limit, seen: 0, last: None }
    }

    /// Adds what a query answers.
    pub(crate) async fn visit(&mut self, tx: &mut Tx<'_>, query: &Query) -> Result<(), Failure> {
        let (order, limit) = (query.order, self.limit);
        tx.visit(query, |row| {
            self.seen += 1;
            if self.seen > limit {
                return;
            }
            push(&mut self.items, row.body);
            if self.seen == limit {
                let key = match order {
                    OrderBy::SortKey => row.sort_key.into(),
                    OrderBy::Position => row.position.into(),
                    OrderBy::Id | OrderBy::Column(_) => row.id.into(),
                };
                self.last = Some(After { key, id: row.id });
            }
        })
        .await?;
        Ok(())
    }

    /// There is more than the page holds.
    pub(crate) const fn is_full(&self) -> bool {
        self.seen > self.limit
    }

    /// The page, and where the next one begins if there is one.
    pub(crate) fn page(self) -> Page {
        let next = if self.is_full() { self.last } else { None };
        Page { items: self.items, next }
    }
}

fn push(items: &mut String, body: &str) {
    if !items.is_empty() {
        items.push(',');
    }
    items.push_str(body);
}

async fn page_by_column(tx: &mut Tx<'_>, query: &Query, limit: u32) -> Result<Page, Failure> {
    let mut records = tx.list(query).await?;
    let more = records.len() > limit as usize;
    records.truncate(limit as usize);
    let next = records.last().filter(|_| more).map(|last| query.after_record(last));
    let mut items = String::new();
    for record in &records {
        push(&mut items, &record.body);
    }
    Ok(Page { items, next })
}
