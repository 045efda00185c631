//! A request with holes: text that is rendered once, and placeholders that are filled each time.
//!
//! `{n}` is a number that no other request of the run has, `{uuid}` a random UUID (version 4),
//! `{name}` a random value of the list `name`. Other braces are text, so that JSON needs no escape.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::scenario::{Lists, Scenario, Values};

enum Part {
    Text(Vec<u8>),
    Number,
    Uuid,
    List(Arc<Values>),
}

struct Template(Vec<Part>);

/// Where the choices of one connection come from; the same seed makes the same choices.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Source: Marsaglia, Xorshift RNGs, 2003; multiplier of xorshift64* by Vigna, 2016.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

impl Template {
    fn parse(text: &str, lists: &Lists) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            plain.push_str(&rest[..open]);
            let name = rest[open + 1..].split('}').next().unwrap_or_default();
            let part = match name {
                "n" => Some(Part::Number),
                "uuid" => Some(Part::Uuid),
                _ => lists.get(name).cloned().map(Part::List),
            };
            let Some(part) = part else {
                plain.push('{');
                rest = &rest[open + 1..];
                continue;
            };
            parts.push(Part::Text(std::mem::take(&mut plain).into_bytes()));
            parts.push(part);
            rest = &rest[open + name.len() + 2..];
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain.into_bytes()));
        Self(parts)
    }

    fn render(&self, chance: &mut Chance, counter: &AtomicU64, into: &mut Vec<u8>) {
        for part in &self.0 {
            match part {
                Part::Text(text) => into.extend_from_slice(text),
                Part::Number => number(counter.fetch_add(1, Ordering::Relaxed), into),
                Part::Uuid => uuid(chance, into),
                Part::List(values) => match values.as_ref() {
                    Values::Range(first, last) => {
                        number(first + chance.below(last - first + 1), into);
                    }
                    Values::Texts(texts) => {
                        let pick = chance.below(texts.len() as u64) as usize;
                        into.extend_from_slice(texts[pick].as_bytes());
                    }
                },
            }
        }
    }
}

/// The requests of a scenario, ready to be filled in.
pub struct Requests {
    heads: Vec<Template>,
    body: Option<Template>,
    counter: AtomicU64,
}

impl Requests {
    pub fn new(scenario: &Scenario) -> Self {
        let heads = scenario.paths.iter().map(|path| {
            let mut head = format!("{} {path} HTTP/1.1\r\n", scenario.method);
            for (name, value) in &scenario.headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str(&format!("host: {}\r\n", scenario.address));
            Template::parse(&head, &scenario.lists)
        });
        Self {
            heads: heads.collect(),
            body: scenario.body.as_ref().map(|body| Template::parse(body, &scenario.lists)),
            counter: AtomicU64::new(1),
        }
    }

    /// Writes one whole request into `into`, which is emptied first, as is `scratch`.
    pub fn render(&self, chance: &mut Chance, into: &mut Vec<u8>, scratch: &mut Vec<u8>) {
        into.clear();
        scratch.clear();
        let pick = match self.heads.len() {
            1 => 0,
            several => chance.below(several as u64) as usize,
        };
        self.heads[pick].render(chance, &self.counter, into);
        if let Some(body) = &self.body {
            body.render(chance, &self.counter, scratch);
            into.extend_from_slice(b"content-length: ");
            number(scratch.len() as u64, into);
            into.extend_from_slice(b"\r\n");
        }
        into.extend_from_slice(b"\r\n");
        into.extend_from_slice(scratch);
    }
}

fn number(value: u64, into: &mut Vec<u8>) {
    write!(into, "{value}").expect("a vector takes every write");
}

fn uuid(chance: &mut Chance, into: &mut Vec<u8>) {
    let (high, low) = (chance.next(), chance.next());
    let (high, low) = ((high & !0xF000) | 0x4000, (low & !(3 << 62)) | (2 << 62));
    write!(
        into,
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
    .expect("a vector takes every write");
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn rendered(text: &str, lists: &Lists) -> String {
        let (mut chance, counter) = (Chance::new(7), AtomicU64::new(1));
        let mut into = Vec::new();
        Template::parse(text, lists).render(&mut chance, &counter, &mut into);
        String::from_utf8(into).unwrap()
    }

    #[test]
    fn braces_that_name_no_list_are_text() {
        let lists = Lists::from([("person".to_owned(), Arc::new(Values::Texts(vec!["ada".to_owned()])))]);
        assert_eq!(rendered(r#"{"p":"{person}","n":{n},"m":{n},"o":{}}"#, &lists), r#"{"p":"ada","n":1,"m":2,"o":{}}"#);
    }

    #[test]
    fn a_range_yields_both_its_ends_and_nothing_else() {
        let mut seen = [0; 4];
        let mut chance = Chance::new(1);
        for _ in 0..1_000 {
            seen[chance.below(4) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (150..350).contains(count)), "{seen:?}");
    }

    #[test]
    fn a_uuid_names_its_version_and_variant() {
        let text = rendered("{uuid}", &Lists::new());
        assert_eq!(text.len(), 36);
        assert_eq!(text.as_bytes()[14], b'4');
        assert!(matches!(text.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
