//! Certificates: read at the start, on SIGHUP and when a file changes. A pair that can't be used, or
//! that has ended, never replaces one that can.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;

/// Why TLS can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read, or holds no PEM of the kind.
    #[error("{0}: {1}")]
    File(PathBuf, rustls_pki_types::pem::Error),
    /// The file of certificates holds none.
    #[error("{0} holds no certificate")]
    Empty(PathBuf),
    /// The key doesn't belong to the certificate, or is of an unknown kind.
    #[error("the certificate and its key don't work: {0}")]
    Refused(#[from] rustls::Error),
}

/// The certificate of one address.
#[derive(Debug)]
pub(crate) struct Certificate {
    files: TlsFiles,
    pair: ArcSwap<Pair>,
    stamps: Mutex<Stamps>,
}

/// A certificate with its key.
#[derive(Debug)]
struct Pair {
    config: Arc<ServerConfig>,
    /// In seconds since 1970.
    ends_at: Option<u64>,
}

impl Pair {
    fn has_ended(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        self.ends_at.is_some_and(|ends_at| ends_at < now)
    }
}

/// When the files were written.
type Stamps = [Option<SystemTime>; 2];

impl Certificate {
    pub fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let stamps = stamps(files);
        let pair = pair(&files.certificate, &files.key)?;
        if pair.has_ended() {
            tracing::warn!(certificate = %files.certificate.display(), "the certificate has ended: no browser connects");
        }
        Ok(Self { files: files.clone(), pair: ArcSwap::new(Arc::new(pair)), stamps: Mutex::new(stamps) })
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.pair.load().config))
    }

    /// Reads the files again, if one was written since the last look or `always`. Returns whether the pair is new.
    pub fn reload(&self, always: bool) -> bool {
        let now = stamps(&self.files);
        {
            let mut last = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
            if *last == now && !always {
                return false;
            }
            *last = now;
        }
        let certificate = self.files.certificate.display();
        match pair(&self.files.certificate, &self.files.key) {
            Ok(new) if new.has_ended() && !self.pair.load().has_ended() => {
                tracing::error!(%certificate, "the new certificate has ended; the old one stays");
                false
            }
            Ok(new) => {
                self.pair.store(Arc::new(new));
                tracing::info!(%certificate, "the certificate was read again");
                true
            }
            Err(error) => {
                // Perhaps one of the two files is still to come: the next change is looked at again.
                tracing::error!(%error, "the new certificate can't be used; the old one stays");
                false
            }
        }
    }
}

fn stamps(files: &TlsFiles) -> Stamps {
    [&files.certificate, &files.key].map(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
}

fn pair(certificates: &Path, key: &Path) -> Result<Pair, TlsError> {
    let in_file = |path: &Path| {
        let path = path.to_owned();
        move |error| TlsError::File(path, error)
    };
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(in_file(certificates))?;
    let Some(first) = chain.first() else {
        return Err(TlsError::Empty(certificates.to_owned()));
    };
    let ends_at = ends_at(first);
    let key = PrivateKeyDer::from_pem_file(key).map_err(in_file(key))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Pair { config: Arc::new(config), ends_at })
}

/// When a certificate ends, in seconds since 1970. Source: RFC 5280, sections 4.1 and 4.1.2.5.
fn ends_at(certificate: &[u8]) -> Option<u64> {
    let (_, signed, _) = part(certificate)?;
    let (_, mut fields, _) = part(signed)?;
    if let Some((0xa0, _, rest)) = part(fields) {
        // The version, which the first one leaves out.
        fields = rest;
    }
    for _serial_algorithm_issuer in 0..3 {
        fields = part(fields)?.2;
    }
    let (_, validity, _) = part(fields)?;
    let (_, _, rest) = part(validity)?;
    let (kind, text, _) = part(rest)?;
    let text = std::str::from_utf8(text).ok()?;
    // UTCTime has two digits of the year, GeneralizedTime four.
    let (year, rest) = text.split_at_checked(if kind == 0x17 { 2 } else { 4 })?;
    let year: u64 = match (kind, year.parse().ok()?) {
        (0x17, year @ 0..50) => 2000 + year,
        (0x17, year) => 1900 + year,
        (_, year) => year,
    };
    let number = |at: usize| rest.get(at..at + 2)?.parse::<u64>().ok();
    let (month, day) = (number(0)?, number(2)?);
    // Years begin in March, so that a leap day is their last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let days = days.checked_sub(719_469)?;
    Some(((days * 24 + number(4)?) * 60 + number(6)?) * 60 + number(8)?)
}

/// The first value of DER: its kind, what is in it, and what follows.
fn part(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    /// Writes a certificate that ends on the first day of a year, and its key.
    fn certify(files: &TlsFiles, year: i32) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut asked = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        asked.not_after = rcgen::date_time_ymd(year, 1, 1);
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        std::fs::write(&files.certificate, asked.self_signed(&key).unwrap().pem()).unwrap();
    }

    #[test]
    fn a_certificate_that_has_ended_replaces_none_that_has_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles { certificate: folder.path().join("certificate.pem"), key: folder.path().join("key.pem") };
        certify(&files, 2040);
        let certificate = Certificate::load(&files).unwrap();
        let ends_at = || certificate.pair.load().ends_at;
        assert_eq!(ends_at(), Some(2_208_988_800));
        certify(&files, 2020);
        assert!(!certificate.reload(true) && ends_at() == Some(2_208_988_800), "it has ended");
        std::fs::write(&files.certificate, "nonsense").unwrap();
        assert!(!certificate.reload(true) && ends_at() == Some(2_208_988_800), "it is none");
        certify(&files, 2060);
        assert!(certificate.reload(true));
        assert_eq!(ends_at(), Some(2_840_140_800));
        certify(&files, 2020);
        let ended = Certificate::load(&files).unwrap();
        assert!(ended.pair.load().has_ended(), "at the start there is no other");
        certify(&files, 2021);
        assert!(ended.reload(true), "nor is there a better one");
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        for der in [&b""[..], b"0", b"0\x84\xff\xff\xff\xff", b"0\x80", b"0\x030\x01\x02"] {
            assert_eq!(ends_at(der), None, "{der:?}");
        }
    }
}
