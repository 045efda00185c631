//! One file a backup: a tar, sealed with age. Whoever has the key can open it without us:
//! `age --decrypt --identity KEY FILE | tar -x`.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::{Decryptor, Encryptor, IdentityFile, Recipient, x25519};

use super::installation::{DATABASE, MANIFEST};
use crate::atomic;
use crate::failed::{Doing, Failed};
use crate::stop::Part;

/// Largest database that is unpacked, in bytes; more is a fault in the file.
const UNPACKED_BYTES_MAX: u64 = 1 << 40;
const NAMES: [&str; 5] = [DATABASE, MANIFEST, "secret.key", "audit.key", "audit.key.trusted"];

/// The ending of a sealed backup's name.
pub const SUFFIX: &str = ".tar.age";

/// A new pair of keys: the file has the private one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sealed {
    /// The public key, `age1…`.
    pub recipient: String,
}

/// Makes a pair of keys and writes the private one to a new file that its owner alone may read.
///
/// # Errors
/// When the file exists or can't be written.
pub fn new_key(path: &Path) -> Result<Sealed, Failed> {
    let key = x25519::Identity::generate();
    let recipient = key.to_public().to_string();
    let text = format!("# public key: {recipient}\n{}\n", key.to_string().expose_secret());
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
        Failed::input(format!("{}: {error}", path.display())).next("name a file that is not there yet")
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).doing(path.display())?;
    Ok(Sealed { recipient })
}

/// Packs what lies in `folder` and seals it to the recipients; the SHA-256 of the file.
///
/// # Errors
/// When a recipient can't be read, or the disk fails.
pub fn seal(folder: &Path, file: &Path, recipients: &[String]) -> Result<String, Failed> {
    let keys = read_recipients(recipients)?;
    let encryptor = Encryptor::with_recipients(keys.iter().map(|key| key as &dyn Recipient))
        .map_err(|error| Failed::input(format!("--recipient: {error}")))?;
    let part = Part::of(file);
    let aside = part.path();
    let mut options = OpenOptions::new();
    let out = options.write(true).create(true).truncate(true).mode(0o600).open(aside).doing(aside.display())?;
    let sealed = encryptor.wrap_output(BufWriter::new(out)).doing(aside.display())?;
    let mut tar = tar::Builder::new(sealed);
    for name in NAMES {
        let path = folder.join(name);
        if path.exists() {
            tar.append_path_with_name(&path, name).doing(format!("{name} into {}", aside.display()))?;
        }
    }
    let sealed = tar.into_inner().doing(aside.display())?;
    let out = sealed.finish().doing(aside.display())?;
    let out = out.into_inner().map_err(|error| Failed::ours(format!("{}: {error}", aside.display())))?;
    out.sync_all().doing(aside.display())?;
    atomic::put_in_place(aside, file).doing(file.display())?;
    digest(file)
}

/// Public keys as text.
///
/// # Errors
/// Names the one that is none.
pub fn read_recipients(texts: &[String]) -> Result<Vec<x25519::Recipient>, Failed> {
    texts.iter().map(|text| recipient(text)).collect()
}

fn recipient(text: &str) -> Result<x25519::Recipient, Failed> {
    x25519::Recipient::from_str(text.trim()).map_err(|error| {
        Failed::input(format!("--recipient {text}: {error}"))
            .next("give the public key that `raallyctl backup-key` printed: age1…")
    })
}

/// Opens a sealed backup into a folder.
///
/// # Errors
/// When the key does not fit, the file was changed, or it holds what no backup of ours does.
pub fn open(file: &Path, identity: &Path, folder: &Path) -> Result<(), Failed> {
    let source =
        BufReader::new(File::open(file).map_err(|error| Failed::input(format!("{}: {error}", file.display())))?);
    let no_key = |error: &dyn std::fmt::Display| Failed::input(format!("{}: {error}", identity.display()));
    let keys = IdentityFile::from_file(identity.display().to_string()).map_err(|error| no_key(&error))?;
    let keys = keys.into_identities().map_err(|error| no_key(&error))?;
    let unfit = |error: age::DecryptError| {
        Failed::input(format!("{} can't be opened: {error}", file.display()))
            .next("give the private key that belongs to the recipient it was sealed to")
    };
    let decryptor = Decryptor::new(source).map_err(unfit)?;
    let opened = decryptor.decrypt(keys.iter().map(|key| key.as_ref() as _)).map_err(unfit)?;
    let mut tar = tar::Archive::new(opened.take(UNPACKED_BYTES_MAX));
    let broken = |error: std::io::Error| Failed::input(format!("{} is damaged: {error}", file.display()));
    for entry in tar.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path().map_err(broken)?.to_string_lossy().into_owned();
        let Some(name) = NAMES.into_iter().find(|known| *known == name) else {
            return Err(Failed::input(format!("{} holds {name}, which no backup does", file.display())));
        };
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        let mut out = options.write(true).create_new(true).mode(0o600).open(&path).doing(path.display())?;
        std::io::copy(&mut entry, &mut out).map_err(broken)?;
        out.sync_all().doing(path.display())?;
    }
    Ok(())
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When it can't be read.
pub fn digest(file: &Path) -> Result<String, Failed> {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    let mut source = File::open(file).doing(file.display())?;
    let mut chunk = vec![0; 1 << 16];
    loop {
        match source.read(&mut chunk).doing(file.display())? {
            0 => break,
            count => context.update(&chunk[..count]),
        }
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}
