//! Which object of the workspace a key in the file means: compact maps of keys to ids, read once before the first pass
//! and grown by it. Objects that the file names and the workspace lacks get their ids here.

use raally_exchange::record::{PersonKey, ProjectKey};
use rustc_hash::{FxHashMap, FxHashSet};
use uuid::Uuid;

use crate::mint::Mint;

/// Longest name, in characters, as the domain has it.
const NAME_CHARS_MAX: usize = 200;

/// A key that names nothing, or too much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unresolved {
    pub code: &'static str,
    pub message: String,
}

impl Unresolved {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Text as keys are compared: without case.
pub(crate) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Things that a file knows by name only: clients, teams, skills, roles.
#[derive(Debug, Default)]
pub(crate) struct Named {
    ids: FxHashMap<String, Uuid>,
    used: FxHashSet<Uuid>,
    /// What the workspace lacks, in the order of the file.
    pub new: Vec<(Uuid, String)>,
}

impl Named {
    pub fn put(&mut self, name: &str, id: Uuid) {
        self.ids.insert(folded(name), id);
    }

    pub fn find(&self, name: &str) -> Option<Uuid> {
        self.ids.get(&folded(name)).copied()
    }

    /// The thing of this name, minted if there is none.
    pub fn resolve(&mut self, name: &str, mint: &Mint) -> Uuid {
        let id = match self.find(name) {
            Some(id) => id,
            None => {
                let id: Uuid = mint.id();
                self.put(name, id);
                self.new.push((id, name.to_owned()));
                id
            }
        };
        self.used.insert(id);
        id
    }

    /// How many things of the workspace the file names that were there already.
    pub fn unchanged(&self) -> u64 {
        u64::try_from(self.used.len() - self.new.len()).unwrap_or(0)
    }
}

/// Keys of somebody (or of a project, with its code in the place of the mail address).
#[derive(Debug)]
struct Keyed {
    id: Uuid,
    external_id: Option<Box<str>>,
    second: Option<Box<str>>,
}

/// Objects with three keys: the first of them that is known decides.
#[derive(Debug, Default)]
pub(crate) struct Triple {
    all: Vec<Keyed>,
    by_external_id: FxHashMap<Box<str>, u32>,
    by_second: FxHashMap<String, u32>,
    by_name: FxHashMap<String, Vec<u32>>,
}

/// The system that an external id is of, where it says so: what stands before the last `/`.
fn namespace(external_id: &str) -> Option<&str> {
    external_id.rsplit_once('/').map(|(space, _)| space)
}

impl Triple {
    pub fn put(&mut self, id: Uuid, external_id: Option<&str>, second: Option<&str>, name: Option<&str>) -> u32 {
        let index = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(Keyed { id, external_id: None, second: None });
        self.learn(index, external_id, second);
        if let Some(name) = name {
            self.by_name.entry(folded(name)).or_default().push(index);
        }
        index
    }

    fn learn(&mut self, index: u32, external_id: Option<&str>, second: Option<&str>) {
        let Some(known) = self.all.get_mut(index as usize) else { return };
        if let Some(key) = external_id {
            known.external_id.get_or_insert_with(|| key.into());
            self.by_external_id.entry(key.into()).or_insert(index);
        }
        if let Some(key) = second {
            known.second.get_or_insert_with(|| folded(key).into());
            self.by_second.entry(folded(key)).or_insert(index);
        }
    }

    fn id(&self, index: u32) -> Uuid {
        self.all.get(index as usize).map_or(Uuid::nil(), |known| known.id)
    }

    /// Whether two keys of the same name can be the same thing.
    fn may_be(&self, index: u32, external_id: Option<&str>, second: Option<&str>) -> bool {
        let Some(known) = self.all.get(index as usize) else { return false };
        let other_second = known.second.as_deref().zip(second).is_some_and(|(known, asked)| known != folded(asked));
        let other_id = known
            .external_id
            .as_deref()
            .zip(external_id)
            .is_some_and(|(known, asked)| known != asked && namespace(known) == namespace(asked));
        !other_second && !other_id
    }

    fn find(
        &self,
        what: &str,
        external_id: Option<&str>,
        second: Option<&str>,
        name: Option<&str>,
    ) -> Result<Option<u32>, Unresolved> {
        let by_id = external_id.and_then(|key| self.by_external_id.get(key)).copied();
        let by_second = second.and_then(|key| self.by_second.get(&folded(key))).copied();
        match (by_id, by_second) {
            (Some(one), Some(other)) if one != other => {
                let message = format!("the keys of the row name two different {what}");
                return Err(Unresolved::new("contradiction", message));
            }
            (None, None) => {}
            (one, other) => return Ok(one.or(other)),
        }
        let Some(name) = name else { return Ok(None) };
        let same_name = self.by_name.get(&folded(name)).map(Vec::as_slice).unwrap_or_default();
        let mut fitting = same_name.iter().filter(|index| self.may_be(**index, external_id, second));
        match (fitting.next(), fitting.next()) {
            (found, None) => Ok(found.copied()),
            _ => Err(Unresolved::new(
                "ambiguous",
                format!("several {what} are called \"{name}\"; the row needs another key"),
            )),
        }
    }

    fn resolve(
        &mut self,
        what: &str,
        mint: &Mint,
        (external_id, second, name): (Option<&str>, Option<&str>, Option<&str>),
    ) -> Result<Uuid, Unresolved> {
        let index = match self.find(what, external_id, second, name)? {
            Some(index) => index,
            None => self.put(mint.id(), None, None, name),
        };
        self.learn(index, external_id, second);
        Ok(self.id(index))
    }
}

fn person_parts(key: &PersonKey) -> (Option<&str>, Option<&str>, Option<&str>) {
    (key.external_id.as_deref(), key.email.as_deref(), key.name.as_deref())
}

fn project_parts(key: &ProjectKey) -> (Option<&str>, Option<&str>, Option<&str>) {
    (key.external_id.as_deref(), key.code.as_deref(), key.name.as_deref())
}

/// A placeholder that the file needs and the workspace lacks.
#[derive(Clone, Debug)]
pub(crate) struct NewPlaceholder {
    pub id: Uuid,
    pub name: String,
    pub role: Option<Uuid>,
}

/// Every key of a workspace that a file can name.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub people: Triple,
    pub projects: Triple,
    pub placeholders: Named,
    pub new_placeholders: Vec<NewPlaceholder>,
    pub clients: Named,
    pub teams: Named,
    pub skills: Named,
    pub roles: Named,
    pub calendars: FxHashMap<String, Uuid>,
    pub calendar_names: FxHashMap<String, Uuid>,
}

impl Known {
    pub fn person(&mut self, key: &PersonKey, mint: &Mint) -> Result<Uuid, Unresolved> {
        self.people.resolve("people", mint, person_parts(key))
    }

    pub fn find_person(&self, key: &PersonKey) -> Result<Uuid, Unresolved> {
        let (external_id, second, name) = person_parts(key);
        let found = self.people.find("people", external_id, second, name)?;
        found.map(|index| self.people.id(index)).ok_or_else(|| Unresolved::new("unknown-person", "names nobody"))
    }

    pub fn project(&mut self, key: &ProjectKey, mint: &Mint) -> Result<Uuid, Unresolved> {
        self.projects.resolve("projects", mint, project_parts(key))
    }

    pub fn find_project(&self, key: &ProjectKey) -> Result<Uuid, Unresolved> {
        let (external_id, second, name) = project_parts(key);
        let found = self.projects.find("projects", external_id, second, name)?;
        found.map(|index| self.projects.id(index)).ok_or_else(|| Unresolved::new("unknown-project", "names no project"))
    }

    pub fn placeholder(&mut self, name: &str, role: Option<Uuid>, mint: &Mint) -> Uuid {
        let new_before = self.placeholders.new.len();
        let id = self.placeholders.resolve(name, mint);
        if self.placeholders.new.len() > new_before {
            self.new_placeholders.push(NewPlaceholder { id, name: name.to_owned(), role });
        }
        id
    }

    /// A calendar by external id or name.
    pub fn find_calendar(&self, key: &str) -> Option<Uuid> {
        self.calendars.get(key).or_else(|| self.calendar_names.get(&folded(key))).copied()
    }
}

/// What the placeholder of work without anybody is called.
pub(crate) fn placeholder_name(name: Option<&str>, role: Option<&str>, project: &ProjectKey) -> String {
    if let Some(name) = name.or(role) {
        return name.to_owned();
    }
    let project = project.name.as_deref().or(project.code.as_deref()).unwrap_or("project");
    let name: String = format!("Unassigned: {project}").chars().take(NAME_CHARS_MAX).collect();
    name
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn key(external_id: Option<&str>, email: Option<&str>, name: &str) -> PersonKey {
        PersonKey {
            external_id: external_id.map(str::to_owned),
            email: email.map(str::to_owned),
            name: Some(name.to_owned()),
        }
    }

    #[test]
    fn people_of_one_name_with_two_addresses_are_two() {
        let (mut known, mint) = (Known::default(), Mint::system());
        let first = known.person(&key(None, Some("a@x.example"), "Kim"), &mint).unwrap();
        let second = known.person(&key(None, Some("b@x.example"), "Kim"), &mint).unwrap();
        assert_ne!(first, second);
        assert_eq!(known.person(&key(None, Some("A@x.example"), "Other"), &mint).unwrap(), first);
        assert_eq!(known.person(&key(None, None, "kim"), &mint).unwrap_err().code, "ambiguous");
    }

    #[test]
    fn an_address_that_comes_later_is_learnt() {
        let (mut known, mint) = (Known::default(), Mint::system());
        let first = known.person(&key(None, None, "Kim"), &mint).unwrap();
        assert_eq!(known.person(&key(None, Some("a@x.example"), "Kim"), &mint).unwrap(), first);
        assert_eq!(known.find_person(&key(None, Some("a@x.example"), "Someone")).unwrap(), first);
    }

    #[test]
    fn keys_of_two_systems_may_name_one_person_keys_of_one_system_may_not() {
        let (mut known, mint) = (Known::default(), Mint::system());
        let first = known.person(&key(Some("P1/resource/1"), None, "Kim"), &mint).unwrap();
        assert_eq!(known.person(&key(Some("P2/resource/9"), None, "Kim"), &mint).unwrap(), first);
        assert_ne!(known.person(&key(Some("P1/resource/2"), None, "Kim"), &mint).unwrap(), first);
    }
}
