//! Random bytes, and the failure of the cryptographic library.

/// The cryptographic library refused to work: no randomness, or no memory. Nothing that a caller did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library failed")]
pub struct CryptoFailed;

impl From<aws_lc_rs::error::Unspecified> for CryptoFailed {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

/// Bytes that nobody can guess.
pub fn bytes<const N: usize>() -> Result<[u8; N], CryptoFailed> {
    let mut out = [0; N];
    aws_lc_rs::rand::fill(&mut out)?;
    Ok(out)
}
