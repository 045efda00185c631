//! The body of requests and answers: bytes at hand without a box, or a stream.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use crate::problem::Problem;

/// What goes wrong while a body is read.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// Chunks that are made while they are sent.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// Most bytes of a body that nobody wanted which are read away.
const UNWANTED_BYTES_MAX: usize = 64 * 1024;
/// How long they are waited for.
const UNWANTED_WAIT: Duration = Duration::from_secs(1);

/// A body.
pub enum Body {
    /// All bytes are at hand; `None` once sent.
    Full(Option<Bytes>),
    /// From the network.
    Incoming(Incoming),
    /// Made while sent.
    Stream(Chunks),
}

impl Body {
    /// No bytes.
    #[must_use]
    pub const fn empty() -> Self {
        Self::Full(None)
    }

    /// A body of chunks.
    pub fn stream(chunks: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static) -> Self {
        Self::Stream(Box::pin(chunks))
    }

    /// All bytes, at most `bytes_max` of them.
    ///
    /// # Errors
    /// Too large; or malformed when the sender broke off.
    pub async fn read(self, bytes_max: usize) -> Result<Bytes, Problem> {
        if let Self::Full(bytes) = self {
            let bytes = bytes.unwrap_or_default();
            return if bytes.len() > bytes_max { Err(Problem::too_large(bytes_max)) } else { Ok(bytes) };
        }
        match Limited::new(self, bytes_max).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(bytes_max)),
            Err(error) => Err(Problem::malformed("The body broke off.").private(error)),
        }
    }

    /// Reads away what nobody wanted, if it is short: only then can its connection take another request. Who waits to be
    /// invited to send it is not invited any more. Whether the end was reached.
    pub(crate) async fn read_away(self, waits: bool) -> bool {
        let long = self.size_hint().lower() > UNWANTED_BYTES_MAX as u64;
        match &self {
            Self::Incoming(incoming) if incoming.is_end_stream() => true,
            Self::Incoming(_) if waits || long => false,
            Self::Incoming(_) => {
                let rest = Limited::new(self, UNWANTED_BYTES_MAX).collect();
                tokio::time::timeout(UNWANTED_WAIT, rest).await.is_ok_and(|rest| rest.is_ok())
            }
            Self::Full(_) | Self::Stream(_) => true,
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Full(if bytes.is_empty() { None } else { Some(bytes) })
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Incoming(incoming) => Pin::new(incoming).poll_frame(context).map_err(BodyError::from),
            Self::Stream(chunks) => chunks.as_mut().poll_next(context).map(|chunk| chunk.map(|c| c.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_none(),
            Self::Incoming(incoming) => incoming.is_end_stream(),
            Self::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Self::Incoming(incoming) => incoming.size_hint(),
            Self::Stream(_) => SizeHint::default(),
        }
    }
}
