//! Typed query parameters: numbers, switches, dates, enums, and lists (repeated or separated by commas).
//!
//! Each fault names its parameter. Which names are known is checked by the caller, against the
//! OpenAPI document's own list, so that what is documented is what is read.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, Visitor};

use crate::problem::{Fault, Problem};

/// Most values of one list parameter.
pub const LIST_VALUES_MAX: usize = 200;

/// The parameters of one request, decoded.
pub(crate) struct Pairs<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Pairs<'a> {
    /// # Errors
    /// Malformed, when a value is no UTF-8.
    pub fn parse(query: &'a str) -> Result<Self, Problem> {
        let decode = |raw: &'a str| -> Result<Cow<'a, str>, Problem> {
            if !raw.bytes().any(|b| matches!(b, b'%' | b'+')) {
                return Ok(Cow::Borrowed(raw));
            }
            let spaced = raw.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced)
                .decode_utf8()
                .map(|text| Cow::Owned(text.into_owned()))
                .map_err(|_| Problem::malformed("The query is no UTF-8.").code("bad-query"))
        };
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// # Errors
    /// Invalid, naming every parameter that is none of `known`.
    pub fn only(&self, known: &[String]) -> Result<(), Problem> {
        let faults: Vec<Fault> = self
            .0
            .iter()
            .filter(|(name, _)| !known.iter().any(|one| one == name))
            .map(|(name, _)| {
                let detail = if known.is_empty() {
                    "This operation has no query parameters.".to_owned()
                } else {
                    format!("Known here: {}.", known.join(", "))
                };
                Fault::new(format!("?{name}"), "unknown-parameter", detail)
            })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    /// Reads a struct; names that it doesn't have are left to other readers.
    ///
    /// # Errors
    /// Invalid, naming the parameter.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let mut names: Vec<&str> = Vec::with_capacity(self.0.len());
        for (name, _) in &self.0 {
            if !names.contains(&name.as_ref()) {
                names.push(name);
            }
        }
        let current = Cell::new("");
        let reader = Reader { pairs: self, names: names.iter(), current: &current };
        T::deserialize(de::value::MapAccessDeserializer::new(reader)).map_err(|error| {
            let (name, code) = match error.missing {
                Some(name) => (name, "missing-parameter"),
                None => (current.get(), "bad-value"),
            };
            Problem::invalid_field(format!("?{name}"), code, error.message)
        })
    }

    fn values(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_ref()).collect()
    }
}

#[derive(Debug)]
struct QueryError {
    message: String,
    missing: Option<&'static str>,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

impl de::Error for QueryError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), missing: None }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { message: format!("{field} is needed."), missing: Some(field) }
    }
}

struct Reader<'a, 'n> {
    pairs: &'a Pairs<'a>,
    names: std::slice::Iter<'n, &'a str>,
    current: &'n Cell<&'a str>,
}

impl<'de, 'a> MapAccess<'de> for Reader<'a, '_> {
    type Error = QueryError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, QueryError> {
        let Some(name) = self.names.next() else {
            return Ok(None);
        };
        self.current.set(name);
        let key: StrDeserializer<'_, QueryError> = (*name).into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, QueryError> {
        seed.deserialize(Values(self.pairs.values(self.current.get())))
    }
}

/// All values of one parameter.
struct Values<'a>(Vec<&'a str>);

impl<'a> Values<'a> {
    fn one(&self) -> Result<&'a str, QueryError> {
        match self.0.as_slice() {
            [one] => Ok(one),
            _ => Err(de::Error::custom("This parameter may be given once.")),
        }
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $what:literal),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
            let text = self.one()?;
            let value = text.parse().map_err(|_| de::Error::custom(concat!("Give ", $what, ".")))?;
            visitor.$visit(value)
        }
    )+};
}

impl<'de> de::Deserializer<'de> for Values<'_> {
    type Error = QueryError;

    parsed! {
        deserialize_bool visit_bool "true or false",
        deserialize_i8 visit_i8 "a whole number",
        deserialize_i16 visit_i16 "a whole number",
        deserialize_i32 visit_i32 "a whole number",
        deserialize_i64 visit_i64 "a whole number",
        deserialize_u8 visit_u8 "a whole number",
        deserialize_u16 visit_u16 "a whole number",
        deserialize_u32 visit_u32 "a whole number",
        deserialize_u64 visit_u64 "a whole number",
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_str(self.one()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, QueryError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, QueryError> {
        let one: StrDeserializer<'_, QueryError> = self.one()?.into_deserializer();
        visitor.visit_enum(one)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        let items: Vec<&str> = self.0.iter().flat_map(|value| value.split(',')).filter(|v| !v.is_empty()).collect();
        if items.len() > LIST_VALUES_MAX {
            return Err(de::Error::custom(format!("At most {LIST_VALUES_MAX} values.")));
        }
        visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(One)))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
    }
}

struct One<'a>(&'a str);

impl<'de, 'a> IntoDeserializer<'de, QueryError> for One<'a> {
    type Deserializer = Values<'a>;

    fn into_deserializer(self) -> Values<'a> {
        Values(vec![self.0])
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use jiff::civil::Date;
    use raally_domain::ids::PersonId;
    use serde::Deserialize;

    use super::*;
    use crate::input::Grain;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Filter {
        on: Date,
        #[serde(default)]
        person_id: Vec<PersonId>,
        grain: Option<Grain>,
        #[serde(default)]
        include_tentative: bool,
        text: Option<String>,
    }

    fn read(query: &str) -> Result<Filter, Problem> {
        Pairs::parse(query).and_then(|pairs| pairs.read())
    }

    #[test]
    fn lists_dates_and_switches_are_typed() {
        let id = "0192f0c1-2222-7aaa-8bbb-000000000001";
        let query =
            format!("on=2026-02-01&personId={id},{id}&personId={id}&grain=week&includeTentative=true&text=a%20b+c");
        let filter = read(&query).unwrap();
        assert_eq!(filter.person_id.len(), 3);
        assert_eq!(filter.grain, Some(Grain::Week));
        assert!(filter.include_tentative);
        assert_eq!(filter.text.as_deref(), Some("a b c"));
    }

    #[test]
    fn faults_name_their_parameter() {
        for (query, name, code) in [
            ("", "?on", "missing-parameter"),
            ("on=yesterday", "?on", "bad-value"),
            ("on=2026-01-01&personId=7", "?personId", "bad-value"),
            ("on=2026-01-01&grain=hour", "?grain", "bad-value"),
            ("on=2026-01-01&on=2026-01-02", "?on", "bad-value"),
        ] {
            let problem = read(query).unwrap_err();
            let fault = &problem.errors()[0];
            assert_eq!((fault.pointer.as_str(), fault.code.as_ref()), (name, code), "{query}");
        }
    }

    #[test]
    fn every_unknown_parameter_is_named() {
        let problem = Pairs::parse("a=1&on=2&b=3").unwrap().only(&["on".into()]).unwrap_err();
        let names: Vec<_> = problem.errors().iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(names, ["?a", "?b"]);
        assert_eq!(Pairs::parse("a=%ff").err().unwrap().code_text(), "bad-query");
    }
}
