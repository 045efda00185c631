//! Refresh tokens: `rt_<session id>.<generation>.<mac>`.
//!
//! The database holds a session's generation and when it began, no token and no hash of one: the MAC proves that this
//! installation made the token, the generation that it is the latest. A token from two rotations ago, or from the one
//! before after the grace, ends the session family: somebody else has a copy (RFC 9700 §4.14.2).

use raally_domain::ids::SessionId;
use uuid::Uuid;

use aws_lc_rs::hmac;

use crate::keyring::{Keyring, Purpose};
use crate::random::CryptoFailed;
use crate::secret::Secret;
use crate::{DAY_US, SECOND_US, encoding};

/// A token that was just rotated still gets its successor for so long, in microseconds: two tabs, a lost answer.
pub const REUSE_GRACE_US: i64 = 10 * SECOND_US;
/// A session that nobody used for so long is over, in microseconds.
pub const IDLE_US: i64 = 30 * DAY_US;
/// No session lives longer, in microseconds.
pub const ABSOLUTE_US: i64 = 90 * DAY_US;

const PREFIX: &str = "rt_";
const TOKEN_BYTES_MAX: usize = 128;
const MAC_BYTES: usize = 32;

/// What the database knows of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionState {
    /// Which session.
    pub id: SessionId,
    /// How often its token was rotated; 0 for the one given at sign-in.
    pub generation: i64,
    /// When this generation began, in microseconds.
    pub rotated_at: i64,
    /// When the user signed in, in microseconds.
    pub created_at: i64,
    /// Signed out, revoked, or its family ended.
    pub ended: bool,
}

/// What becomes of a presented token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Good: store this generation with now as `rotated_at` and hand out its token.
    Rotated {
        /// The next one.
        generation: i64,
    },
    /// Presented again right after its rotation: hand out the present generation's token once more, store nothing.
    SameSuccessor {
        /// The present one.
        generation: i64,
    },
    /// An old token: end the session family.
    Reused,
    /// Idle or alive for too long: end the session.
    Expired,
    /// No token of this session, or the session is over.
    Invalid,
}

/// A token that this installation made, whatever became of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The session to load.
    pub session: SessionId,
    /// Its generation when the token was made.
    pub generation: i64,
}

/// Makes and reads refresh tokens.
#[derive(Clone)]
pub struct RefreshTokens(hmac::Key);

impl RefreshTokens {
    /// With the installation's key.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn new(keyring: &Keyring) -> Result<Self, CryptoFailed> {
        keyring.mac_key(Purpose::Refresh).map(Self)
    }

    /// The token of a session's generation; the same every time.
    #[must_use]
    pub fn mint(&self, session: SessionId, generation: i64) -> Secret {
        let mac = hmac::sign(&self.0, &signed(session, generation));
        Secret::new(format!("{PREFIX}{}.{generation}.{}", session.0.simple(), encoding::encode(mac.as_ref())))
    }

    /// Reads a token that a client sent; none when it is none of ours. Compares in constant time.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<Presented> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let mut parts = token.strip_prefix(PREFIX)?.split('.');
        let (session, generation, mac) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || session.len() != 32 {
            return None;
        }
        let presented = Presented {
            session: SessionId(Uuid::try_parse(session).ok()?),
            generation: generation.parse().ok().filter(|generation| *generation >= 0)?,
        };
        let mac = encoding::decode_exactly::<MAC_BYTES>(mac.as_bytes())?;
        hmac::verify(&self.0, &signed(presented.session, presented.generation), &mac).ok()?;
        Some(presented)
    }
}

/// Decides what becomes of a token that [`RefreshTokens::read`] has proved, at the instant `now` in microseconds.
///
/// A generation that the session has not reached is invalid: the database was set back to a backup.
#[must_use]
pub fn rotate(session: &SessionState, presented: Presented, now: i64) -> Rotation {
    if presented.session != session.id || session.ended || presented.generation > session.generation {
        return Rotation::Invalid;
    }
    let idle = now.saturating_sub(session.rotated_at);
    if presented.generation < session.generation {
        let previous = presented.generation == session.generation - 1;
        // A clock that ran backwards gives no longer grace than one that runs.
        if previous && idle.saturating_abs() <= REUSE_GRACE_US {
            return Rotation::SameSuccessor { generation: session.generation };
        }
        return Rotation::Reused;
    }
    if idle > IDLE_US || now.saturating_sub(session.created_at) > ABSOLUTE_US {
        return Rotation::Expired;
    }
    session.generation.checked_add(1).map_or(Rotation::Expired, |generation| Rotation::Rotated { generation })
}

fn signed(session: SessionId, generation: i64) -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[..16].copy_from_slice(session.0.as_bytes());
    bytes[16..].copy_from_slice(&generation.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;
    use raally_domain::ids::SessionId;
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_800_000_000 * SECOND_US;

    fn tokens() -> RefreshTokens {
        RefreshTokens::new(&Keyring::from_secret(&[3; 32]).unwrap()).unwrap()
    }

    fn session(generation: i64) -> SessionState {
        SessionState { id: SessionId(Uuid::from_u128(7)), generation, rotated_at: NOW, created_at: NOW, ended: false }
    }

    fn outcome(state: &SessionState, generation: i64, now: i64) -> Rotation {
        rotate(state, Presented { session: state.id, generation }, now)
    }

    #[test]
    fn latest_token_is_rotated() {
        assert_eq!(outcome(&session(4), 4, NOW + 1), Rotation::Rotated { generation: 5 });
    }

    #[test]
    fn token_used_again_within_ten_seconds_gets_the_same_successor() {
        let (tokens, state) = (tokens(), session(5));
        assert_eq!(outcome(&state, 4, NOW + REUSE_GRACE_US), Rotation::SameSuccessor { generation: 5 });
        assert_eq!(tokens.mint(state.id, 5).expose(), tokens.mint(state.id, 5).expose());
    }

    #[test]
    fn token_used_again_later_ends_the_family() {
        assert_eq!(outcome(&session(5), 4, NOW + REUSE_GRACE_US + 1), Rotation::Reused);
        assert_eq!(outcome(&session(5), 4, NOW - DAY_US), Rotation::Reused);
        assert_eq!(outcome(&session(5), 3, NOW), Rotation::Reused);
        assert_eq!(outcome(&session(5), 4, NOW + ABSOLUTE_US * 2), Rotation::Reused);
    }

    #[test]
    fn idle_or_old_session_expires() {
        assert_eq!(outcome(&session(5), 5, NOW + IDLE_US), Rotation::Rotated { generation: 6 });
        assert_eq!(outcome(&session(5), 5, NOW + IDLE_US + 1), Rotation::Expired);
        let old = SessionState { created_at: NOW - ABSOLUTE_US, ..session(5) };
        assert_eq!(outcome(&old, 5, NOW), Rotation::Rotated { generation: 6 });
        assert_eq!(outcome(&old, 5, NOW + 1), Rotation::Expired);
    }

    #[test]
    fn ended_foreign_or_future_token_is_invalid() {
        assert_eq!(outcome(&SessionState { ended: true, ..session(5) }, 5, NOW), Rotation::Invalid);
        assert_eq!(outcome(&session(5), 6, NOW), Rotation::Invalid);
        let foreign = Presented { session: SessionId(Uuid::from_u128(8)), generation: 5 };
        assert_eq!(rotate(&session(5), foreign, NOW), Rotation::Invalid);
    }

    proptest! {
        #[test]
        fn token_reads_back(id: u128, generation in 0_i64..) {
            let session = SessionId(Uuid::from_u128(id));
            let token = tokens().mint(session, generation);
            prop_assert_eq!(tokens().read(token.expose()), Some(Presented { session, generation }));
            let other = RefreshTokens::new(&Keyring::from_secret(&[4; 32]).unwrap()).unwrap();
            prop_assert_eq!(other.read(token.expose()), None);
        }

        #[test]
        fn altered_token_is_refused(at in 0_usize..100, to in "[!-~]") {
            let token = tokens().mint(SessionId(Uuid::from_u128(77)), 12);
            let mut text: Vec<char> = token.expose().chars().collect();
            let at = at % text.len();
            text[at] = to.chars().next().unwrap();
            let altered: String = text.into_iter().collect();
            // A UUID reads in either case; it is then the same token.
            let same = altered.eq_ignore_ascii_case(token.expose()) && at < 35;
            prop_assert!(altered == token.expose() || same || tokens().read(&altered).is_none());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            prop_assert_eq!(tokens().read(&text), None);
        }

        #[test]
        fn decision_never_panics(
            generation: i64, rotated_at: i64, created_at: i64, ended: bool, presented: i64, now: i64
        ) {
            let id = SessionId(Uuid::nil());
            let state = SessionState { id, generation: generation.max(0), rotated_at, created_at, ended };
            let _ = rotate(&state, Presented { session: id, generation: presented.max(0) }, now);
        }
    }
}
