//! The table of operations, and the router made from it.

use std::sync::{Arc, LazyLock};

use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Uri};
use http_body_util::Limited;
use jiff::Timestamp;
use schemars::SchemaGenerator;

use crate::answer::Answer;
use crate::body::Body;
use crate::context::Ctx;
use crate::gate::{Access, Gate};
use crate::input::page::{AsOfQuery, Page, PageQuery, Range, RangeQuery};
use crate::input::query::Pairs;
use crate::input::{Idempotency, Input, PathValues, Upload, conditions, decoded, hyphenated, json};
use crate::openapi::schemas::body_names;
use crate::operation::{Operation, ReadBody, Spec};
use crate::problem::Problem;

/// A request that passed the check, before it is read.
pub(crate) struct Arrived {
    pub headers: HeaderMap,
    pub uri: Uri,
    pub path: PathValues,
    pub body: Body,
    pub bytes: bytes::Bytes,
    pub bytes_max: usize,
}

type Call<S> = Box<dyn Fn(&S, Ctx, Arrived) -> BoxFuture<'static, Result<Answer, Problem>> + Send + Sync>;

pub(crate) struct Entry<S> {
    pub spec: Arc<Spec>,
    /// Whether the body goes to the handler as a stream.
    pub streams_body: bool,
    pub path_names: Vec<&'static str>,
    pub call: Call<S>,
}

/// The table: one row an operation.
pub struct Operations<S> {
    pub(crate) entries: Vec<Entry<S>>,
}

impl<S> Default for Operations<S> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

/// One row of the table, for tests that go through all operations.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path, with names in braces.
    pub path: &'static str,
    /// Whom it answers.
    pub access: Access,
    /// Whether it stands in the OpenAPI document.
    pub hidden: bool,
}

impl<S: Gate> Operations<S> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an operation and who handles it.
    pub fn add<B, Q, F, A>(&mut self, operation: Operation<B, Q>, handler: F) -> &mut Self
    where
        B: Send + 'static,
        Q: Send + 'static,
        F: Fn(S, Ctx, Input<B, Q>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let Operation { spec, read_body, read_query } = operation;
        let spec = Arc::new(spec);
        let streams_body = matches!(read_body, ReadBody::File(_));
        let rules = Arc::clone(&spec);
        let known = Known::later(&spec);
        let call: Call<S> = Box::new(move |state, ctx, arrived| {
            let read = read(&rules, &known, &read_body, read_query, arrived);
            match read {
                Ok(input) => Box::pin(handler(state.clone(), ctx, input)),
                Err(problem) => Box::pin(std::future::ready(Err(problem))),
            }
        });
        self.push(spec, streams_body, call);
        self
    }

    fn push(&mut self, spec: Arc<Spec>, streams_body: bool, call: Call<S>) {
        let path_names = spec.path_names();
        self.entries.push(Entry { spec, streams_body, path_names, call });
    }

    /// Every row, in the order in which they were added.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.entries
            .iter()
            .map(|Entry { spec, .. }| Row {
                id: spec.id,
                method: spec.method.clone(),
                path: spec.path,
                access: spec.access,
                hidden: spec.hidden,
            })
            .collect()
    }
}

/// The names that an operation's input may have.
struct Known {
    parameters: Vec<String>,
    /// At the top of a JSON body; `None` = any, or no JSON body.
    body: Option<Vec<String>>,
}

/// Found out with an operation's first request: the schemas of all operations together cost the start of the process
/// some milliseconds and megabytes.
type KnownLater = LazyLock<Known, Box<dyn FnOnce() -> Known + Send>>;

impl Known {
    fn later(spec: &Arc<Spec>) -> KnownLater {
        let spec = Arc::clone(spec);
        LazyLock::new(Box::new(move || Self {
            parameters: parameter_names(&spec),
            body: spec.body.and_then(body_names),
        }))
    }

    /// The query's parameters, none of which is unknown.
    fn pairs<'q>(&self, uri: &'q Uri) -> Result<Pairs<'q>, Problem> {
        let pairs = Pairs::parse(uri.query().unwrap_or(""))?;
        pairs.only(&self.parameters)?;
        Ok(pairs)
    }

    fn refuse_unknown(&self, bytes: &[u8]) -> Result<(), Problem> {
        self.body.as_ref().map_or(Ok(()), |names| json::only(bytes, names))
    }
}

/// The query parameters that a declaration names.
fn parameter_names(spec: &Spec) -> Vec<String> {
    let mut schemas = SchemaGenerator::default();
    spec.queries
        .iter()
        .filter_map(|schema| schema(&mut schemas).get("properties")?.as_object().cloned())
        .flat_map(|properties| properties.into_iter().map(|(name, _)| name))
        .collect()
}

/// What an operation's declaration asks for beside its query and body.
struct Frame {
    page: Page,
    range: Range,
    as_of: Option<i64>,
    version: Option<i64>,
    idempotency: Option<Idempotency>,
}

impl Frame {
    fn read(rules: &Spec, pairs: &Pairs<'_>, headers: &HeaderMap, uri: &Uri, bytes: &[u8]) -> Result<Self, Problem> {
        let page = if rules.paged { pairs.read::<PageQuery>()?.checked()? } else { Default::default() };
        let range = if rules.ranged { pairs.read::<RangeQuery>()?.checked()? } else { Default::default() };
        let as_of = if rules.as_of { pairs.read::<AsOfQuery>()?.as_of.map(Timestamp::as_microsecond) } else { None };
        let version = if rules.if_match { Some(conditions::if_match(headers)?) } else { None };
        let target = uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        let idempotency =
            if rules.idempotent { conditions::idempotency(headers, rules.id, target, bytes)? } else { None };
        Ok(Self { page, range, as_of, version, idempotency })
    }
}

/// The part that is compiled once an operation: keep it short.
fn read<B, Q>(
    rules: &Spec,
    known: &Known,
    read_body: &ReadBody<B>,
    read_query: fn(&Pairs<'_>) -> Result<Q, Problem>,
    arrived: Arrived,
) -> Result<Input<B, Q>, Problem> {
    let Arrived { headers, uri, path, body, bytes, bytes_max } = arrived;
    let pairs = known.pairs(&uri)?;
    let query = read_query(&pairs)?;
    let Frame { page, range, as_of, version, idempotency } = Frame::read(rules, &pairs, &headers, &uri, &bytes)?;
    drop(pairs);
    let body = read_body.read(known, &headers, body, &bytes, bytes_max)?;
    Ok(Input { body, query, page, range, as_of, idempotency, version, path, headers, uri })
}

impl<B> ReadBody<B> {
    fn read(
        &self,
        known: &Known,
        headers: &HeaderMap,
        body: Body,
        bytes: &[u8],
        bytes_max: usize,
    ) -> Result<B, Problem> {
        match self {
            Self::None(nothing) => Ok(nothing()),
            Self::Json(parse) => {
                let value = parse(bytes)?;
                known.refuse_unknown(bytes)?;
                Ok(value)
            }
            Self::File(pass) => Ok(pass(upload(headers, body, bytes_max))),
        }
    }
}

fn upload(headers: &HeaderMap, body: Body, bytes_max: usize) -> Upload {
    let sent = headers.get(http::header::CONTENT_TYPE);
    let sent = sent.and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = sent.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    Upload { media_type, body: Limited::new(body, bytes_max), bytes_max }
}

/// The methods that a path can have.
pub(crate) const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What is at one path: the index of the operation of each of [`METHODS`].
#[derive(Default)]
pub(crate) struct AtPath {
    pub operations: [Option<usize>; METHODS.len()],
}

impl AtPath {
    /// The `Allow` header.
    pub fn allow(&self) -> String {
        let mut names: Vec<&str> = METHODS
            .iter()
            .zip(self.operations)
            .filter(|(_, operation)| operation.is_some())
            .map(|(method, _)| method.as_str())
            .collect();
        if self.operations[0].is_some() {
            names.insert(1, "HEAD");
        }
        names.push("OPTIONS");
        names.join(", ")
    }

    pub fn operation(&self, method: &Method) -> Option<usize> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        METHODS.iter().position(|one| one == method).and_then(|index| self.operations[index])
    }
}

/// Finds operations by path and method.
pub(crate) struct Routes {
    paths: matchit::Router<usize>,
    at: Vec<AtPath>,
}

impl Routes {
    /// # Errors
    /// Every fault of the table, one line each.
    pub fn build<S>(entries: &[Entry<S>]) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut templates: Vec<&'static str> = Vec::new();
        let mut at: Vec<AtPath> = Vec::new();
        for (index, Entry { spec, .. }) in entries.iter().enumerate() {
            let place = templates.iter().position(|path| *path == spec.path).unwrap_or_else(|| {
                templates.push(spec.path);
                at.push(AtPath::default());
                templates.len() - 1
            });
            match METHODS.iter().position(|method| *method == spec.method) {
                Some(method) if at[place].operations[method].is_none() => {
                    at[place].operations[method] = Some(index);
                }
                _ => faults.push(format!("{}: {} {} is taken", spec.id, spec.method, spec.path)),
            }
        }
        let mut paths = matchit::Router::new();
        for (index, template) in templates.iter().enumerate() {
            if let Err(error) = paths.insert(*template, index) {
                faults.push(format!("{template}: {error}"));
            }
        }
        if faults.is_empty() { Ok(Self { paths, at }) } else { Err(faults) }
    }

    pub fn find<'p>(&self, path: &'p str) -> Option<Found<'_, 'p>> {
        let found = self.paths.at(path).ok()?;
        Some(Found { at: &self.at[*found.value], params: found.params })
    }
}

/// A path that is served.
pub(crate) struct Found<'r, 'p> {
    pub at: &'r AtPath,
    params: matchit::Params<'r, 'p>,
}

impl Found<'_, '_> {
    /// The variable parts of the path.
    ///
    /// # Errors
    /// Not found, when an id is no UUID.
    pub fn values(&self, names: &[&'static str]) -> Result<PathValues, Problem> {
        PathValues::parse(
            names,
            |name| self.params.get(name).and_then(decoded).map(std::borrow::Cow::into_owned),
            |name| self.params.get(name).and_then(hyphenated),
        )
    }
}
