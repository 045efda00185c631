//! When the key that signs access tokens is replaced, and how long the old one stays published.

use super::{LEEWAY_S, TOKEN_LIFE_S};
use crate::{DAY_US, SECOND_US};

/// After this a key signs nothing new, in microseconds.
pub const KEY_LIFE_US: i64 = 30 * DAY_US;
/// A new key is published for so long before it signs, in microseconds, so that every process has read it by then.
pub const KEY_SETTLES_US: i64 = 60 * SECOND_US;
/// A retired key stays published until its last token has expired: also a process that learnt late that the key is
/// retired may have signed for as long as a new one settles.
const PUBLISHED_AFTER_US: i64 = (TOKEN_LIFE_S + LEEWAY_S) * SECOND_US + KEY_SETTLES_US;

/// What the database knows of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAge {
    /// Its name.
    pub kid: String,
    /// When it was made, in microseconds.
    pub created_at: i64,
    /// Since when it signs nothing new, in microseconds.
    pub retired_at: Option<i64>,
}

/// What is to be done with the keys now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// Make and publish a new one.
    pub generate: bool,
    /// Mark these as retired now.
    pub retire: Vec<String>,
    /// Forget these: their last token has expired.
    pub remove: Vec<String>,
}

/// The key that signs at the instant `now`: the youngest that has settled, else the oldest there is.
#[must_use]
pub fn active(keys: &[KeyAge], now: i64) -> Option<&KeyAge> {
    let usable = || keys.iter().filter(|key| key.retired_at.is_none());
    let settled = usable().filter(|key| now.saturating_sub(key.created_at) >= KEY_SETTLES_US);
    let order = |key: &&KeyAge| (key.created_at, key.kid.clone());
    settled.max_by_key(order).or_else(|| usable().min_by_key(order))
}

/// Decides at the instant `now`, in microseconds. Do what it says and call it again later: it never leaves an
/// installation without a key, and does nothing twice. `force` asks for a new key whatever the age of the present one.
#[must_use]
pub fn plan_rotation(keys: &[KeyAge], now: i64, force: bool) -> Rotation {
    let Some(active) = active(keys, now) else {
        return Rotation { generate: true, ..Rotation::default() };
    };
    let age = |key: &KeyAge| now.saturating_sub(key.created_at);
    let successor = keys.iter().any(|key| key.retired_at.is_none() && key.created_at > active.created_at);
    let superseded =
        |key: &&KeyAge| key.retired_at.is_none() && key.kid != active.kid && key.created_at <= active.created_at;
    let over = |key: &&KeyAge| key.retired_at.is_some_and(|at| now.saturating_sub(at) > PUBLISHED_AFTER_US);
    let names = |found: Vec<&KeyAge>| found.into_iter().map(|key| key.kid.clone()).collect();
    Rotation {
        generate: !successor && (force || age(active) > KEY_LIFE_US),
        retire: names(keys.iter().filter(superseded).collect()),
        remove: names(keys.iter().filter(over).collect()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;

    use super::*;

    fn key(kid: &str, created_at: i64, retired_at: Option<i64>) -> KeyAge {
        KeyAge { kid: kid.to_owned(), created_at, retired_at }
    }

    #[test]
    fn first_key_is_made_and_signs_at_once() {
        assert!(plan_rotation(&[], 0, false).generate);
        assert_eq!(active(&[key("a", 0, None)], 0).unwrap().kid, "a");
        assert_eq!(plan_rotation(&[key("a", 0, None)], 0, false), Rotation::default());
    }

    #[test]
    fn old_key_signs_until_the_new_one_has_settled() {
        let now = KEY_LIFE_US + 1;
        assert!(plan_rotation(&[key("a", 0, None)], now, false).generate);
        let both = [key("a", 0, None), key("b", now, None)];
        assert_eq!(active(&both, now).unwrap().kid, "a");
        assert_eq!(plan_rotation(&both, now, true), Rotation::default());
        let later = now + KEY_SETTLES_US;
        assert_eq!(active(&both, later).unwrap().kid, "b");
        assert_eq!(plan_rotation(&both, later, false).retire, ["a"]);
    }

    #[test]
    fn retired_key_stays_published_until_its_last_token_expired() {
        let keys = [key("a", 0, Some(100)), key("b", 50, None)];
        let last_token_expires = 100 + (TOKEN_LIFE_S + LEEWAY_S) * SECOND_US;
        assert!(plan_rotation(&keys, last_token_expires, false).remove.is_empty());
        assert_eq!(plan_rotation(&keys, 101 + PUBLISHED_AFTER_US, false).remove, ["a"]);
    }

    proptest! {
        #[test]
        fn there_is_always_a_key_that_signs(steps in prop::collection::vec((0_i64..40 * DAY_US, any::<bool>()), 1..60)) {
            let (mut keys, mut now) = (Vec::<KeyAge>::new(), 0);
            for (number, (step, force)) in steps.into_iter().enumerate() {
                now += step;
                let plan = plan_rotation(&keys, now, force);
                keys.retain(|key| !plan.remove.contains(&key.kid));
                for key in &mut keys {
                    if plan.retire.contains(&key.kid) {
                        key.retired_at = Some(now);
                    }
                }
                if plan.generate {
                    keys.push(key(&number.to_string(), now, None));
                }
                prop_assert!(active(&keys, now).is_some());
                prop_assert!(keys.iter().filter(|key| key.retired_at.is_none()).count() <= 2);
            }
        }
    }
}
