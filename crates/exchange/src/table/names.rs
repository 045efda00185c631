//! People, clients and projects that a table has named already, so that each is given once, and again only with news.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::FileError;
use crate::limits::NAMES_MAX;
use crate::record::{Person, PersonKey, Project, ProjectKey};

/// What a row adds to what earlier rows said about the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// First time, or something that was blank before.
    Yes,
    /// Nothing new.
    No,
    /// Another value than before in this field; the first one stays.
    Differs(&'static str),
}

const FIELDS: usize = 7;
type Seen = [u64; FIELDS];

/// Hashes only: a few dozen bytes for each name.
#[derive(Default)]
pub(crate) struct Names {
    seen: HashMap<u64, Seen>,
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish() | 1
}

fn optional<T: Hash>(value: Option<&T>) -> u64 {
    value.map_or(0, hash)
}

fn person_hash(key: &PersonKey) -> u64 {
    match (&key.external_id, &key.email, &key.name) {
        (Some(id), ..) => hash(&("person-id", id)),
        (None, Some(email), _) => hash(&("person-email", email.to_lowercase())),
        (None, None, name) => hash(&("person-name", name.as_deref().unwrap_or_default().to_lowercase())),
    }
}

fn project_hash(key: &ProjectKey) -> u64 {
    match (&key.external_id, &key.code, &key.name) {
        (Some(id), ..) => hash(&("project-id", id)),
        (None, Some(code), _) => hash(&("project-code", code.to_lowercase())),
        (None, None, name) => hash(&("project-name", name.as_deref().unwrap_or_default().to_lowercase())),
    }
}

impl Names {
    pub(crate) fn person(&mut self, person: &Person) -> Result<News, FileError> {
        let skills = if person.skills.is_empty() { 0 } else { hash(&person.skills) };
        let fields = [
            optional(person.key.name.as_ref()),
            optional(person.title.as_ref()),
            optional(person.role.as_ref()),
            optional(person.team.as_ref()),
            skills,
            optional(person.weekly_minutes.as_ref()),
            optional(person.calendar.as_ref()),
        ];
        self.note(
            person_hash(&person.key),
            fields,
            ["name", "title", "role", "team", "skills", "contracted hours", "calendar"],
        )
    }

    pub(crate) fn project(&mut self, project: &Project) -> Result<News, FileError> {
        let fields = [
            optional(project.key.name.as_ref()),
            optional(project.client.as_ref()),
            optional(project.starts_on.as_ref()),
            optional(project.ends_on.as_ref()),
            optional(project.key.code.as_ref()),
            optional(project.note.as_ref()),
            0,
        ];
        self.note(project_hash(&project.key), fields, ["name", "client", "first day", "last day", "code", "note", ""])
    }

    pub(crate) fn client(&mut self, name: &str) -> Result<News, FileError> {
        self.note(hash(&("client", name.to_lowercase())), Seen::default(), [""; FIELDS])
    }

    fn note(&mut self, key: u64, fields: Seen, names: [&'static str; FIELDS]) -> Result<News, FileError> {
        let full = self.seen.len() >= NAMES_MAX;
        let Some(seen) = self.seen.get_mut(&key) else {
            if full {
                return Err(FileError::new(
                    "too-many-names",
                    format!("the table names more than {NAMES_MAX} people, clients and projects"),
                ));
            }
            self.seen.insert(key, fields);
            return Ok(News::Yes);
        };
        let mut news = News::No;
        for ((old, new), name) in seen.iter_mut().zip(fields).zip(names) {
            if new == 0 || *old == new {
                continue;
            }
            if *old == 0 {
                *old = new;
                news = News::Yes;
            } else {
                return Ok(News::Differs(name));
            }
        }
        Ok(news)
    }
}
