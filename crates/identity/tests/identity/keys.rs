//! Key files, the keyring and the audit key's file.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::{Arc, Barrier};

use proptest::prelude::*;
use raally_identity::chain::AuditKey;
use raally_identity::keyfile::KeyFileError;
use raally_identity::keyring::OpenError;
use raally_identity::{Keyring, Purpose};
use tempfile::tempdir;

fn keyring() -> Keyring {
    Keyring::from_secret(&[7; 32]).unwrap()
}

#[test]
fn key_file_is_made_once_for_its_owner_only() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data/secret.key");
    let sealed = Keyring::load_or_create(&path).unwrap().seal(Purpose::AtRest, b"", b"text").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read(&path).unwrap().len(), 32);
    let again = Keyring::load_or_create(&path).unwrap();
    assert_eq!(again.open(Purpose::AtRest, b"", &sealed).unwrap().as_slice(), b"text");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside");
}

#[test]
fn processes_that_race_get_the_same_key() {
    for _ in 0..20 {
        let folder = tempdir().unwrap();
        let path = Arc::new(folder.path().join("secret.key"));
        let barrier = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (path, barrier) = (path.clone(), barrier.clone());
                std::thread::spawn(move || {
                    barrier.wait();
                    Keyring::load_or_create(&path).unwrap()
                })
            })
            .collect();
        let rings: Vec<Keyring> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let sealed = rings[0].seal(Purpose::AtRest, b"", b"x").unwrap();
        assert!(rings.iter().all(|ring| ring.open(Purpose::AtRest, b"", &sealed).is_ok()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn key_file_open_to_others_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("secret.key");
    Keyring::load_or_create(&path).unwrap();
    for mode in [0o640, 0o604, 0o660, 0o644, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = Keyring::load_or_create(&path).unwrap_err();
        assert!(matches!(refused, KeyFileError::OpenToOthers { mode: found, .. } if found == mode), "{refused}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    Keyring::load_or_create(&path).unwrap();
    symlink(&path, folder.path().join("link")).unwrap();
    Keyring::load_or_create(&folder.path().join("link")).unwrap();
}

#[test]
fn file_that_is_no_key_is_refused_and_kept() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("some.key");
    for content in [&b""[..], &[1; 31], &[1; 33], b"password", &[0xff; 1 << 20]] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(Keyring::load_or_create(&path), Err(KeyFileError::NotAKey { .. })));
        assert!(matches!(AuditKey::load_or_create(&path), Err(KeyFileError::NotAKey { .. })));
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(matches!(Keyring::load_or_create(folder.path()), Err(KeyFileError::NotAKey { .. })));
}

#[test]
fn audit_key_is_pem_or_a_raw_seed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("audit.key");
    let made = AuditKey::load_or_create(&path).unwrap().public();
    assert!(fs::read_to_string(&path).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(AuditKey::load_or_create(&path).unwrap().public(), made);
    fs::write(&path, [0xc9; 32]).unwrap();
    assert_eq!(AuditKey::load_or_create(&path).unwrap().public(), AuditKey::from_seed(&[0xc9; 32]).unwrap().public());
    // Source: RFC 8410 §10.3, whose public key is in §10.1.
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    fs::write(&path, pem).unwrap();
    let public = AuditKey::load_or_create(&path).unwrap().public();
    assert_eq!(public.0[..4], [0x19, 0xbf, 0x44, 0x09]);
}

proptest! {
    #[test]
    fn sealed_text_opens_at_its_own_place_only(plaintext: Vec<u8>, aad: Vec<u8>) {
        let sealed = keyring().seal(Purpose::AtRest, &aad, &plaintext).unwrap();
        prop_assert!(sealed.starts_with("v1."));
        prop_assert_eq!(keyring().open(Purpose::AtRest, &aad, &sealed).unwrap().to_vec(), plaintext.clone());
        let elsewhere = [&aad[..], b"x"].concat();
        prop_assert_eq!(keyring().open(Purpose::AtRest, &elsewhere, &sealed), Err(OpenError::Refused));
        prop_assert_eq!(keyring().open(Purpose::SigningKeys, &aad, &sealed), Err(OpenError::Refused));
        let other = Keyring::from_secret(&[8; 32]).unwrap();
        prop_assert_eq!(other.open(Purpose::AtRest, &aad, &sealed), Err(OpenError::Refused));
        prop_assert_ne!(keyring().seal(Purpose::AtRest, &aad, &plaintext).unwrap(), sealed);
    }

    #[test]
    fn altered_or_foreign_text_never_opens(bytes: Vec<u8>, at: usize, to: u8) {
        prop_assert!(keyring().open(Purpose::AtRest, b"", &bytes).is_err());
        prop_assert!(keyring().open(Purpose::AtRest, b"", [b"v1.", &bytes[..]].concat()).is_err());
        let mut sealed = keyring().seal(Purpose::AtRest, b"", &bytes).unwrap().into_bytes();
        let at = at % sealed.len();
        prop_assume!(sealed[at] != to);
        sealed[at] = to;
        prop_assert!(keyring().open(Purpose::AtRest, b"", &sealed).is_err());
        prop_assert!(keyring().open(Purpose::AtRest, b"", &sealed[..at]).is_err());
    }
}

#[test]
fn huge_text_is_refused() {
    assert_eq!(keyring().open(Purpose::AtRest, b"", "v1.".repeat(5 << 20)), Err(OpenError::Malformed));
}
