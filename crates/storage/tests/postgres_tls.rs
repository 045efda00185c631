//! TLS to PostgreSQL: who the server is gets verified against roots that the URL names.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use raally_storage::{
    Location, Mode, Store, StoreConfig, StoreError,
    testing::{TEST_BUILD, server::PostgresServer},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Certificate and key of a server with this name or address.
    fn server(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn file(&self, folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, &self.pem).unwrap();
        file
    }
}

/// Opens the database and asks it something.
async fn reached(url: &str) -> Result<(), StoreError> {
    let store = Store::open(&StoreConfig::new(Location::Postgres(url.to_owned()), TEST_BUILD)).await?;
    let asked = store.health().await;
    store.close().await;
    asked
}

#[tokio::test]
async fn a_server_is_believed_only_with_a_certificate_of_the_given_authority_for_its_name() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.migrated_database().await;
    let name = database.rsplit('/').next().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (our_root, their_root) = (ours.file(folder.path(), "ours.pem"), theirs.file(folder.path(), "theirs.pem"));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = |options: String| format!("postgres://raally_owner@127.0.0.1:{port}/{name}?{options}");
    let verified = |root: &Path| url(format!("sslmode=verify-full&sslrootcert={}", root.display()));

    let (certificate, key) = ours.server("127.0.0.1");
    server.serve_tls(port, &certificate, &key);
    reached(&verified(&our_root)).await.unwrap();
    let config = StoreConfig::new(Location::Postgres(verified(&our_root)), TEST_BUILD);
    let store = Store::open(&config).await.unwrap();
    assert!(store.migrate(Mode::Expand).await.unwrap().pending.is_empty(), "migrations go the same way");
    store.close().await;
    reached(&url("sslmode=prefer".to_owned())).await.unwrap();

    assert!(reached(&verified(&their_root)).await.is_err(), "another authority's word counts for nothing");
    assert!(
        reached(&url("sslmode=require".to_owned())).await.is_err(),
        "nor does a certificate that no root vouches for"
    );
    assert!(reached(&url("sslmode=disable".to_owned())).await.is_err(), "the server itself wants TLS");

    let (certificate, key) = ours.server("db.example");
    server.serve_tls(port, &certificate, &key);
    assert!(reached(&verified(&our_root)).await.is_err(), "a certificate for another name");
}
