//! Passwords on the command line: read from standard input or made at random, never an argument.

use std::io::{IsTerminal, Read};

use raally_identity::Secret;

use crate::failed::Failed;

/// Longest input that is read for a password, in bytes.
const BYTES_MAX: u64 = 4_096;

/// The first line of standard input.
///
/// # Errors
/// When it wasn't asked for, or there is none.
pub fn from_stdin(asked: bool) -> Result<Secret, Failed> {
    let how = "pipe it in: echo 'a long passphrase' | raally user … --password-stdin";
    if !asked {
        return Err(Failed::input("a password is needed").next(how));
    }
    if std::io::stdin().is_terminal() {
        eprintln!("Type the password and press Enter; it is shown while you type.");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(|error| Failed::input(format!("can't read it: {error}")))?;
        return checked(&line, how);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|error| Failed::input(format!("can't read the password from standard input: {error}")))?;
    checked(text.lines().next().unwrap_or(""), how)
}

fn checked(line: &str, how: &str) -> Result<Secret, Failed> {
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failed::input("standard input holds no password").next(how));
    }
    Ok(Secret::from(password))
}
