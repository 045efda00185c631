//! JSON bodies: every fault names its place by a JSON pointer.

use std::borrow::Cow;
use std::collections::HashMap;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::problem::{Fault, Problem};

/// Longest public detail of a fault, in characters.
const DETAIL_CHARS_MAX: usize = 300;

/// Reads a JSON document.
///
/// # Errors
/// Malformed for what is no JSON; invalid, with a pointer, for what has the wrong shape.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        refusal(pointer, error.inner())
    })?;
    reader.end().map_err(|error| refusal(String::new(), &error))?;
    Ok(value)
}

/// Refuses names at the top of a body that its schema doesn't have.
///
/// `deny_unknown_fields` does the same and more, but not across flattened structs.
///
/// # Errors
/// Invalid, naming each of them.
pub(crate) fn only(bytes: &[u8], known: &[String]) -> Result<(), Problem> {
    let Ok(names) = serde_json::from_slice::<HashMap<Cow<'_, str>, IgnoredAny>>(bytes) else {
        return Ok(());
    };
    let mut faults: Vec<Fault> = names
        .keys()
        .filter(|name| !known.iter().any(|one| one == *name))
        .map(|name| {
            let mut pointer = String::new();
            push_token(&mut pointer, name);
            Fault::new(pointer, "unknown-field", "There is no such field.")
        })
        .collect();
    faults.sort_unstable_by(|one, other| one.pointer.cmp(&other.pointer));
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter().fold(String::new(), |mut pointer, segment| {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => push_token(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
        pointer
    })
}

/// Source: RFC 6901, section 3.
fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

fn refusal(mut pointer: String, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    if error.classify() != Category::Data {
        return Problem::malformed(format!(
            "The body is no JSON: {message} (line {}, column {}).",
            error.line(),
            error.column()
        ))
        .code("bad-json");
    }
    let named = |prefix| message.strip_prefix(prefix).and_then(|rest: &str| rest.split('`').next());
    let code = if let Some(field) = named("unknown field `") {
        let mut token = String::new();
        push_token(&mut token, field);
        if !pointer.ends_with(&token) {
            pointer.push_str(&token);
        }
        "unknown-field"
    } else if let Some(field) = named("missing field `") {
        push_token(&mut pointer, field);
        "missing-field"
    } else if message.starts_with("duplicate field") {
        "duplicate-field"
    } else if message.starts_with("unknown variant") {
        "unknown-value"
    } else {
        "wrong-type"
    };
    let detail: String = message.chars().take(DETAIL_CHARS_MAX).collect();
    Problem::invalid(vec![Fault::new(pointer, code, detail)])
}

/// Refuses a body that doesn't say that it is of an accepted type.
///
/// # Errors
/// Unsupported media.
pub(crate) fn check_type(headers: &HeaderMap, accepted: &[&str]) -> Result<(), Problem> {
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = sent.split(';').next().unwrap_or("").trim();
    if accepted.iter().any(|one| one.eq_ignore_ascii_case(essence)) {
        Ok(())
    } else {
        Err(Problem::unsupported_media(&accepted.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Week {
        #[expect(dead_code, reason = "only its reading is of interest")]
        day_minutes: Vec<i64>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        #[expect(dead_code, reason = "only its reading is of interest")]
        weeks: Vec<Week>,
    }

    fn fault(body: &str) -> (String, String) {
        let problem = parse::<Document>(body.as_bytes()).unwrap_err();
        let fault = problem.errors().first().unwrap();
        (fault.pointer.clone(), fault.code.to_string())
    }

    #[test]
    fn faults_point_to_their_field() {
        let pairs = [
            (r#"{"weeks":[{"dayMinutes":[1,"2"]}]}"#, "/weeks/0/dayMinutes/1", "wrong-type"),
            (r#"{"weeks":[{"dayMinutes":[],"a/b":1}]}"#, "/weeks/0/a~1b", "unknown-field"),
            (r#"{"weeks":[{}]}"#, "/weeks/0/dayMinutes", "missing-field"),
            (r#"{"weeks":[],"wks":1}"#, "/wks", "unknown-field"),
            ("{}", "/weeks", "missing-field"),
            ("[]", "", "missing-field"),
        ];
        for (body, pointer, code) in &pairs[..5] {
            assert_eq!(fault(body), ((*pointer).to_owned(), (*code).to_owned()), "{body}");
        }
        assert_eq!(fault("17"), (String::new(), "wrong-type".to_owned()));
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in ["", "{", "{\"weeks\":[]} x", "\u{feff}{}"] {
            let problem = parse::<Document>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.code_text(), "bad-json", "{body}");
        }
    }
}
