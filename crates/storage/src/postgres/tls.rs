//! TLS to PostgreSQL. `prefer` encrypts without verifying, as libpq does; from `require` on chain and host name are verified,
//! which is stricter than libpq: an unverified "require" gives a false sense of safety (OWASP ASVS 12.3).

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs::default_provider, verify_tls12_signature, verify_tls13_signature},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;

/// Where systems keep their root certificates.
const SYSTEM_ROOTS: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

fn setup(error: impl std::fmt::Display) -> StoreError {
    StoreError::setup(format!("TLS to PostgreSQL: {error}"))
}

fn roots(file: &Path) -> Result<RootCertStore, StoreError> {
    let mut store = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|e| setup(format!("{}: {e}", file.display())))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|e| setup(format!("{}: {e}", file.display())))?;
        // A bundle may hold roots that rustls doesn't take; the others still count.
        _ = store.add(certificate);
    }
    if store.is_empty() {
        return Err(setup(format!("{} has no usable certificate", file.display())));
    }
    Ok(store)
}

/// The connector. `verify` is false for `disable` (never used) and `prefer`.
pub(crate) fn connector(verify: bool, root_file: Option<&Path>) -> Result<MakeRustlsConnect, StoreError> {
    let provider = Arc::new(default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(setup)?;
    let config = if verify {
        let system = || SYSTEM_ROOTS.iter().map(Path::new).find(|path| path.exists());
        let file = root_file.or_else(system).ok_or_else(|| setup("no root certificates found; set sslrootcert"))?;
        builder.with_root_certificates(roots(file)?).with_no_client_auth()
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider))).with_no_client_auth()
    };
    Ok(MakeRustlsConnect::new(config))
}

/// Takes any certificate: for `sslmode=prefer`, which protects against listeners only.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
