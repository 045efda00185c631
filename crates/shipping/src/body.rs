//! What is inside an object: pages, compressed, and sealed with age where there are recipients.

use std::io::{Read, Write};
use std::path::Path;
use std::str::FromStr;

use age::{Decryptor, Encryptor, Identity, IdentityFile, Recipient, x25519};
use aws_lc_rs::digest::{SHA256, digest};

use crate::failed::ShippingError;

/// Fast: the log must not fall behind.
const LEVEL: i32 = 1;
/// The largest content of one object, in bytes; more is a fault in it.
pub(crate) const CONTENT_MAX: u64 = 8 << 30;

/// Whom backups are sealed to; nobody is possible.
#[derive(Clone, Default)]
pub struct Recipients(Vec<x25519::Recipient>);

impl std::fmt::Debug for Recipients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} recipients", self.0.len())
    }
}

impl Recipients {
    /// Reads public keys, `age1…`.
    ///
    /// # Errors
    /// `Input`: names the one that is none.
    pub fn read<T: AsRef<str>>(texts: &[T]) -> Result<Self, ShippingError> {
        let read = |text: &str| {
            x25519::Recipient::from_str(text.trim())
                .map_err(|error| ShippingError::Input(format!("{text:?} is no public key such as age1…: {error}")))
        };
        Ok(Self(texts.iter().map(|text| read(text.as_ref())).collect::<Result<_, _>>()?))
    }

    /// Whether anything is sealed.
    #[must_use]
    pub fn seal(&self) -> bool {
        !self.0.is_empty()
    }

    /// Seals bytes, or leaves them as they are.
    pub(crate) fn close(&self, bytes: Vec<u8>) -> Result<Vec<u8>, ShippingError> {
        if self.0.is_empty() {
            return Ok(bytes);
        }
        let recipients = self.0.iter().map(|key| key as &dyn Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(|e| ShippingError::Input(e.to_string()))?;
        let sealed = || -> std::io::Result<Vec<u8>> {
            let mut out = encryptor.wrap_output(Vec::with_capacity(bytes.len() + 512))?;
            out.write_all(&bytes)?;
            out.finish()
        };
        sealed().map_err(ShippingError::disk("sealing"))
    }
}

/// Who can open what is sealed.
#[derive(Default)]
pub struct Identities(Vec<Box<dyn Identity + Send + Sync>>);

impl Identities {
    /// Reads private keys from a file.
    ///
    /// # Errors
    /// `Input` when it can't be read or holds none.
    pub fn read(file: &Path) -> Result<Self, ShippingError> {
        let no_key = |error: &dyn std::fmt::Display| ShippingError::Input(format!("{}: {error}", file.display()));
        let keys = IdentityFile::from_file(file.display().to_string()).map_err(|error| no_key(&error))?;
        Ok(Self(keys.into_identities().map_err(|error| no_key(&error))?))
    }

    /// Opens what [`Recipients::close`] made.
    pub(crate) fn open(&self, object: &str, sealed: bool, bytes: &[u8]) -> Result<Vec<u8>, ShippingError> {
        if !sealed {
            return Ok(bytes.to_vec());
        }
        if self.0.is_empty() {
            let what = "the backup is sealed: give the file with the private key";
            return Err(ShippingError::Input(what.to_owned()));
        }
        let unfit = |error: age::DecryptError| match error {
            age::DecryptError::NoMatchingKeys => {
                ShippingError::Input("the private key is not one that the backup was sealed to".to_owned())
            }
            other => ShippingError::damaged(object, other.to_string()),
        };
        let decryptor = Decryptor::new(bytes).map_err(unfit)?;
        let mut opened = decryptor.decrypt(self.0.iter().map(|key| key.as_ref() as &dyn Identity)).map_err(unfit)?;
        let mut out = Vec::with_capacity(bytes.len());
        opened.read_to_end(&mut out).map_err(|error| ShippingError::damaged(object, error.to_string()))?;
        Ok(out)
    }
}

/// Compresses what is written to it.
pub(crate) struct Packer(zstd::Encoder<'static, Vec<u8>>);

impl Packer {
    pub(crate) fn new() -> Result<Self, ShippingError> {
        Ok(Self(zstd::Encoder::new(Vec::new(), LEVEL).map_err(ShippingError::disk("compressing"))?))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)
    }

    pub(crate) fn finish(self, recipients: &Recipients) -> Result<Vec<u8>, ShippingError> {
        recipients.close(self.0.finish().map_err(ShippingError::disk("compressing"))?)
    }
}

/// Unpacks what a [`Packer`] made, of at most so many bytes.
pub(crate) fn unpack(object: &str, bytes: &[u8], max: u64) -> Result<Vec<u8>, ShippingError> {
    let damaged = |error: std::io::Error| ShippingError::damaged(object, format!("can't be unpacked: {error}"));
    let mut out = Vec::new();
    let decoder = zstd::Decoder::new(bytes).map_err(damaged)?;
    let count = decoder.take(max + 1).read_to_end(&mut out).map_err(damaged)?;
    if count as u64 > max {
        return Err(ShippingError::damaged(object, format!("holds more than {max} bytes")));
    }
    Ok(out)
}

/// SHA-256, in hexadecimal.
pub(crate) fn hex_digest(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
