//! TLS from two files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

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

/// TLS 1.2 and 1.3 for HTTP/2 and HTTP/1.1, from a chain of certificates (leaf first) and its key, in PEM.
///
/// # Errors
/// A file that can't be read, or a pair that doesn't belong together.
pub fn config(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
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
