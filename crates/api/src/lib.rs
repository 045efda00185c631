//! HTTP: the table of operations, problems, input and answers, limits, live events, documents, and
//! the loop that serves them.
//!
//! Leaves out what the operations do (that is `application`) and how the process is configured.

pub mod answer;
pub mod assets;
pub mod body;
mod class;
mod codes;
pub mod context;
pub mod gate;
pub mod health;
pub mod input;
pub mod metrics;
pub mod openapi;
pub mod operation;
pub mod operations;
pub mod pages;
pub mod platform;
pub mod problem;
pub mod routes;
pub mod server;
pub mod service;
pub mod settings;
pub mod status;

pub use answer::Answer;
pub use answer::document::{Document, PageOf};
pub use answer::stream::{EventStream, ServerEvent};
pub use assets::{Asset, Assets};
pub use body::Body;
pub use context::{Client, Ctx, RequestId, Trace};
pub use gate::{Access, Denied, Gate, Membership, Principal, Unavailable};
pub use health::{Dependency, Health, NoDependencies, State};
pub use input::{Grain, Idempotency, Input, Page, Range, Upload};
pub use metrics::Metrics;
pub use operation::Operation;
pub use operations::{Operations, Row};
pub use platform::Parts;
pub use problem::{Class, Fault, Problem};
pub use server::{Drained, ServeOptions, serve};
pub use service::Platform;
pub use service::client::{Network, Peer};
pub use settings::{Build, RateLimit, Settings};
pub use status::Success;
