//! Notices commits of any process. Each process says NOTIFY at most every 10 ms and outside of the works' transactions,
//! because a NOTIFY inside would make all commits of the server wait for each other. What is lost that way (a process that
//! dies in between) the poll finds.

use std::{future::poll_fn, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    task::AbortHandle,
    time::{MissedTickBehavior, interval},
};
use tokio_postgres::{AsyncMessage, Client};

use super::connect::Server;
use crate::error::StoreError;

const CHANNEL: &str = "raally_changes";
const NOTIFY_EVERY_MIN: Duration = Duration::from_millis(10);
const POLL_EVERY: Duration = Duration::from_millis(250);
const RECONNECT_AFTER: Duration = Duration::from_millis(250);

/// Ticks of local commits, and the task that listens for those of others.
pub(crate) struct Changes {
    changed: watch::Sender<u64>,
    local: Arc<Notify>,
    task: AbortHandle,
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn tick(changed: &watch::Sender<u64>) {
    changed.send_modify(|tick| *tick = tick.wrapping_add(1));
}

impl Changes {
    pub(crate) fn start(server: Server) -> (Self, watch::Receiver<u64>) {
        let (changed, receiver) = watch::channel(0);
        let local = Arc::new(Notify::new());
        let task = tokio::spawn(listen_for_ever(server, changed.clone(), Arc::clone(&local))).abort_handle();
        (Self { changed, local, task }, receiver)
    }

    /// A work of this process was committed.
    pub(crate) fn committed(&self) {
        tick(&self.changed);
        self.local.notify_one();
    }

    pub(crate) fn stop(&self) {
        self.task.abort();
    }
}

async fn listen_for_ever(server: Server, changed: watch::Sender<u64>, local: Arc<Notify>) {
    loop {
        if let Err(error) = listen(&server, &changed, &local).await {
            tracing::debug!(%error, "not listening to PostgreSQL; trying again");
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

async fn listen(server: &Server, changed: &watch::Sender<u64>, local: &Notify) -> Result<(), StoreError> {
    let (client, mut connection) = server.connect().await?;
    let heard = changed.clone();
    let driver = tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                tick(&heard);
            }
        }
    });
    let _stop = AbortOnDrop(driver.abort_handle());
    run(&client, &format!("LISTEN {CHANNEL}")).await?;
    tick(changed);
    let mut polls = interval(POLL_EVERY);
    polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = String::new();
    loop {
        tokio::select! {
            () = local.notified() => {
                run(&client, &format!("NOTIFY {CHANNEL}")).await?;
                tokio::time::sleep(NOTIFY_EVERY_MIN).await;
            }
            _ = polls.tick() => {
                // Changes whenever a transaction that wrote has ended.
                let row = client.query_one("SELECT pg_current_snapshot()::text", &[]).await;
                let snapshot: String = row.and_then(|row| row.try_get(0)).map_err(|e| super::fault::connecting(&e))?;
                if snapshot != seen {
                    seen = snapshot;
                    tick(changed);
                }
            }
        }
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn run(client: &Client, text: &str) -> Result<(), StoreError> {
    client.batch_execute(text).await.map_err(|error| super::fault::connecting(&error))
}
