//! Another host over `ssh`. In the first test a program called `ssh` on the `PATH` runs what it is told in a folder
//! that stands for the other host. What is real: the errands, the copy of the program, its digest, the other supervisor.

use std::process::{Command, Stdio};

use crate::stage::{Stage, raallyctl};
use crate::tool::wait_until;

/// Runs the command as the other host would: its state is elsewhere, and it has `raallyctl` on its `PATH`.
const SSH: &str = r#"#!/bin/sh
while [ "$1" != "--" ]; do shift; done
host="$2"; shift 2
echo "$host $*" >>"$FAKE/asked"
state=$(echo "$*" | sed 's|.*--state-dir \([^ ]*\).*|\1|')
line=$(echo "$*" | sed "s|$state|$FAKE/there|")
sed "s|$state|$FAKE/there|g" | PATH="$FAKE/bin:$PATH" sh -c "$line"
"#;

#[test]
fn a_release_reaches_another_host_over_ssh() {
    let stage = Stage::new("rolling", "").on_hosts(&["127.0.0.1"]);
    let fake = stage.state().with_file_name("fake");
    std::fs::create_dir_all(fake.join("bin")).unwrap();
    raally_ops::atomic::write(&fake.join("bin/ssh"), SSH.as_bytes(), 0o700).unwrap();
    std::os::unix::fs::symlink(raallyctl(), fake.join("bin/raallyctl")).unwrap();
    let path = format!("{}:{}", fake.join("bin").display(), std::env::var("PATH").unwrap());
    let tool = |arguments: &[&str]| -> Command {
        let mut command = stage.command(arguments);
        command.env("PATH", &path).env("FAKE", &fake);
        command
    };
    let deploy = |version: &str| {
        let version = stage.version(version);
        let output = tool(&["deploy", version.to_str().unwrap(), "--yes"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let ended: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        assert_eq!(ended["outcome"], "released", "{ended}");
    };
    deploy("a");
    deploy("b");
    let there = fake.join("there/releases/r2/raally");
    assert_eq!(std::fs::read(&there).unwrap(), std::fs::read(stage.version("b")).unwrap(), "the program was copied");
    assert!(!stage.state().join("releases/r2/raally").exists(), "and is not on this host");
    let status = tool(&["status"]).output().unwrap();
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(
        (&status["serving"], &status["fleet"]["instances"]["r2-1"]["slot"]["host"]),
        (&2.into(), &"127.0.0.1".into())
    );
    let asked = std::fs::read_to_string(fake.join("asked")).unwrap();
    assert!(asked.lines().all(|line| line.starts_with("127.0.0.1 raallyctl host ")), "{asked}");
    assert!(tool(&["down", "--yes"]).status().unwrap().success());
}

/// The same over a real sshd on this machine, with a key of its own, where there is one.
#[test]
fn a_release_reaches_another_host_over_a_real_sshd() {
    let sshd = "/usr/sbin/sshd";
    if !std::path::Path::new(sshd).exists() {
        eprintln!("skip: sshd is not on this machine");
        return;
    }
    let stage = Stage::new("rolling", "").on_hosts(&["127.0.0.1"]);
    let folder = stage.state().with_file_name("ssh");
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    for name in ["host", "user"] {
        let key = folder.join(name);
        let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
        assert!(made.success());
    }
    std::os::unix::fs::symlink(raallyctl(), folder.join("bin/raallyctl")).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = folder.display();
    let path = std::env::var("PATH").unwrap();
    let server = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {at}/host\nAuthorizedKeysFile {at}/user.pub\nStrictModes no\n\
         PidFile none\nUsePAM no\nPermitRootLogin prohibit-password\nSetEnv PATH={at}/bin:{path}\n"
    );
    let client = format!(
        "Host *\n Port {port}\n IdentityFile {at}/user\n IdentitiesOnly yes\n StrictHostKeyChecking no\n \
         UserKnownHostsFile /dev/null\n LogLevel ERROR\n"
    );
    std::fs::write(folder.join("sshd.conf"), server).unwrap();
    std::fs::write(folder.join("ssh.conf"), client).unwrap();
    if std::path::Path::new("/run").exists() {
        // Where sshd parts with its privileges; a package's own start makes it at boot.
        _ = std::fs::create_dir_all("/run/sshd");
    }
    let mut daemon = Command::new(sshd)
        .args(["-D", "-e", "-f"])
        .arg(folder.join("sshd.conf"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("sshd", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let ssh = format!("#!/bin/sh\nexec /usr/bin/ssh -F '{at}/ssh.conf' \"$@\"\n");
    raally_ops::atomic::write(&folder.join("bin/ssh"), ssh.as_bytes(), 0o700).unwrap();
    let tool = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env("PATH", format!("{}/bin:{path}", folder.display())).output().unwrap()
    };
    let output = tool(&["deploy", stage.version("a").to_str().unwrap(), "--yes"]);
    let status = tool(&["status"]);
    let down = tool(&["down", "--yes"]);
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["serving"], 2, "{status}");
    assert_eq!(status["fleet"]["instances"]["r1-1"]["slot"]["host"], "127.0.0.1");
    assert!(down.status.success());
}
