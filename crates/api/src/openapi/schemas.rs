//! Schemas of requests and answers under one roof.
//!
//! A type that is both sent and answered can have two shapes (a field with a default may be left
//! out, but is always answered). Where the shapes differ, the one that is sent gets the ending `Input`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::plain;
use crate::operation::{SchemaOf, Spec};

const ROOT: &str = "#/components/schemas/";
/// How deep compositions are followed.
const DEPTH_MAX: u8 = 8;
/// Marks references of requests until it is known which shapes differ.
const SENT: &str = "#/sent/";

pub(super) struct Schemas {
    sent: SchemaGenerator,
    answered: SchemaGenerator,
}

fn settings(path: &'static str) -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = path.into();
    })
}

impl Schemas {
    pub fn new() -> Self {
        Self {
            sent: settings("/sent").for_deserialize().into_generator(),
            answered: settings("/components/schemas").for_serialize().into_generator(),
        }
    }

    pub fn request(&mut self, schema: SchemaOf) -> Value {
        plain(&schema(&mut self.sent))
    }

    pub fn answer(&mut self, schema: SchemaOf) -> Value {
        plain(&schema(&mut self.answered))
    }

    /// Puts the schemas into the document and turns every reference to the shape that it means.
    pub fn finish(mut self, document: &mut Value) {
        let answered: BTreeMap<String, Value> = self.answered.take_definitions(true).into_iter().collect();
        let sent: BTreeMap<String, Value> = self.sent.take_definitions(true).into_iter().collect();
        let apart = differing(&sent, &answered);
        let mut schemas: BTreeMap<String, Value> = answered;
        for (name, mut schema) in sent {
            redirect(&mut schema, &apart);
            let name = if apart.contains(&name) { format!("{name}Input") } else { name };
            schemas.entry(name).or_insert(schema);
        }
        document["components"]["schemas"] = schemas.into_iter().collect::<Map<_, _>>().into();
        redirect(document, &apart);
    }
}

/// The names whose two shapes differ, themselves or in what they refer to.
fn differing(sent: &BTreeMap<String, Value>, answered: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let none = BTreeSet::new();
    let mut apart: BTreeSet<String> = sent
        .iter()
        .filter(|(name, schema)| {
            let mut schema = (*schema).clone();
            redirect(&mut schema, &none);
            answered.get(*name).is_some_and(|other| *other != schema)
        })
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let more: Vec<String> = sent
            .iter()
            .filter(|(name, _)| answered.contains_key(*name) && !apart.contains(*name))
            .filter(|(_, schema)| refers(schema, &apart))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return apart;
        }
        apart.extend(more);
    }
}

fn refers(schema: &Value, names: &BTreeSet<String>) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, value)| match (key.as_str(), value) {
            ("$ref", Value::String(target)) => target.strip_prefix(SENT).is_some_and(|name| names.contains(name)),
            (_, value) => refers(value, names),
        }),
        Value::Array(items) => items.iter().any(|item| refers(item, names)),
        _ => false,
    }
}

fn redirect(schema: &mut Value, apart: &BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                if key == "$ref"
                    && let Some(name) = value.as_str().and_then(|target| target.strip_prefix(SENT))
                {
                    let ending = if apart.contains(name) { "Input" } else { "" };
                    *value = format!("{ROOT}{name}{ending}").into();
                } else {
                    redirect(value, apart);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, apart)),
        _ => {}
    }
}

/// The names that a JSON body may have at its top; `None` where any may be there.
pub(crate) fn body_names(body: SchemaOf) -> Option<Vec<String>> {
    let mut generator = settings("/sent").for_deserialize().into_generator();
    let root = plain(&body(&mut generator));
    let definitions: BTreeMap<String, Value> = generator.take_definitions(true).into_iter().collect();
    let mut names = Vec::new();
    let closed = gather(&root, &definitions, &mut names, DEPTH_MAX);
    (closed && !names.is_empty()).then_some(names)
}

/// Adds the names of an object and of what it is composed of; false where it is open on purpose.
fn gather(schema: &Value, definitions: &BTreeMap<String, Value>, names: &mut Vec<String>, depth: u8) -> bool {
    let Some(members) = schema.as_object() else {
        return false;
    };
    let open = |key: &str| members.get(key).is_some_and(|value| *value != Value::Bool(false));
    if depth == 0 || open("additionalProperties") || open("unevaluatedProperties") || open("patternProperties") {
        return false;
    }
    let own = members.get("properties").and_then(Value::as_object);
    names.extend(own.into_iter().flatten().map(|(name, _)| name.clone()));
    let mut closed = true;
    if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(SENT)) {
        closed &= definitions.get(name).is_some_and(|schema| gather(schema, definitions, names, depth - 1));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        for part in members.get(key).and_then(Value::as_array).into_iter().flatten() {
            closed &= gather(part, definitions, names, depth - 1);
        }
    }
    closed
}

/// The places below the top of a body where unknown fields would pass unnoticed.
pub(super) fn open_objects(spec: &Spec) -> Vec<String> {
    let Some(body) = spec.body else {
        return Vec::new();
    };
    let mut generator = settings("/sent").for_deserialize().into_generator();
    let root = plain(&body(&mut generator));
    let top = root.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(SENT));
    let checked = body_names(body).is_some();
    let mut open = Vec::new();
    look(&root, "body", checked, &mut open);
    for (name, schema) in generator.take_definitions(true) {
        look(&schema, &name, checked && top == Some(name.as_str()), &mut open);
    }
    open
}

fn look(schema: &Value, place: &str, checked: bool, open: &mut Vec<String>) {
    let Some(members) = schema.as_object() else {
        return;
    };
    let denies = |key: &&str| members.get(*key) == Some(&Value::Bool(false));
    let closed = checked || ["additionalProperties", "unevaluatedProperties"].iter().any(denies);
    let properties = members.get("properties").and_then(Value::as_object);
    if properties.is_some() && !closed {
        open.push(place.to_owned());
    }
    for (name, property) in properties.into_iter().flatten() {
        look(property, &format!("{place}/{name}"), false, open);
    }
    for key in ["oneOf", "anyOf", "allOf", "prefixItems"] {
        for (index, choice) in members.get(key).and_then(Value::as_array).into_iter().flatten().enumerate() {
            look(choice, &format!("{place}/{key}/{index}"), closed && key != "prefixItems", open);
        }
    }
    if let Some(items) = members.get("items") {
        look(items, &format!("{place}/items"), false, open);
    }
}
