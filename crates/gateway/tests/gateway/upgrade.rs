//! One gateway after another: over a kill, and over a handover under load.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use http::{Method, Request};
use raally_gateway::{Begin, Client, Config, Ended};

use super::load::Load;
use super::support::{Gateway, Upstream, config, exchange, program, table, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_successor_takes_over_under_load_without_a_lost_request() {
    let upstream = Upstream::named("stable").await;
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut gateway = Gateway::begin(config(&folder), &folder, Begin::default()).await.unwrap();
    gateway.client.put_table(0, &table(&[("stable", 10_000, &[upstream.address])])).await.unwrap();
    gateway.client.drain(&"stable-1".into(), std::time::Duration::ZERO).await.unwrap();
    gateway.client.undrain(&"stable-1".into()).await.unwrap();
    let address = gateway.address;
    let loads = [Load::start(address, 8, Method::GET), Load::start(address, 8, Method::POST)];
    for _ in 0..4 {
        loads[0].goes_on(200).await;
        let begin = Begin { takeover: true, signals: false };
        let successor = Gateway::begin(config(&folder), &folder, begin).await.unwrap();
        assert_eq!(successor.address, address, "the socket is the same");
        let (old, new) = (std::mem::replace(&mut gateway, successor), &gateway);
        let state = new.client.state().await.unwrap();
        assert_eq!((state.epoch, state.draining), (1, false), "the successor has the table and the admin socket");
        let ended = tokio::spawn(old.ended());
        loads[1].goes_on(200).await;
        assert_eq!(ended.await.unwrap(), Ended { moved: true, cut_off: 0 });
    }
    for load in loads {
        assert_eq!(load.end().await, Vec::<String>::new());
    }
}

/// The gateway as a process.
struct Process(Child);

impl Process {
    fn start(config: &Config, folder: &Path, takeover: bool) -> Self {
        let path = folder.join("config.json");
        std::fs::write(&path, serde_json::to_vec(config).unwrap()).unwrap();
        let mut command = Command::new(program());
        command.arg(&path).stdout(Stdio::null());
        if takeover {
            command.arg("--takeover");
        }
        Self(command.spawn().unwrap())
    }

    /// The address that it serves, once it does.
    async fn address(&self, client: &Client) -> SocketAddr {
        let pid = self.0.id();
        until("the gateway's readiness", async || {
            let state = client.state().await.ok().filter(|state| state.pid == pid)?;
            state.listens[0].parse().ok()
        })
        .await
    }

    fn kill(&mut self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    async fn ended(mut self) -> std::process::ExitStatus {
        tokio::task::spawn_blocking(move || self.0.wait().unwrap()).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_the_last_table_is_in_use_again() {
    let upstream = Upstream::named("stable").await;
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder);
    let client = Client::new(&config.admin_socket);
    let mut process = Process::start(&config, folder.path(), false);
    process.address(&client).await;
    let last = table(&[("stable", 10_000, &[upstream.address])]);
    for epoch in 0..5 {
        client.put_table(epoch, &last).await.unwrap();
    }
    process.kill(rustix::process::Signal::KILL);
    process.ended().await;
    let process = Process::start(&config, folder.path(), false);
    let address = process.address(&client).await;
    let state = client.state().await.unwrap();
    assert_eq!((state.epoch, state.table), (5, last));
    assert_eq!(exchange(address, Request::get("/"), "").await.unwrap().body, "stable");
    let mut process = process;
    process.kill(rustix::process::Signal::TERM);
    assert!(process.ended().await.success(), "SIGTERM ends it in good order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_process_takes_over_from_the_old_one_under_load() {
    let upstream = Upstream::named("stable").await;
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder);
    let client = Client::new(&config.admin_socket);
    let mut process = Process::start(&config, folder.path(), false);
    let address = process.address(&client).await;
    client.put_table(0, &table(&[("stable", 10_000, &[upstream.address])])).await.unwrap();
    let loads = [Load::start(address, 8, Method::GET), Load::start(address, 8, Method::POST)];
    for _ in 0..3 {
        loads[0].goes_on(200).await;
        let successor = Process::start(&config, folder.path(), true);
        assert_eq!(successor.address(&client).await, address);
        let old = std::mem::replace(&mut process, successor);
        loads[1].goes_on(200).await;
        assert!(old.ended().await.success());
    }
    for load in loads {
        assert_eq!(load.end().await, Vec::<String>::new());
    }
    process.kill(rustix::process::Signal::TERM);
    assert!(process.ended().await.success());
}
