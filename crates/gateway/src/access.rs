//! The access log: one line per request, written when its answer has ended. No query, no header, no body; parts of a
//! path that look like a secret are left out.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use http::{Method, StatusCode, Uri};

use crate::config::AccessLog;
use crate::routes::GroupRuntime;
use crate::table::TargetId;

/// Longest part of a path that is written; keys in calendar feeds and join links are longer, ids are shorter.
const PART_CHARS_MAX: usize = 40;

/// What is known when the answer begins.
#[derive(Debug)]
pub(crate) struct Line {
    pub begun: Instant,
    pub client: IpAddr,
    pub method: Method,
    pub uri: Uri,
    pub trace_id: u128,
    pub status: StatusCode,
    pub attempts: u32,
    pub answered_by: Option<(Arc<GroupRuntime>, TargetId)>,
}

impl AccessLog {
    pub(crate) fn wants(self, status: StatusCode) -> bool {
        match self {
            Self::All => true,
            Self::Errors => status.is_server_error(),
            Self::Off => false,
        }
    }
}

impl Line {
    pub fn write(&self, bytes: u64, end: &'static str) {
        let (group, version, target) = match &self.answered_by {
            Some((group, target)) => (group.name.as_str(), group.version.as_str(), target.as_str()),
            None => ("", "", ""),
        };
        tracing::info!(
            target: "raally_gateway::access",
            client = %self.client,
            method = %self.method,
            path = %path(self.uri.path()),
            status = self.status.as_u16(),
            bytes,
            duration_us = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX),
            attempts = self.attempts,
            group,
            version,
            target_id = target,
            trace_id = %format_args!("{:032x}", self.trace_id),
            end,
            "request"
        );
    }
}

fn path(path: &str) -> Cow<'_, str> {
    if path.split('/').all(|part| part.len() <= PART_CHARS_MAX) {
        return Cow::Borrowed(path);
    }
    let parts: Vec<&str> = path.split('/').map(|part| if part.len() > PART_CHARS_MAX { "…" } else { part }).collect();
    Cow::Owned(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_and_keys_are_not() {
        let id = "/api/v1/workspaces/0197d1d0-9c9a-7c3e-9d5b-0d6a3f1f2e11/people";
        assert_eq!(path(id), id);
        let key = "k".repeat(43);
        assert_eq!(path(&format!("/feeds/{key}/plan.ics")), "/feeds/…/plan.ics");
    }
}
