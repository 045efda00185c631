//! Whether the process lives, is ready for requests, and what it depends on.

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Serialize;

/// The state of something that the process depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dependency {
    /// `database`, `audit-seal`.
    pub name: String,
    /// Whether it works.
    pub state: State,
    /// Whether requests fail without it.
    pub required: bool,
    /// For people; without addresses, names of files or errors of libraries.
    pub detail: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Works.
    Up,
    /// Works, but slowly or in part.
    Degraded,
    /// Doesn't work.
    Down,
    /// Is about to end: finishes what it has and takes nothing new.
    Draining,
}

/// Answers for what the process depends on. Asked on every readiness probe: keep it quick.
pub trait Health: Send + Sync + 'static {
    /// Each dependency's state.
    fn dependencies(&self) -> BoxFuture<'_, Vec<Dependency>>;
}

/// Depends on nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoDependencies;

impl Health for NoDependencies {
    fn dependencies(&self) -> BoxFuture<'_, Vec<Dependency>> {
        Box::pin(std::future::ready(Vec::new()))
    }
}

/// What `/api/health` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HealthReport {
    /// The worst of what is required.
    pub state: State,
    /// The program's version.
    pub version: String,
    /// Each dependency.
    pub dependencies: Vec<Dependency>,
}

impl HealthReport {
    pub fn new(draining: bool, version: &str, dependencies: Vec<Dependency>) -> Self {
        let any = |state: State| dependencies.iter().any(|one| one.required && one.state == state);
        let state = if draining {
            State::Draining
        } else if any(State::Down) {
            State::Down
        } else if dependencies.iter().any(|one| one.state != State::Up) {
            State::Degraded
        } else {
            State::Up
        };
        Self { state, version: version.to_owned(), dependencies }
    }

    /// Whether requests should come here.
    pub fn ready(&self) -> bool {
        matches!(self.state, State::Up | State::Degraded)
    }
}
