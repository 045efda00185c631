//! Lifts payloads of older versions to today's, one step at a time.

use serde_json::Value;

use super::Unreadable;

/// One step from a version to the next.
type Step = fn(Value) -> Value;

/// `(type name, from version, step)`. Append only.
const STEPS: &[(&str, i32, Step)] = &[];

/// The payload at `current` version.
///
/// # Errors
/// When the stored version is newer than `current`, or a step is missing.
pub fn upcast(type_name: &str, stored: i32, current: i32, payload: Value) -> Result<Value, Unreadable> {
    upcast_by(STEPS, type_name, stored, current, payload)
}

fn upcast_by(
    steps: &[(&str, i32, Step)],
    type_name: &str,
    stored: i32,
    current: i32,
    mut payload: Value,
) -> Result<Value, Unreadable> {
    let too_new = |version| Unreadable::TooNew { type_name: type_name.to_owned(), version, known: current };
    if stored > current || stored < 1 {
        return Err(too_new(stored));
    }
    for version in stored..current {
        let step = steps
            .iter()
            .find(|(name, from, _)| *name == type_name && *from == version)
            .ok_or_else(|| too_new(version))?;
        payload = step.2(payload);
    }
    Ok(payload)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use serde_json::json;

    use super::*;

    fn hours_become_minutes(mut payload: Value) -> Value {
        let hours = payload["hours"].as_i64().unwrap_or(0);
        payload["minutes"] = (hours * 60).into();
        payload.as_object_mut().unwrap().remove("hours");
        payload
    }

    #[test]
    fn an_older_payload_is_lifted_step_by_step() {
        let steps: &[(&str, i32, Step)] = &[
            ("x", 1, hours_become_minutes),
            ("x", 2, |mut p| {
                p["unit"] = "minutes".into();
                p
            }),
        ];
        let lifted = upcast_by(steps, "x", 1, 3, json!({"hours": 2})).unwrap();
        assert_eq!(lifted, json!({"minutes": 120, "unit": "minutes"}));
    }

    #[test]
    fn a_newer_payload_is_refused_by_name() {
        let error = upcast("person-added", 9, 1, json!({})).unwrap_err();
        assert!(error.to_string().contains("person-added has version 9"));
    }
}
