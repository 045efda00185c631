//! Every route that a document names is in the OpenAPI snapshot.

use serde_json::Value;

use crate::generate::SNAPSHOT;
use crate::tree::Tree;

/// Routes that are served beside the ones that the OpenAPI document describes.
const BESIDE: [&str; 2] = ["/api/docs", "/api/openapi.json"];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One operation of the OpenAPI document.
pub struct Operation {
    /// `GET`.
    pub method: String,
    /// `/api/v1/workspaces/{workspaceId}`.
    pub path: String,
    /// Its name everywhere.
    pub id: String,
    /// One sentence.
    pub summary: String,
}

/// The operations of the snapshot by path; `None` while there is no snapshot.
pub fn operations(tree: &Tree) -> Option<Vec<Operation>> {
    let document: Value = serde_json::from_str(&tree.read(SNAPSHOT)?).ok()?;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object()? {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let text = |field: &str| operation[field].as_str().unwrap_or_default().to_owned();
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                id: text("operationId"),
                summary: text("summary"),
            });
        }
    }
    // The order of the document's map depends on what else is built with this program.
    operations.sort_by(|one, other| one.path.cmp(&other.path));
    Some(operations)
}

pub fn check(tree: &Tree) -> Vec<String> {
    let Some(operations) = operations(tree) else {
        return vec![format!("{SNAPSHOT} is missing or no OpenAPI document")];
    };
    let mut faults = Vec::new();
    for path in tree.ending_in(&[".md"]) {
        let text = tree.read(path).unwrap_or_default();
        for route in routes(&text) {
            let known = BESIDE.contains(&route) || operations.iter().any(|operation| begins(&operation.path, route));
            if !known {
                faults.push(format!("{path} names {route}, which the API does not have"));
            }
        }
    }
    faults
}

/// Everything in a text that begins like a route of the API.
fn routes(text: &str) -> Vec<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "/{}_-.$*…".contains(letter);
    text.match_indices("/api/")
        // After a small letter it is a folder; after a digit a port ends, after a capital a variable.
        .filter(|(at, _)| !text[..*at].ends_with(|letter: char| letter.is_ascii_lowercase()))
        .map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            rest[..end].trim_end_matches(['.', '/', '*', '…'])
        })
        .collect()
}

/// Is `route` this path, or the beginning of it? A placeholder or variable stands for anything.
fn begins(path: &str, route: &str) -> bool {
    let mut segments = path.split('/');
    route.split('/').all(|wanted| {
        segments
            .next()
            .is_some_and(|segment| segment == wanted || segment.starts_with('{') || wanted.starts_with(['{', '$']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_found_in_prose_and_commands() {
        let text = "GET `/api/v1/a/{id}`, then curl $HOST/api/v1/b?x=1. Not web/api/v1.";
        assert_eq!(routes(text), ["/api/v1/a/{id}", "/api/v1/b"]);
        assert_eq!(routes("http://127.0.0.1:8080/api/v1/reports/…"), ["/api/v1/reports"]);
    }

    #[test]
    fn a_route_may_be_the_beginning_of_a_path() {
        assert!(begins("/api/v1/people/{id}", "/api/v1"));
        assert!(begins("/api/v1/people/{id}", "/api/v1/people/$ID"));
        assert!(!begins("/api/v1/people/{id}", "/api/v1/persons"));
        assert!(!begins("/api/v1/people", "/api/v1/people/{id}"));
    }
}
