//! Whatever a test of this suite is answered is what the OpenAPI document says: a status and a media type that stand
//! there, and a body of that schema. So the document is checked by all that the suite asks, not by examples of its own.

use std::sync::LazyLock;

use http::Method;
use serde_json::Value;

use crate::support::Seen;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/raally.json"))).unwrap()
});

/// Panics when the answer is none that the document knows. Paths and methods that nobody promised are left out.
#[track_caller]
pub fn check(method: &Method, path: &str, seen: &Seen) {
    let Some(operation) = operation(method, path.split('?').next().unwrap_or(path)) else {
        return;
    };
    let answer = resolved(&operation["responses"][seen.status.to_string()]);
    assert!(answer.is_object(), "{}: {} is not documented: {}", seen.what, seen.status, seen.text());
    let media_type = seen.header("content-type").split(';').next().unwrap_or_default();
    let Some(content) = answer["content"].as_object().filter(|_| !seen.body.is_empty()) else {
        return;
    };
    let Some(content) = content.get(media_type) else {
        panic!("{}: {} as {media_type} is not documented", seen.what, seen.status);
    };
    if media_type.ends_with("json") && content.get("schema").is_some() {
        let misfit = misfit(&content["schema"], &seen.json(), "");
        assert_eq!(misfit, None, "{}: {} does not fit the document: {}", seen.what, seen.status, seen.text());
    }
}

/// A path that is written out goes before one with a variable part.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        let variables = wanted.iter().filter(|part| part.starts_with('{')).count();
        let same = wanted.iter().zip(&parts).all(|(wanted, part)| wanted == part || wanted.starts_with('{'));
        (same && wanted.len() == parts.len()).then_some(variables)
    };
    let paths = DOCUMENT["paths"].as_object()?.iter();
    let (_, methods) =
        paths.filter_map(|(template, methods)| Some((fits(template)?, methods))).min_by_key(|(n, _)| *n)?;
    methods.get(method.as_str().to_lowercase())
}

fn resolved(value: &'static Value) -> &'static Value {
    let target = value["$ref"].as_str().and_then(|target| DOCUMENT.pointer(target.trim_start_matches('#')));
    target.map_or(value, resolved)
}

/// Where and how a value breaks a schema of the kind that the document has.
fn misfit(schema: &'static Value, value: &Value, at: &str) -> Option<String> {
    let schema = resolved(schema);
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let none = choices.iter().all(|schema| misfit(schema, value, at).is_some());
            return none.then(|| format!("{at}: {value} is none of {choice}"));
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let typed = types.contains(&type_of(value)) || types.contains(&"number") && value.is_number();
    if !(types.is_empty() || typed) {
        return Some(format!("{at}: {value} is no {types:?}"));
    }
    let listed = schema["enum"].as_array().is_none_or(|names| value.is_null() || names.contains(value));
    if !listed || schema.get("const").is_some_and(|only| only != value) {
        return Some(format!("{at}: {value} is no such word"));
    }
    match value {
        Value::Object(members) => {
            let missing = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            if let Some(name) = missing.into_iter().find(|name| !members.contains_key(*name)) {
                return Some(format!("{at}/{name} is missing"));
            }
            members
                .iter()
                .find_map(|(name, value)| misfit(schema["properties"].get(name)?, value, &format!("{at}/{name}")))
        }
        Value::Array(items) => {
            let of = schema.get("items")?;
            items.iter().enumerate().find_map(|(index, item)| misfit(of, item, &format!("{at}/{index}")))
        }
        _ => None,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
