//! The use cases that every managed kind has: create, read, list, change, remove, restore. Written once.

use raally_domain::access::Grant;
use raally_domain::decide::{Fault, Form, Managed, Refusal, Rule};
use raally_domain::kind::Kind;
use raally_storage::{Query, Tx};
use serde_json::Value;
use uuid::Uuid;

use crate::answer::{Answer, Page};
use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::{Indexed, from_record};
use crate::failure::Failure;
use crate::narrowed::Whose;
use crate::paging::page;
use crate::references::{Referring, check_own};

/// A kind with the use cases of this file.
pub trait Resource: Managed + Indexed + Referring {}
impl<A: Managed + Indexed + Referring> Resource for A {}

impl App {
    /// A new object, with further facts recorded at once (a person's first job title).
    ///
    /// # Errors
    /// The refusal.
    pub async fn create<A: Resource>(
        &self,
        caller: &Caller,
        details: A::Details,
        also: Vec<A::Event>,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let (details, also) = (details.clone(), also.clone());
            Box::pin(async move {
                let id: Uuid = app.mint().id();
                let mut wanted = vec![A::added(details)];
                wanted.extend(also);
                let changed = app.change::<A>(tx, caller, id, Expect::New, wanted).await?;
                Ok(Answer::created(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// One object as it is, or as it was at an instant (microseconds); deleted ones are not found.
    ///
    /// # Errors
    /// `NotFound`, or when storage fails.
    pub async fn read(&self, caller: &Caller, kind: Kind, id: Uuid, as_of: Option<i64>) -> Result<Answer, Failure> {
        if let Some(at) = as_of {
            return self.read_as_of(caller, kind, id, at).await;
        }
        self.store()
            .read_one(caller.scope(), move |tx| {
                Box::pin(async move {
                    let mut found = None;
                    tx.visit_one(kind, id, |row| {
                        let alive = row.deleted_at.is_none();
                        found = alive.then(|| Answer::found(id, row.version, row.body.to_owned()));
                    })
                    .await?;
                    found.ok_or_else(|| Refusal::NotFound.into())
                })
            })
            .await
    }

    /// A page of objects as stored documents.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(&self, caller: &Caller, query: Query) -> Result<Page, Failure> {
        if self.store().finds_bookings_by_plan()
            && let Some(whose) = Whose::of(&query)
        {
            return self.list_narrowed(caller, query, whose).await;
        }
        let limit = query.limit;
        self.store()
            .read_one(caller.scope(), move |tx| {
                let mut query = query.clone();
                query.limit = limit.saturating_add(1);
                Box::pin(async move { page(tx, &query, limit).await })
            })
            .await
    }

    /// Changes the given fields (RFC 7396 merge patch on the editable part).
    ///
    /// # Errors
    /// The refusal; `VersionMismatch` when somebody was faster.
    pub async fn patch<A: Resource>(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        patch: Value,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let patch = patch.clone();
            Box::pin(async move {
                let details = app.patched::<A>(tx, id, patch).await?;
                let wanted = vec![A::changed(details)];
                let changed = app.change::<A>(tx, caller, id, Expect::Version(version), wanted).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// The editable part of an object with a merge patch applied.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` when the patched document does not fit.
    pub async fn patched<A: Resource>(&self, tx: &mut Tx<'_>, id: Uuid, patch: Value) -> Result<A::Details, Failure> {
        let known = self.load::<A>(tx, id).await?.ok_or(Refusal::NotFound)?;
        patch_value(known.state.details(), patch)
    }

    /// Records facts of an object: what its sub-resources and actions come to.
    ///
    /// # Errors
    /// The refusal.
    pub async fn record<A: Resource>(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        wanted: Vec<A::Event>,
    ) -> Result<Answer, Failure> {
        self.command(caller, move |app, tx, caller| {
            let wanted = wanted.clone();
            Box::pin(async move {
                let changed = app.change::<A>(tx, caller, id, Expect::Version(version), wanted).await?;
                Ok(Answer::changed(id, changed.after.version, changed.body))
            })
        })
        .await
    }

    /// Soft-deletes an object; nothing is answered.
    ///
    /// # Errors
    /// The refusal.
    pub async fn remove<A: Resource>(&self, caller: &Caller, id: Uuid, version: i64) -> Result<Answer, Failure> {
        let answer = self.record::<A>(caller, id, version, vec![A::removed()]).await?;
        Ok(Answer::gone(answer.id, answer.version))
    }

    /// Brings a soft-deleted object back.
    ///
    /// # Errors
    /// The refusal.
    pub async fn restore<A: Resource>(&self, caller: &Caller, id: Uuid, version: i64) -> Result<Answer, Failure> {
        self.record::<A>(caller, id, version, vec![A::restored()]).await
    }

    /// The restricted part of an object (pay, rates, budget) with the object's version, as it is or as it was at an
    /// instant (microseconds). Whose it is today decides who may see it, also of the past.
    ///
    /// # Errors
    /// `NotFound`; `NotYours` when the caller may see the own only and this is not it.
    pub async fn read_money<A: Resource>(
        &self,
        caller: &Caller,
        id: Uuid,
        as_of: Option<i64>,
    ) -> Result<(i64, A::Money), Failure> {
        let (app, caller) = (self.clone(), caller.clone());
        self.store()
            .read(caller.scope(), move |tx| {
                let (app, caller) = (app.clone(), caller.clone());
                Box::pin(async move {
                    let record = tx.get(A::KIND, id).await?.ok_or(Refusal::NotFound)?;
                    let now = from_record::<A>(&record)?;
                    if caller.grant == Grant::Own {
                        check_own(tx, &caller, &now).await?;
                    }
                    let found = match as_of {
                        None => now,
                        Some(at) => from_record::<A>(&app.record_as_of(tx, caller.workspace, A::KIND, id, at).await?)?,
                    };
                    if found.deleted_at.is_some() {
                        return Err(Refusal::NotFound.into());
                    }
                    Ok((found.version, found.money))
                })
            })
            .await
    }
}

/// A value with a merge patch applied.
///
/// # Errors
/// `Invalid` with the field that does not fit.
pub fn patch_value<T: serde::Serialize + serde::de::DeserializeOwned>(known: &T, patch: Value) -> Result<T, Failure> {
    let mut document = serde_json::to_value(known).map_err(Failure::bug)?;
    merge(&mut document, patch);
    serde_path_to_error::deserialize(document).map_err(|error| misfit(error.path(), &error.inner().to_string()))
}

/// Which field of a patched document does not fit, and how.
fn misfit(path: &serde_path_to_error::Path, message: &str) -> Failure {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    let mut push = |token: &str| {
        pointer.push('/');
        pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
    };
    let mut last = None;
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => push(&index.to_string()),
            Segment::Map { key } => {
                push(key);
                last = Some(key.as_str());
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let named = |start: &str| message.strip_prefix(start).and_then(|rest| rest.split('`').next());
    let rule = if let Some(field) = named("unknown field `") {
        if last != Some(field) {
            push(field);
        }
        Rule::Malformed(Form::NoField)
    } else if let Some(field) = named("missing field `") {
        push(field);
        Rule::Missing
    } else {
        Rule::Malformed(Form::WrongType)
    };
    bad_field(&pointer, rule)
}

/// RFC 7396.
pub fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, value) in patch {
        match value {
            Value::Null => {
                fields.remove(&name);
            }
            Value::Object(_) if fields.get(&name).is_some_and(|known| same_shape(known, &value)) => {
                merge(fields.entry(name).or_insert(Value::Null), value);
            }
            other => {
                fields.insert(name, other);
            }
        }
    }
}

/// Tagged unions (effort, working time) are replaced as a whole when their tag changes.
fn same_shape(known: &Value, patch: &Value) -> bool {
    ["form", "source", "of", "unit"].iter().all(|tag| match (known.get(tag), patch.get(tag)) {
        (Some(known), Some(new)) => known == new,
        _ => true,
    })
}

/// A refusal of one field.
#[must_use]
pub fn bad_field(pointer: &str, rule: Rule) -> Failure {
    Refusal::Invalid(vec![Fault { pointer: pointer.to_owned(), rule }]).into()
}
