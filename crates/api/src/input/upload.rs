//! Bodies that are files: read as a stream, bounded while read.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::body::Body;
use crate::problem::Problem;

/// A file that is being sent.
pub struct Upload {
    /// Without parameters, lower case.
    pub media_type: String,
    pub(crate) body: Limited<Body>,
    pub(crate) bytes_max: usize,
}

impl Upload {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// Too large, as soon as the bound is passed; malformed, when the sender broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            match self.body.frame().await {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                Some(Err(error)) if error.is::<LengthLimitError>() => {
                    return Err(Problem::too_large(self.bytes_max));
                }
                Some(Err(error)) => {
                    return Err(Problem::malformed("The file broke off.").private(error));
                }
            }
        }
    }
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("media_type", &self.media_type).finish_non_exhaustive()
    }
}
