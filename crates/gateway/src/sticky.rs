//! The cookie that keeps a user in a group: 128 random bits in hex. It says nothing about the user and grants nothing.

use std::fmt::Write;

use http::{HeaderMap, HeaderValue, header};
use raally_analysis::COHORTS;

use crate::table::Sticky;

/// The value of a cookie by name; the first of several.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The user in the cookie; `None` if there is none or it isn't one of ours.
pub(crate) fn user(headers: &HeaderMap, name: &str) -> Option<u128> {
    let value = cookie(headers, name)?;
    let hex = value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if value.len() == 32 && hex { u128::from_str_radix(value, 16).ok() } else { None }
}

pub(crate) fn new_user() -> u128 {
    fastrand::u128(..)
}

/// The cohort that the user's requests are counted in. Other bits of the id than those that are hashed for the group
/// would do; a multiplication makes it depend on all.
pub(crate) fn cohort(user: u128) -> usize {
    let folded = (user as u64 ^ (user >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    usize::try_from(folded).unwrap_or(0) % COHORTS
}

/// The `Set-Cookie` header of a new user.
pub(crate) fn set_cookie(sticky: &Sticky, user: u128, secure: bool) -> Option<HeaderValue> {
    let mut text =
        format!("{}={user:032x}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax", sticky.cookie, sticky.max_age_s);
    if secure {
        write!(text, "; Secure").ok()?;
    }
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_user_is_read_from_the_cookie_that_was_set() {
        let sticky = Sticky { cookie: "g".into(), max_age_s: 60 };
        let user = new_user();
        let set = set_cookie(&sticky, user, true).unwrap();
        let set = set.to_str().unwrap();
        assert!(set.ends_with("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"), "{set}");
        let value = HeaderValue::try_from(format!("a=b; {}", set.split(';').next().unwrap())).unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
        assert_eq!(super::user(&headers, "g"), Some(user));
    }

    #[test]
    fn foreign_values_are_no_users() {
        for line in ["g=", "g=xyz", "g=+0000000000000000000000000000001", "h=00000000000000000000000000000001"] {
            assert_eq!(user(&headers(&[line]), "g"), None, "{line}");
        }
        assert_eq!(user(&headers(&["a=1", "b=2;g=00000000000000000000000000000001"]), "g"), Some(1));
    }

    #[test]
    fn users_are_spread_evenly_over_cohorts() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut counts = [0_u32; COHORTS];
        for _ in 0..16_000 {
            counts[cohort(random.u128(..))] += 1;
        }
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }
}
