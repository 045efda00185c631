//! File names in answers, and tags of contents.

use std::fmt::Write as _;
use std::hash::Hasher;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Longest file name in characters.
const NAME_CHARS_MAX: usize = 120;

/// Source: RFC 8187, `attr-char`.
const ATTR: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// `attachment` with a name that can't leave its folder, start a header or hide its type.
///
/// Source: RFC 6266, with the ASCII fallback of its appendix D.
pub(crate) fn attachment(name: &str) -> HeaderValue {
    let mut clean: String = name
        .chars()
        .filter(|c| !c.is_control() && !is_bidi_control(*c))
        .map(|c| if matches!(c, '/' | '\\' | ':' | '"' | '*' | '?' | '<' | '>' | '|') { '-' } else { c })
        .take(NAME_CHARS_MAX)
        .collect();
    clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace()).to_owned();
    if clean.is_empty() {
        clean.push_str("download");
    }
    let ascii: String = clean
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    let encoded = utf8_percent_encode(&clean, ATTR);
    HeaderValue::from_str(&format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

/// Characters that turn the reading direction and so can hide a file's real ending.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A tag of some bytes; no protection against forgers, which a cache tag doesn't need.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(32);
    for seed in [0_u8, 1] {
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write_u8(seed);
        hasher.write(bytes);
        let _ = write!(text, "{:016x}", hasher.finish());
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_file_name_cannot_escape_or_lie() {
        for (name, wanted) in [
            ("people.csv", "attachment; filename=\"people.csv\"; filename*=UTF-8''people.csv"),
            ("../../etc/passwd", "attachment; filename=\"-..-etc-passwd\"; filename*=UTF-8''-..-etc-passwd"),
            (
                "a\r\nSet-Cookie: x\".csv",
                "attachment; filename=\"aSet-Cookie- x-.csv\"; filename*=UTF-8''aSet-Cookie-%20x-.csv",
            ),
            ("Größe.csv", "attachment; filename=\"Gr__e.csv\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.csv"),
            ("x\u{202e}vsc.exe", "attachment; filename=\"xvsc.exe\"; filename*=UTF-8''xvsc.exe"),
            ("...", "attachment; filename=\"download\"; filename*=UTF-8''download"),
        ] {
            assert_eq!(attachment(name).to_str().unwrap(), wanted);
        }
    }

    #[test]
    fn other_bytes_have_another_tag() {
        assert_eq!(digest(b"a"), digest(b"a"));
        assert_ne!(digest(b"a"), digest(b"b"));
    }
}
