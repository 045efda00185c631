//! Which passwords are accepted: length and a block list, no rules about kinds of characters, no expiry.
//!
//! Source: NIST SP 800-63B-4 §3.1.1.2. The whole password is compared: with known passwords, and with what its own
//! parts would make guessable in a few thousand million tries (see `guess`); a word inside a long phrase is no fault.

use unicode_normalization::UnicodeNormalization;

use super::{guess, list, prepared};
use crate::secret::Secret;

/// Least length when the password is the only factor, in Unicode code points after NFC.
pub const LENGTH_MIN: usize = 15;
/// Least length beside a second factor, in Unicode code points after NFC.
pub const LENGTH_MIN_WITH_SECOND_FACTOR: usize = 8;
/// Longest password, in bytes of UTF-8 as sent: 64 characters of any script fit.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// What an attacker would know about the account.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasswordContext<'a> {
    /// What the service is called, here and by its address.
    pub service: &'a str,
    /// The mail address.
    pub email: &'a str,
    /// The user's name.
    pub name: &'a str,
    /// The workspace's name.
    pub workspace: &'a str,
    /// The account has a second factor.
    pub second_factor: bool,
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than needed.
    TooShort {
        /// So many are needed.
        length_min: usize,
    },
    /// More bytes than [`PASSWORD_BYTES_MAX`].
    TooLong,
    /// A control character: nobody can type it everywhere.
    ControlCharacter,
    /// Known from breaches, or made of one or two common words.
    Common,
    /// The same few characters again and again.
    Repeated,
    /// Runs of the alphabet, of digits, or of neighbouring keys.
    Sequence,
    /// Made of the service's, workspace's or user's name or address.
    Context,
}

impl Weakness {
    /// Stable, for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::ControlCharacter => "password-control-character",
            Self::Common => "password-common",
            Self::Repeated => "password-repeated",
            Self::Sequence => "password-sequence",
            Self::Context => "password-context",
        }
    }
}

/// Accepts a new password, or says all that is wrong with it.
///
/// # Errors
/// At least one weakness.
pub fn check(password: &Secret, context: &PasswordContext<'_>) -> Result<(), Vec<Weakness>> {
    let Some(prepared) = prepared(password) else {
        return Err(vec![Weakness::TooLong]);
    };
    let text = prepared.expose();
    let mut found = Vec::new();
    let length_min = if context.second_factor { LENGTH_MIN_WITH_SECOND_FACTOR } else { LENGTH_MIN };
    if text.chars().count() < length_min {
        found.push(Weakness::TooShort { length_min });
    }
    if text.chars().any(char::is_control) {
        found.push(Weakness::ControlCharacter);
    }
    let folded = Secret::new(text.nfkc().flat_map(char::to_lowercase).collect());
    found.extend(guessable(folded.expose(), context));
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn guessable(text: &str, context: &PasswordContext<'_>) -> Option<Weakness> {
    if text.is_empty() {
        return None;
    }
    let characters: Vec<char> = text.chars().collect();
    if guess::is_repeated(&characters, LENGTH_MIN) {
        return Some(Weakness::Repeated);
    }
    let made = guess::cheapest(&characters, &words_of(context)).map(|of| match of {
        guess::MadeOf::Context => Weakness::Context,
        guess::MadeOf::Words => Weakness::Common,
        guess::MadeOf::Runs => Weakness::Sequence,
    });
    made.or_else(|| list::is_breached(text).then_some(Weakness::Common))
}

/// Words of three letters and more, lower case: `anna.meier@acme.example` gives anna, meier, acme and example.
fn words_of(context: &PasswordContext<'_>) -> Vec<Vec<char>> {
    let all = [context.service, context.email, context.name, context.workspace];
    let parts = all.into_iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let folded = parts.map(|part| part.nfkc().flat_map(char::to_lowercase).collect::<Vec<char>>());
    folded.filter(|word| word.len() >= 3).take(WORDS_MAX).collect()
}

/// Nobody's name has more parts; a hostile one may.
const WORDS_MAX: usize = 32;
