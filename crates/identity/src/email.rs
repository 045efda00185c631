//! Mail addresses that people sign in with: one form per address, and nothing that could reach a mail header as two.
//!
//! ASCII only, without quoted local parts and address literals; a domain of other scripts is written in its `xn--`
//! form. Case counts nowhere: two accounts that differ in it would be a trap.

/// Longest address, in bytes. Source: RFC 5321 §4.5.3.1 with RFC 3696 erratum 1690.
pub const EMAIL_BYTES_MAX: usize = 254;
/// Longest part before the `@`, in bytes.
pub const LOCAL_BYTES_MAX: usize = 64;
const LABEL_BYTES_MAX: usize = 63;

/// Why a text is no mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailFault {
    /// Nothing there.
    #[error("a mail address is needed")]
    Empty,
    /// Longer than mail allows.
    #[error("the mail address is too long")]
    TooLong,
    /// A control character, a space, or a character outside ASCII.
    #[error("the mail address holds a character that it can't have")]
    BadCharacter,
    /// Not `name@domain`.
    #[error("the mail address should look like name@example.com")]
    BadForm,
}

impl EmailFault {
    /// Stable, for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "email-empty",
            Self::TooLong => "email-too-long",
            Self::BadCharacter => "email-bad-character",
            Self::BadForm => "email-bad-form",
        }
    }
}

/// The one form of an address: without spaces around it, in lower case.
///
/// # Errors
/// When it is none.
pub fn normalise(text: &str) -> Result<String, EmailFault> {
    // Only spaces: a line break around an address is no slip of the hand.
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return Err(EmailFault::Empty);
    }
    if text.len() > EMAIL_BYTES_MAX {
        return Err(EmailFault::TooLong);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(EmailFault::BadCharacter);
    }
    let (local, domain) = text.split_once('@').ok_or(EmailFault::BadForm)?;
    if local.len() > LOCAL_BYTES_MAX {
        return Err(EmailFault::TooLong);
    }
    if !local.split('.').all(is_atom) || !domain.split('.').all(is_label) {
        return Err(EmailFault::BadForm);
    }
    Ok(text.to_ascii_lowercase())
}

/// Source: RFC 5322 §3.2.3.
fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
}

/// Source: RFC 1035 §2.3.1, with RFC 1123 §2.1 (a digit may come first).
fn is_label(text: &str) -> bool {
    (1..=LABEL_BYTES_MAX).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn address_has_one_form() {
        for text in ["Anna.Meier+raally@Example.COM", " anna.meier+raally@example.com "] {
            assert_eq!(normalise(text).as_deref(), Ok("anna.meier+raally@example.com"));
        }
        assert_eq!(normalise("root@localhost").as_deref(), Ok("root@localhost"));
        assert_eq!(normalise("o'neil@xn--mller-kva.de").as_deref(), Ok("o'neil@xn--mller-kva.de"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        use EmailFault::{BadCharacter, BadForm, Empty, TooLong};
        let cases = [
            ("", Empty),
            ("   ", Empty),
            ("anna", BadForm),
            ("@example.com", BadForm),
            ("anna@", BadForm),
            ("anna@@example.com", BadForm),
            ("anna@example..com", BadForm),
            (".anna@example.com", BadForm),
            ("anna@-example.com", BadForm),
            ("anna@[127.0.0.1]", BadForm),
            ("\"anna\"@example.com", BadForm),
            ("anna@example.com,eve@example.com", BadForm),
            ("<anna@example.com>", BadForm),
            ("anna meier@example.com", BadCharacter),
            ("anna@example.com\r\nBcc: eve@example.com", BadCharacter),
            ("anna@example.com\n", BadCharacter),
            ("anna\0@example.com", BadCharacter),
            ("änna@example.com", BadCharacter),
            ("anna@exаmple.com", BadCharacter),
        ];
        for (text, fault) in cases {
            assert_eq!(normalise(text), Err(fault), "{text:?}");
        }
        assert_eq!(normalise(&format!("{}@example.com", "a".repeat(65))), Err(TooLong));
        assert_eq!(normalise(&"a".repeat(1 << 20)), Err(TooLong));
        assert_eq!(normalise(&format!("a@{}.de", "a".repeat(64))), Err(BadForm));
    }

    proptest! {
        #[test]
        fn form_is_stable_and_fits_a_header(text in "\\PC{0,40}@?\\PC{0,40}") {
            if let Ok(address) = normalise(&text) {
                prop_assert_eq!(normalise(&address), Ok(address.clone()));
                prop_assert!(address.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()));
                prop_assert_eq!(address.matches('@').count(), 1);
            }
        }
    }
}
