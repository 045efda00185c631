//! Server-sent events: kept alive, closed at shutdown and on revocation, bounded per user.
//!
//! Source: WHATWG HTML, "Server-sent events".

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use raally_domain::ids::UserId;
use rustc_hash::FxHashMap;

use crate::body::Body;

/// Media type of an event stream.
pub const EVENT_STREAM: &str = "text/event-stream";

/// A comment is sent this often, so that proxies keep an idle stream open.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What clients wait before they come back.
const RETRY_MS: u32 = 3_000;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerEvent {
    /// What a client sends as `Last-Event-ID` to go on after this event.
    pub id: String,
    /// What a client listens for.
    pub name: String,
    /// Usually JSON in one line.
    pub data: String,
}

impl ServerEvent {
    /// As it goes over the wire. A line break in `id` or `name` would start another field: it is dropped.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut text = String::with_capacity(self.data.len() + self.id.len() + self.name.len() + 32);
        for (field, value) in [("id", &self.id), ("event", &self.name)] {
            if !value.is_empty() {
                text.push_str(field);
                text.push_str(": ");
                text.extend(value.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')));
                text.push('\n');
            }
        }
        for line in self.data.split(['\n', '\r']) {
            text.push_str("data: ");
            text.push_str(line);
            text.push('\n');
        }
        text.push('\n');
        text.into()
    }
}

/// The events of one answer. Each is made when the client has taken the one before.
pub struct EventStream(Pin<Box<dyn Stream<Item = ServerEvent> + Send>>);

impl EventStream {
    /// A stream that ends when `events` ends, the server stops, or the caller's access is revoked.
    pub fn new(events: impl Stream<Item = ServerEvent> + Send + 'static) -> Self {
        Self(Box::pin(events))
    }

    /// The body: `until` ends it, `permit` is held as long as it is open.
    pub(crate) fn into_body<P: Send + 'static>(
        self,
        until: impl Future<Output = ()> + Send + 'static,
        permit: P,
    ) -> Body {
        let open = Open {
            events: self.0,
            until: Box::pin(until),
            keep_alive: {
                let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
                ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                ticks
            },
            permit,
        };
        let first = Bytes::from(format!("retry: {RETRY_MS}\n\n"));
        let rest = stream::unfold(open, |mut open| async move {
            let bytes = tokio::select! {
                biased;
                () = &mut open.until => return None,
                event = open.events.next() => event?.encode(),
                _ = open.keep_alive.tick() => Bytes::from_static(b": keep-alive\n\n"),
            };
            Some((bytes, open))
        });
        Body::stream(stream::once(async move { first }).chain(rest).map(Ok))
    }
}

struct Open<P> {
    events: Pin<Box<dyn Stream<Item = ServerEvent> + Send>>,
    until: Pin<Box<dyn Future<Output = ()> + Send>>,
    keep_alive: tokio::time::Interval,
    #[expect(dead_code, reason = "held until the stream is closed")]
    permit: P,
}

/// Counts the open streams of each user.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    open: Arc<Mutex<FxHashMap<UserId, u32>>>,
    per_user_max: u32,
}

/// One open stream; gives its place back when dropped.
#[derive(Debug)]
pub(crate) struct StreamPermit {
    streams: Streams,
    user: UserId,
}

impl Streams {
    pub fn new(per_user_max: u32) -> Self {
        Self { open: Arc::default(), per_user_max }
    }

    /// A place for one more stream; `None` when the user has as many as allowed.
    pub fn open(&self, user: UserId) -> Option<StreamPermit> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= self.per_user_max {
            return None;
        }
        *count += 1;
        Some(StreamPermit { streams: self.clone(), user })
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_cannot_forge_a_field() {
        let event = ServerEvent { id: "7\ndata: x".into(), name: "plan".into(), data: "a\nb".into() };
        assert_eq!(event.encode(), "id: 7data: x\nevent: plan\ndata: a\ndata: b\n\n");
    }

    #[test]
    fn a_closed_stream_gives_its_place_back() {
        let streams = Streams::new(1);
        let user = UserId(uuid::Uuid::nil());
        let first = streams.open(user);
        assert!(first.is_some());
        assert!(streams.open(user).is_none());
        drop(first);
        assert!(streams.open(user).is_some());
    }
}
