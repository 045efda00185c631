//! Opens what a command works on: keys, database, application.

use std::path::Path;

use raally_application::accounts::Accounts;
use raally_application::audit::{Auditor, is_sealed};
use raally_application::vault::{Sealed, Vault};
use raally_application::{App, Mint};
use raally_identity::Keyring;
use raally_identity::chain::{AuditKey, TrustedKeys};
use raally_storage::{Location, Mode, Store};

use crate::config::Config;
use crate::failed::Failed;

/// Opens the database, migrates it as far as a start may, and makes the application on it.
///
/// # Errors
/// Names the file or database that can't be used.
pub async fn open(config: &Config) -> Result<App, Failed> {
    let store = store(config).await?;
    store.migrate(Mode::Expand).await?;
    check_secret_key(config, &store).await?;
    app(config, store, keyring(config)?)
}

/// Beside text that another key has sealed, no key is made or taken: whatever were written from then on, no single key
/// would open again.
///
/// # Errors
/// When the database's own secret key is missing or another one is in its place.
pub async fn check_secret_key(config: &Config, store: &Store) -> Result<(), Failed> {
    let Some(sealed) = Sealed::in_store(store).await? else {
        return Ok(());
    };
    let file = &config.secret_key_file;
    let what = if matches!(file.try_exists(), Ok(false)) {
        format!("the secret key {} is missing, and what the database holds is sealed with it", file.display())
    } else if sealed.opens_with(&keyring(config)?) {
        return Ok(());
    } else {
        format!("{} is not the secret key that the database was written with", file.display())
    };
    Err(Failed::input(what).next("put the key back from where it is kept, or name it in RAALLY_SECRET_KEY_FILE"))
}

/// In the place of a lost audit key a new one is not made unseen: by it, all that the lost one signed looks forged.
///
/// # Errors
/// When the log is sealed and the key is missing.
pub async fn check_audit_key(config: &Config, store: &Store) -> Result<(), Failed> {
    let file = &config.audit_key_file;
    if !matches!(file.try_exists(), Ok(false)) || !is_sealed(store).await? {
        return Ok(());
    }
    Err(Failed::input(format!("the audit key {} is missing, and the audit trail is signed with it", file.display()))
        .next("put the key back from where it is kept, or name it in RAALLY_AUDIT_KEY_FILE"))
}

/// The database alone, not migrated; the folder of a SQLite file is made when missing.
///
/// # Errors
/// When it can't be opened.
pub async fn store(config: &Config) -> Result<Store, Failed> {
    if let Location::Sqlite(path) = &config.location {
        make_folder_of(path)?;
    }
    Ok(Store::open(&config.store()).await?)
}

/// The installation's keys; made at the first start.
///
/// # Errors
/// When the file can't be read or made, or others can read it.
pub fn keyring(config: &Config) -> Result<Keyring, Failed> {
    make_folder_of(&config.secret_key_file)?;
    Keyring::load_or_create(&config.secret_key_file).map_err(|error| Failed::input(error.to_string()))
}

/// The key that signs checkpoints; made at the first start.
///
/// # Errors
/// When the file can't be read or made, or others can read it.
pub fn audit_key(config: &Config) -> Result<AuditKey, Failed> {
    make_folder_of(&config.audit_key_file)?;
    AuditKey::load_or_create(&config.audit_key_file).map_err(|error| Failed::input(error.to_string()))
}

/// Seals, signs and verifies the application's log.
///
/// # Errors
/// As [`audit_key`].
pub fn auditor(config: &Config, app: &App) -> Result<Auditor, Failed> {
    Ok(Auditor::trusting(app, audit_key(config)?, TrustedKeys::beside(&config.audit_key_file)))
}

fn app(config: &Config, store: Store, keyring: Keyring) -> Result<App, Failed> {
    let crypto = |error: raally_identity::CryptoFailed| Failed::ours(error.to_string());
    let accounts = Accounts::new(&keyring, config.sign_up, config.hashes).map_err(crypto)?;
    let vault = Vault::new(keyring).map_err(crypto)?;
    Ok(App::new(store, Mint::system(), vault, accounts))
}

/// Makes the folder of a file, for its owner alone.
///
/// # Errors
/// When it can't be made.
pub fn make_folder_of(file: &Path) -> Result<(), Failed> {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => make_folder(folder),
        None => Ok(()),
    }
}

fn make_folder(folder: &Path) -> Result<(), Failed> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        Failed::input(format!("can't make the folder {}: {error}", folder.display()))
            .next("give another RAALLY_DATA_DIR")
    })
}
