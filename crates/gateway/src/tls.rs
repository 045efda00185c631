//! Certificates: read at the start, on SIGHUP and when a file changes. A pair that can't be used never replaces one
//! that can.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

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
    config: ArcSwap<ServerConfig>,
    stamps: Mutex<Stamps>,
}

/// When the files were written.
type Stamps = [Option<SystemTime>; 2];

impl Certificate {
    pub fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let stamps = stamps(files);
        let config = config(&files.certificate, &files.key)?;
        Ok(Self { files: files.clone(), config: ArcSwap::new(config), stamps: Mutex::new(stamps) })
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
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
        match config(&self.files.certificate, &self.files.key) {
            Ok(config) => {
                self.config.store(config);
                tracing::info!(certificate = %self.files.certificate.display(), "the certificate was read again");
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

fn config(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let in_file = |path: &Path| {
        let path = path.to_owned();
        move |error| TlsError::File(path, error)
    };
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(in_file(certificates))?;
    if chain.is_empty() {
        return Err(TlsError::Empty(certificates.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(in_file(key))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
