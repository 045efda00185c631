//! One operation of the API, declared in one place: path, access, input, answers.
//!
//! The declaration feeds the router, the permission check, the labels of metrics, the OpenAPI
//! document and the tenant matrix.

use std::time::Duration;

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::answer::JSON;
use crate::answer::document::{Document, PageOf};
use crate::answer::stream::EVENT_STREAM;
use crate::gate::Access;
use crate::input::page::{AsOfQuery, PageQuery, RangeQuery};
use crate::input::query::Pairs;
use crate::input::{Upload, json};
use crate::problem::{Class, Problem};
use crate::status::Success;

/// Makes the schema of a type.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What an operation answers when it succeeds.
#[derive(Clone)]
pub(crate) struct SuccessSpec {
    pub success: Success,
    pub media_types: Vec<&'static str>,
    pub schema: Option<SchemaOf>,
}

/// The declaration without its types.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule that an operation has or not")]
pub(crate) struct Spec {
    pub method: Method,
    pub path: &'static str,
    pub id: &'static str,
    pub tag: &'static str,
    pub summary: &'static str,
    pub description: &'static str,
    pub access: Access,
    pub body: Option<SchemaOf>,
    pub body_media_types: &'static [&'static str],
    pub body_bytes_max: Option<usize>,
    pub timeout: Option<Duration>,
    pub queries: Vec<SchemaOf>,
    pub answers: Vec<SuccessSpec>,
    pub refusals: Vec<Class>,
    pub paged: bool,
    pub ranged: bool,
    pub as_of: bool,
    pub if_match: bool,
    pub idempotent: bool,
    pub cookie: bool,
    pub hidden: bool,
    pub unlimited: bool,
}

pub(crate) enum ReadBody<B> {
    None(fn() -> B),
    Json(fn(&[u8]) -> Result<B, Problem>),
    File(fn(Upload) -> B),
}

/// An operation: built with the methods below, then added to [`Operations`](crate::Operations).
pub struct Operation<B = (), Q = ()> {
    pub(crate) spec: Spec,
    pub(crate) read_body: ReadBody<B>,
    pub(crate) read_query: fn(&Pairs<'_>) -> Result<Q, Problem>,
}

impl Operation {
    fn new(method: Method, path: &'static str) -> Self {
        let spec = Spec {
            method,
            path,
            id: "",
            tag: "",
            summary: "",
            description: "",
            access: Access::PlatformAdmin,
            body: None,
            body_media_types: &[],
            body_bytes_max: None,
            timeout: None,
            queries: Vec::new(),
            answers: Vec::new(),
            refusals: Vec::new(),
            paged: false,
            ranged: false,
            as_of: false,
            if_match: false,
            idempotent: false,
            cookie: false,
            hidden: false,
            unlimited: false,
        };
        Self { spec, read_body: ReadBody::None(|| ()), read_query: |_| Ok(()) }
    }

    /// Reads. `HEAD` is answered too.
    #[must_use]
    pub fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Makes something, or acts.
    #[must_use]
    pub fn post(path: &'static str) -> Self {
        Self::new(Method::POST, path)
    }

    /// Replaces; needs `If-Match`.
    #[must_use]
    pub fn put(path: &'static str) -> Self {
        Self::new(Method::PUT, path).if_match()
    }

    /// Changes; needs `If-Match`.
    #[must_use]
    pub fn patch(path: &'static str) -> Self {
        Self::new(Method::PATCH, path).if_match()
    }

    /// Removes; needs `If-Match`.
    #[must_use]
    pub fn delete(path: &'static str) -> Self {
        Self::new(Method::DELETE, path).if_match()
    }
}

impl<B, Q> Operation<B, Q> {
    /// A verb and a noun, unique: `create_person`.
    #[must_use]
    pub fn id(mut self, id: &'static str) -> Self {
        self.spec.id = id;
        self
    }

    /// The heading that it stands under.
    #[must_use]
    pub fn tag(mut self, tag: &'static str) -> Self {
        self.spec.tag = tag;
        self
    }

    /// One line.
    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        self.spec.summary = summary;
        self
    }

    /// More than one line.
    #[must_use]
    pub fn description(mut self, description: &'static str) -> Self {
        self.spec.description = description;
        self
    }

    /// Whom it answers; platform administrators alone where nothing is said.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.spec.access = access;
        self
    }

    /// Takes a JSON body. Its type must refuse unknown fields (`deny_unknown_fields`).
    #[must_use]
    pub fn body<T: DeserializeOwned + JsonSchema>(mut self) -> Operation<T, Q> {
        self.spec.body = Some(|schemas| schemas.subschema_for::<T>());
        self.spec.body_media_types = &[JSON];
        let Self { spec, read_query, .. } = self;
        Operation { spec, read_body: ReadBody::Json(json::parse::<T>), read_query }
    }

    /// Takes a file of one of these media types, at most `bytes_max` long, as a stream.
    #[must_use]
    pub fn upload(mut self, media_types: &'static [&'static str], bytes_max: usize) -> Operation<Upload, Q> {
        self.spec.body_media_types = media_types;
        self.spec.body_bytes_max = Some(bytes_max);
        let Self { spec, read_query, .. } = self;
        Operation { spec, read_body: ReadBody::File(|upload| upload), read_query }
    }

    /// Takes query parameters of its own: the fields of `T`, which may be numbers, switches, dates,
    /// ids, enums, options and lists, but not flattened structs.
    #[must_use]
    pub fn query<T: DeserializeOwned + JsonSchema>(mut self) -> Operation<B, T> {
        self.spec.queries.push(T::json_schema);
        let Self { spec, read_body, .. } = self;
        Operation { spec, read_body, read_query: |pairs| pairs.read() }
    }

    /// Takes `limit` and `cursor`.
    #[must_use]
    pub fn paged(mut self) -> Self {
        self.spec.paged = true;
        self.spec.queries.push(PageQuery::json_schema);
        self
    }

    /// Takes `from`, `to` and `grain`.
    #[must_use]
    pub fn ranged(mut self) -> Self {
        self.spec.ranged = true;
        self.spec.queries.push(RangeQuery::json_schema);
        self
    }

    /// Takes `asOf`.
    #[must_use]
    pub fn as_of(mut self) -> Self {
        self.spec.as_of = true;
        self.spec.queries.push(AsOfQuery::json_schema);
        self
    }

    /// Needs `If-Match` (428 without it). PUT, PATCH and DELETE need it anyway.
    #[must_use]
    pub fn if_match(mut self) -> Self {
        self.spec.if_match = true;
        self
    }

    /// Takes no `If-Match`, though it is a PUT, PATCH or DELETE: what it changes has no version.
    #[must_use]
    pub fn unversioned(mut self) -> Self {
        self.spec.if_match = false;
        self
    }

    /// Takes `Idempotency-Key`.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.spec.idempotent = true;
        self
    }

    /// Acts on a cookie: refused unless the browser says that the page is ours.
    #[must_use]
    pub fn cookie(mut self) -> Self {
        self.spec.cookie = true;
        self
    }

    /// Is served, but stands not in the OpenAPI document (pages, assets).
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.spec.hidden = true;
        self
    }

    /// Is answered under overload, beyond the rate limit and by any host name: probes.
    #[must_use]
    pub(crate) fn unlimited(mut self) -> Self {
        self.spec.unlimited = true;
        self
    }

    /// Takes bodies up to so many bytes, instead of the platform's bound.
    #[must_use]
    pub fn body_bytes_max(mut self, bytes: usize) -> Self {
        self.spec.body_bytes_max = Some(bytes);
        self
    }

    /// May take so long, instead of the platform's bound.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.spec.timeout = Some(timeout);
        self
    }

    /// Answers a value of its own shape.
    #[must_use]
    pub fn ok<T: JsonSchema>(self) -> Self {
        self.answer(Success::Ok, vec![JSON], Some(|schemas| schemas.subschema_for::<T>()))
    }

    /// Answers a new object with its `Location`.
    #[must_use]
    pub fn created<T: JsonSchema>(self) -> Self {
        self.answer(Success::Created, vec![JSON], Some(|schemas| schemas.subschema_for::<T>()))
    }

    /// Answers the job that goes on, with its `Location`.
    #[must_use]
    pub fn accepted<T: JsonSchema>(self) -> Self {
        self.answer(Success::Accepted, vec![JSON], Some(|schemas| schemas.subschema_for::<T>()))
    }

    /// Answers a stored object of this state: [`Document<T>`].
    #[must_use]
    pub fn ok_document<T: JsonSchema>(self) -> Self {
        self.ok::<Document<T>>()
    }

    /// Answers a new stored object of this state: [`Document<T>`].
    #[must_use]
    pub fn created_document<T: JsonSchema>(self) -> Self {
        self.created::<Document<T>>()
    }

    /// Answers a page of `T` and takes `limit` and `cursor`.
    #[must_use]
    pub fn page_of<T: JsonSchema>(self) -> Self {
        self.paged().ok::<PageOf<T>>()
    }

    /// Answers nothing.
    #[must_use]
    pub fn no_content(self) -> Self {
        self.answer(Success::NoContent, Vec::new(), None)
    }

    /// Answers a file; several media types where the caller chooses.
    #[must_use]
    pub fn file(self, media_types: &[&'static str]) -> Self {
        self.answer(Success::Ok, media_types.to_vec(), None)
    }

    /// Answers server-sent events whose data is `T`.
    #[must_use]
    pub fn events<T: JsonSchema>(self) -> Self {
        self.answer(Success::Ok, vec![EVENT_STREAM], Some(|schemas| schemas.subschema_for::<T>()))
    }

    /// Can refuse in these ways too, besides those that follow from the declaration.
    #[must_use]
    pub fn refuses(mut self, classes: &[Class]) -> Self {
        self.spec.refusals.extend_from_slice(classes);
        self
    }

    fn answer(mut self, success: Success, media_types: Vec<&'static str>, schema: Option<SchemaOf>) -> Self {
        self.spec.answers.push(SuccessSpec { success, media_types, schema });
        self
    }
}

impl Spec {
    /// The names of the variable parts of the path, in order.
    pub fn path_names(&self) -> Vec<&'static str> {
        self.path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| name.trim_start_matches('*'))
            .collect()
    }

    /// Every way in which it can refuse.
    pub fn classes(&self) -> Vec<Class> {
        let mut classes = self.refusals.clone();
        // A query that can't be read or has an unknown parameter is refused everywhere.
        classes.extend([Class::Malformed, Class::Invalid, Class::OverLimit, Class::Bug, Class::Unavailable]);
        if self.access != Access::Public {
            classes.push(Class::Unauthenticated);
        }
        if matches!(self.access, Access::Workspace(_) | Access::PlatformAdmin) || self.cookie {
            classes.push(Class::Denied);
        }
        if self.path.contains('{') {
            classes.push(Class::NotFound);
        }
        if !self.body_media_types.is_empty() {
            classes.extend([Class::TooLarge, Class::UnsupportedMedia]);
        }
        if self.if_match {
            classes.extend([Class::Conflict, Class::PreconditionRequired, Class::VersionMismatch]);
        }
        if self.idempotent {
            classes.push(Class::Conflict);
        }
        classes.sort_unstable_by_key(|class| class.status().as_u16());
        classes.dedup();
        classes
    }
}
