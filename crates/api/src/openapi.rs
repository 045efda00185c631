//! The OpenAPI 3.1 document, made from the table of operations. The same table gives the same bytes.

pub(crate) mod schemas;

use http::Method;
use raally_domain::access::{Action, Grant, Permission, Permissions, Role, may};
use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::gate::{Access, Gate};
use crate::input::conditions::IDEMPOTENCY_KEY_BYTES_MAX;
use crate::operation::Spec;
use crate::operations::Operations;
use crate::problem::{Class, PROBLEM_JSON, ProblemDocument};
use crate::settings::Settings;
use crate::status::Success;
use schemas::Schemas;

/// The name of the cookie that the document names; on TLS it has the prefix `__Host-`.
pub const REFRESH_COOKIE: &str = "raally-refresh";

/// The document.
#[must_use]
pub fn document<S: Gate>(operations: &Operations<S>, settings: &Settings) -> Value {
    document_of(operations.entries.iter().map(|entry| &*entry.spec), settings)
}

pub(crate) fn document_of<'a>(specs: impl Iterator<Item = &'a Spec>, settings: &Settings) -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    let problem = schemas.answer(|generator| generator.subschema_for::<ProblemDocument>());
    for spec in specs.filter(|spec| !spec.hidden) {
        if !tags.contains(&spec.tag) {
            tags.push(spec.tag);
        }
        let path = paths.entry(spec.path).or_insert_with(|| Value::Object(Map::new()));
        path[spec.method.as_str().to_ascii_lowercase()] = operation(spec, &mut schemas);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Raally",
            "version": settings.build.version,
            "summary": "Plans people on projects.",
            "description": "An address or headers that are too long are answered 431, without a body.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": settings.public_url.as_deref().unwrap_or("/")}],
        "tags": tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": REFRESH_COOKIE,
                    "description": "Named __Host-raally-refresh where the server is reached by TLS."},
            },
            "responses": responses(&problem),
            "schemas": {},
            "x-raally-codes": crate::codes::listed(),
        },
    });
    schemas.finish(&mut document);
    document
}

fn operation(spec: &Spec, schemas: &mut Schemas) -> Value {
    let mut value = json!({
        "operationId": spec.id,
        "tags": [spec.tag],
        "summary": spec.summary,
    });
    if !spec.description.is_empty() {
        value["description"] = spec.description.into();
    }
    let parameters = parameters(spec, schemas);
    if !parameters.is_empty() {
        value["parameters"] = parameters.into();
    }
    if !spec.body_media_types.is_empty() {
        let schema = spec.body.map(|body| schemas.request(body));
        value["requestBody"] = json!({"required": true, "content": content(spec.body_media_types, schema)});
    }
    value["responses"] = answers(spec, schemas);
    value["security"] = security(spec);
    value["x-raally-access"] = access(spec.access);
    value
}

fn parameters(spec: &Spec, schemas: &mut Schemas) -> Vec<Value> {
    let mut parameters: Vec<Value> = spec
        .path_names()
        .into_iter()
        .map(|name| {
            let schema = match name {
                "validFrom" => json!({"type": "string", "format": "date"}),
                id if id.ends_with("Id") => json!({"type": "string", "format": "uuid"}),
                _ => json!({"type": "string"}),
            };
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        })
        .collect();
    for query in &spec.queries {
        let schema = schemas.request(*query);
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, mut schema) in properties {
            let mut parameter = json!({"name": name, "in": "query", "required": required.contains(&name.as_str())});
            if let Some(description) = schema.as_object_mut().and_then(|schema| schema.remove("description")) {
                parameter["description"] = description;
            }
            parameter["schema"] = without_null(schema);
            parameters.push(parameter);
        }
    }
    let header = |name: &str, required: bool, description: &str, schema: Value| json!({"name": name, "in": "header", "required": required, "description": description, "schema": schema});
    if spec.if_match {
        let schema = json!({"type": "string", "pattern": "^\"[0-9]+\"$"});
        parameters.push(header("If-Match", true, "The ETag that you read.", schema));
    }
    if spec.idempotent {
        let schema =
            json!({"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_BYTES_MAX, "pattern": "^[!-~]+$"});
        parameters.push(header(
            "Idempotency-Key",
            false,
            "The command is done once under this key, for 24 hours.",
            schema,
        ));
    }
    parameters
}

/// A query parameter is absent or given, never null.
fn without_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [one] = kinds.as_slice() {
            schema["type"] = one.clone();
        }
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
        if let [one] = choices.as_slice() {
            return one.clone();
        }
    }
    schema
}

fn content(media_types: &[&'static str], schema: Option<Value>) -> Value {
    media_types
        .iter()
        .map(|media_type| {
            let media = schema.as_ref().map_or_else(|| json!({}), |schema| json!({"schema": schema}));
            ((*media_type).to_owned(), media)
        })
        .collect::<Map<_, _>>()
        .into()
}

fn answers(spec: &Spec, schemas: &mut Schemas) -> Value {
    let mut answers = Map::new();
    for answer in &spec.answers {
        let mut value = json!({"description": description(answer.success)});
        if matches!(answer.success, Success::Created | Success::Accepted) {
            value["headers"] = json!({"Location": {"description": "Where it is.", "schema": {"type": "string"}}});
        }
        if !answer.media_types.is_empty() {
            let schema = answer.schema.map(|schema| schemas.answer(schema));
            value["content"] = content(&answer.media_types, schema);
        }
        let status = answer.success.status();
        match answers.get_mut(status.as_str()).and_then(|known: &mut Value| known["content"].as_object_mut()) {
            Some(known) => known.extend(value["content"].as_object().cloned().unwrap_or_default()),
            None => _ = answers.insert(status.as_str().to_owned(), value),
        }
    }
    for class in spec.classes() {
        let reference = format!("#/components/responses/{}", name(class));
        answers.insert(class.status().as_str().to_owned(), json!({"$ref": reference}));
    }
    answers.into()
}

const fn description(success: Success) -> &'static str {
    match success {
        Success::Ok => "Here it is.",
        Success::Created => "It exists now.",
        Success::Accepted => "It goes on in the background.",
        Success::NoContent => "Done.",
        Success::NotModified => "What you hold is current.",
        Success::NotReady => "Requests should go elsewhere.",
    }
}

/// `not-found` is `NotFound`.
fn name(class: Class) -> String {
    format!("{class:?}")
}

fn responses(problem: &Value) -> Value {
    Class::ALL
        .into_iter()
        .map(|class| {
            let mut value = json!({
                "description": class.title(),
                "content": {PROBLEM_JSON: {"schema": problem}},
            });
            if class.retryable() {
                value["headers"] = json!({"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}});
            }
            (name(class), value)
        })
        .collect::<Map<_, _>>()
        .into()
}

fn security(spec: &Spec) -> Value {
    match (spec.access, spec.cookie) {
        (Access::Public, false) => json!([]),
        (Access::Public, true) => json!([{"cookie": []}, {}]),
        (_, false) => json!([{"bearer": []}]),
        (_, true) => json!([{"bearer": []}, {"cookie": []}]),
    }
}

fn access(access: Access) -> Value {
    match access {
        Access::Public => json!({"kind": "public"}),
        Access::SignedIn => json!({"kind": "signed-in"}),
        Access::PlatformAdmin => json!({"kind": "platform-admin"}),
        Access::Workspace(action) => {
            let plain = roles(action, Permissions::NONE);
            let mut value = json!({"kind": "workspace", "action": action.name(), "roles": plain});
            for permission in Permission::ALL {
                let with = roles(action, Permissions::NONE.with(permission));
                if with != value["roles"] {
                    value["rolesWith"] = json!({permission.name(): with});
                }
            }
            value
        }
    }
}

fn roles(action: Action, permissions: Permissions) -> Value {
    Role::ALL
        .into_iter()
        .filter_map(|role| match may(role, permissions, action) {
            Grant::Yes => Some((role.name().to_owned(), Value::from("yes"))),
            Grant::Own => Some((role.name().to_owned(), Value::from("own"))),
            Grant::No => None,
        })
        .collect::<Map<_, _>>()
        .into()
}

/// What is wrong with the table, one line each: for a test that holds the whole API to its rules.
#[must_use]
pub fn faults<S: Gate>(operations: &Operations<S>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    for entry in &operations.entries {
        let spec = &entry.spec;
        let mut fault = |text: &str| faults.push(format!("{} {} ({}): {text}", spec.method, spec.path, spec.id));
        if spec.id.is_empty() || ids.contains(&spec.id) {
            fault("the id is missing or taken");
        }
        ids.push(spec.id);
        if !spec.hidden && (spec.tag.is_empty() || spec.summary.is_empty() || spec.answers.is_empty()) {
            fault("tag, summary or answer is missing");
        }
        let in_workspace = spec.path.contains("{workspaceId}");
        if matches!(spec.access, Access::Workspace(_)) != in_workspace && spec.access != Access::PlatformAdmin {
            fault("access and path disagree about the workspace");
        }
        if matches!(spec.method, Method::PUT | Method::PATCH | Method::DELETE) && spec.access == Access::Public {
            fault("the public may change it");
        }
        for open in schemas::open_objects(spec) {
            fault(&format!("the body takes unknown fields at {open}"));
        }
    }
    faults
}

/// A schema as a plain value.
fn plain(schema: &Schema) -> Value {
    schema.as_value().clone()
}
