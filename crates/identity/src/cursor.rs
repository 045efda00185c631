//! Page cursors that clients can't make or move: bytes, signed for one workspace and one operation.

use aws_lc_rs::hmac;
use raally_domain::ids::WorkspaceId;

use crate::encoding;
use crate::keyring::{Keyring, Purpose};
use crate::random::CryptoFailed;

/// Longest payload, in bytes.
pub const CURSOR_PAYLOAD_BYTES_MAX: usize = 2048;
const VERSION: u8 = 1;
/// Half a SHA-256: a forger needs 2¹²⁸ tries.
const TAG_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + TAG_BYTES;

/// The text is no cursor of this workspace and operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no cursor of this list")]
pub struct BadCursor;

/// Makes and reads page cursors. The payload is signed, not hidden.
#[derive(Clone)]
pub struct Cursors(hmac::Key);

impl Cursors {
    /// With the installation's key.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn new(keyring: &Keyring) -> Result<Self, CryptoFailed> {
        keyring.mac_key(Purpose::Cursor).map(Self)
    }

    /// The cursor's text.
    ///
    /// # Errors
    /// When the payload is longer than [`CURSOR_PAYLOAD_BYTES_MAX`], which no client could give back.
    pub fn encode(&self, workspace: WorkspaceId, operation: &str, payload: &[u8]) -> Result<String, BadCursor> {
        if payload.len() > CURSOR_PAYLOAD_BYTES_MAX {
            return Err(BadCursor);
        }
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.tag(workspace, operation, payload));
        bytes.extend_from_slice(payload);
        Ok(encoding::encode(&bytes))
    }

    /// The payload.
    ///
    /// # Errors
    /// When the text is no cursor, altered, or of another workspace, operation or installation.
    pub fn decode(&self, workspace: WorkspaceId, operation: &str, text: &str) -> Result<Vec<u8>, BadCursor> {
        if text.len() > (HEAD_BYTES + CURSOR_PAYLOAD_BYTES_MAX) * 4 / 3 + 1 {
            return Err(BadCursor);
        }
        let mut bytes = encoding::decode(text.as_bytes()).ok_or(BadCursor)?;
        if bytes.len() < HEAD_BYTES || bytes[0] != VERSION {
            return Err(BadCursor);
        }
        let payload = bytes.split_off(HEAD_BYTES);
        let expected = self.tag(workspace, operation, &payload);
        aws_lc_rs::constant_time::verify_slices_are_equal(&bytes[1..], &expected).map_err(|_| BadCursor)?;
        Ok(payload)
    }

    fn tag(&self, workspace: WorkspaceId, operation: &str, payload: &[u8]) -> [u8; TAG_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&[VERSION]);
        context.update(workspace.0.as_bytes());
        context.update(&(operation.len() as u64).to_be_bytes());
        context.update(operation.as_bytes());
        context.update(payload);
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&context.sign().as_ref()[..TAG_BYTES]);
        tag
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const THERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

    fn cursors(secret: u8) -> Cursors {
        Cursors::new(&Keyring::from_secret(&[secret; 32]).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn cursor_reads_back_in_its_own_list_only(payload: Vec<u8>, operation in "[a-z_]{1,20}") {
            let text = cursors(1).encode(HERE, &operation, &payload).unwrap();
            prop_assert_eq!(cursors(1).decode(HERE, &operation, &text), Ok(payload));
            prop_assert_eq!(cursors(1).decode(THERE, &operation, &text), Err(BadCursor));
            prop_assert_eq!(cursors(1).decode(HERE, &format!("{operation}x"), &text), Err(BadCursor));
            prop_assert_eq!(cursors(2).decode(HERE, &operation, &text), Err(BadCursor));
        }

        #[test]
        fn altered_cursor_is_refused(payload: Vec<u8>, at: usize, bit in 0_u8..8) {
            let text = cursors(1).encode(HERE, "list_people", &payload).unwrap();
            let mut bytes = encoding::decode(text.as_bytes()).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(cursors(1).decode(HERE, "list_people", &encoding::encode(&bytes)), Err(BadCursor));
            prop_assert_eq!(cursors(1).decode(HERE, "list_people", &text[..text.len() - 1]), Err(BadCursor));
        }

        #[test]
        fn any_text_is_refused(text in "\\PC{0,100}") {
            prop_assert_eq!(cursors(1).decode(HERE, "list_people", &text), Err(BadCursor));
        }
    }

    #[test]
    fn huge_cursor_is_refused() {
        assert_eq!(cursors(1).encode(HERE, "x", &[0; CURSOR_PAYLOAD_BYTES_MAX + 1]), Err(BadCursor));
        let largest = cursors(1).encode(HERE, "x", &[0; CURSOR_PAYLOAD_BYTES_MAX]).unwrap();
        assert!(cursors(1).decode(HERE, "x", &largest).is_ok());
        assert_eq!(cursors(1).decode(HERE, "x", &"A".repeat(1 << 24)), Err(BadCursor));
    }

    #[test]
    fn operation_and_payload_do_not_run_into_each_other() {
        let text = cursors(1).encode(HERE, "ab", b"c").unwrap();
        let bytes = encoding::decode(text.as_bytes()).unwrap();
        let moved = encoding::encode(&[&bytes[..HEAD_BYTES], b"bc"].concat());
        assert_eq!(cursors(1).decode(HERE, "a", &moved), Err(BadCursor));
    }
}
