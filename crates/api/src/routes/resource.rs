//! The operations that every managed kind has, declared once: list, create, read, change, remove, restore.

use raally_application::App;
use raally_application::managed::Resource;
use raally_domain::access::Action;
use raally_storage::{Deleted, OrderBy, Query};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::convert::{answer, caller, collection};
use crate::answer::Answer;
use crate::context::Ctx;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

/// The words of one kind.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub tag: &'static str,
    pub many: &'static str,
    pub one: &'static str,
    pub id: &'static str,
    pub list: &'static str,
    pub create: &'static str,
    pub read: &'static str,
    pub change: &'static str,
    pub remove: &'static str,
    pub restore: &'static str,
}

/// `words!("people", "person", "personId", "People")`.
macro_rules! words {
    ($many:literal, $one:literal, $id:literal, $tag:literal, $many_id:literal, $one_id:literal) => {
        $crate::routes::resource::Words {
            tag: $tag,
            many: concat!("/api/v1/workspaces/{workspaceId}/", $many),
            one: concat!("/api/v1/workspaces/{workspaceId}/", $many, "/{", $id, "}"),
            id: $id,
            list: concat!("list_", $many_id),
            create: concat!("create_", $one_id),
            read: concat!("get_", $one_id),
            change: concat!("change_", $one_id),
            remove: concat!("remove_", $one_id),
            restore: concat!("restore_", $one_id),
        }
    };
}
pub(crate) use words;

/// What every list can be asked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    /// Part of the name, in any case.
    pub q: Option<String>,
    /// Deleted objects: left out, alone, or with the others.
    pub deleted: Option<DeletedQuery>,
    /// Only what changed after this log position (of an event), deleted objects included: for keeping a copy.
    pub updated_since: Option<jiff::Timestamp>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DeletedQuery {
    Exclude,
    Only,
    Include,
}

/// A list's own filters.
pub(crate) trait Filters: DeserializeOwned + JsonSchema + Send + 'static {
    /// What every list can be asked.
    fn list(&self) -> ListQuery;
    /// The own ones.
    fn apply(&self, query: Query) -> Query {
        query
    }
}

impl Filters for ListQuery {
    fn list(&self) -> ListQuery {
        self.clone()
    }
}

/// The query of a list, without its page.
pub(crate) fn list_query<A: Resource>(filters: &impl Filters, order: OrderBy) -> Query {
    let asked = filters.list();
    let mut query = Query::new(A::KIND).order(order);
    query.text = asked.q.filter(|text| !text.trim().is_empty());
    query.deleted = match asked.deleted {
        None | Some(DeletedQuery::Exclude) => Deleted::Exclude,
        Some(DeletedQuery::Only) => Deleted::Only,
        Some(DeletedQuery::Include) => Deleted::Include,
    };
    if let Some(since) = asked.updated_since {
        query.deleted = Deleted::Include;
        query = query.filter("updated_at", raally_storage::Op::Gt, since.as_microsecond());
    }
    filters.apply(query)
}

/// Answers one page of a list.
pub(crate) async fn list<A: Resource, F: Filters>(
    app: App,
    ctx: Ctx,
    input: Input<(), F>,
    order: OrderBy,
    operation: &'static str,
) -> Result<Answer, Problem> {
    let caller = caller(&ctx, &input)?;
    let mut query = list_query::<A>(&input.query, order);
    query.limit = input.page.limit;
    if let Some(cursor) = &input.page.cursor {
        query.after = Some(app.cursor_in(caller.workspace, operation, cursor)?);
    }
    let page = match input.as_of {
        None => app.list(&caller, query).await?,
        Some(at) => app.list_as_of(&caller, query, at).await?,
    };
    let next = page.next.map(|after| app.cursor_out(caller.workspace, operation, &after)).transpose()?;
    let items = Some(page.items).filter(|items| !items.is_empty());
    Ok(Answer::page(items, next.as_deref()))
}

/// Adds list and reading.
pub(crate) fn add_reading<A: Resource + JsonSchema, F: Filters>(
    ops: &mut Operations<App>,
    words: Words,
    order: OrderBy,
    read: Action,
) {
    let operation = Operation::get(words.many)
        .id(words.list)
        .tag(words.tag)
        .summary("List, a page at a time, as it is or as it was at an instant")
        .access(Access::Workspace(read))
        .as_of()
        .query::<F>()
        .page_of::<crate::Document<A>>();
    ops.add(operation, move |app, ctx, input| list::<A, F>(app, ctx, input, order, words.list));

    let operation = Operation::get(words.one)
        .id(words.read)
        .tag(words.tag)
        .summary("Read one, as it is or as it was at an instant")
        .access(Access::Workspace(read))
        .as_of()
        .ok_document::<A>();
    ops.add(operation, move |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let id = input.id(words.id)?;
        Ok(answer(app.read(&caller, A::KIND, id, input.as_of).await?, ""))
    });
}

/// Adds creating.
pub(crate) fn add_creating<A: Resource + JsonSchema>(ops: &mut Operations<App>, words: Words, edit: Action) {
    let operation = Operation::post(words.many)
        .id(words.create)
        .tag(words.tag)
        .summary("Add one")
        .access(Access::Workspace(edit))
        .idempotent()
        .body::<A::Details>()
        .created_document::<A>();
    ops.add(operation, move |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let collection = collection(&input);
        Ok(answer(app.create::<A>(&caller, input.body, Vec::new()).await?, &collection))
    });
}

/// Adds changing.
pub(crate) fn add_changing<A: Resource + JsonSchema>(ops: &mut Operations<App>, words: Words, edit: Action) {
    let operation = Operation::patch(words.one)
        .id(words.change)
        .tag(words.tag)
        .summary("Change the given fields (RFC 7396 merge patch)")
        .access(Access::Workspace(edit))
        .body::<Patch<A::Details>>()
        .ok_document::<A>();
    ops.add(operation, move |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id(words.id)?, input.version()?);
        Ok(answer(app.patch::<A>(&caller, id, version, input.body.0).await?, ""))
    });
}

/// Adds removing.
pub(crate) fn add_removing<A: Resource>(ops: &mut Operations<App>, words: Words, edit: Action) {
    let operation = Operation::delete(words.one)
        .id(words.remove)
        .tag(words.tag)
        .summary("Remove; it can be restored")
        .access(Access::Workspace(edit))
        .no_content();
    ops.add(operation, move |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id(words.id)?, input.version()?);
        Ok(answer(app.remove::<A>(&caller, id, version).await?, ""))
    });
}

/// Adds restoring; `path` is the object's path and `/restore`.
pub(crate) fn add_restoring<A: Resource + JsonSchema>(
    ops: &mut Operations<App>,
    words: Words,
    path: &'static str,
    edit: Action,
) {
    let operation = Operation::post(path)
        .id(words.restore)
        .tag(words.tag)
        .summary("Bring a removed one back")
        .access(Access::Workspace(edit))
        .if_match()
        .idempotent()
        .ok_document::<A>();
    ops.add(operation, move |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version) = (input.id(words.id)?, input.version()?);
        Ok(answer(app.restore::<A>(&caller, id, version).await?, ""))
    });
}

/// All of them, for a kind without peculiarities.
macro_rules! resource {
    ($ops:ident, $type:ty, $filters:ty, $order:expr, $read:expr, $edit:expr,
     $many:literal, $one:literal, $id:literal, $tag:literal, $many_id:literal, $one_id:literal) => {{
        let words = $crate::routes::resource::words!($many, $one, $id, $tag, $many_id, $one_id);
        $crate::routes::resource::add_reading::<$type, $filters>($ops, words, $order, $read);
        $crate::routes::resource::add_creating::<$type>($ops, words, $edit);
        $crate::routes::resource::add_changing::<$type>($ops, words, $edit);
        $crate::routes::resource::add_removing::<$type>($ops, words, $edit);
        let path = concat!("/api/v1/workspaces/{workspaceId}/", $many, "/{", $id, "}/restore");
        $crate::routes::resource::add_restoring::<$type>($ops, words, path, $edit);
        words
    }};
}
pub(crate) use resource;

/// A JSON merge patch of `D`: any of its fields, null where a field is to be emptied.
#[derive(Debug)]
pub(crate) struct Patch<D>(pub Value, std::marker::PhantomData<fn() -> D>);

impl<'de, D> Deserialize<'de> for Patch<D> {
    fn deserialize<S: serde::Deserializer<'de>>(deserializer: S) -> Result<Self, S::Error> {
        let fields = serde_json::Map::deserialize(deserializer)?;
        Ok(Self(Value::Object(fields), std::marker::PhantomData))
    }
}

impl<D: JsonSchema> JsonSchema for Patch<D> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}Patch", D::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = D::json_schema(generator);
        schema.remove("required");
        schema
    }
}
