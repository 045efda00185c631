//! Active checks: each target is asked on a new connection, again and again, whether it can serve.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::config::ms;
use crate::shared::Shared;
use crate::target::TargetRuntime;

/// Checks all targets of the table in use until it is dropped; also lets go of connections that were idle too long.
pub(crate) async fn watch(shared: Arc<Shared>) {
    let mut ticks = interval(ms(shared.config.health.interval_ms));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.routes_changed.notified() => {}
        }
        let routes = shared.routes.load_full();
        for target in routes.targets() {
            let now = Instant::now();
            target.pools.iter().for_each(|pool| pool.expire(now));
            if !shared.config.health.path.is_empty() && !target.is_draining() {
                tokio::spawn(check(Arc::clone(&shared), Arc::clone(target)));
            }
        }
    }
}

async fn check(shared: Arc<Shared>, target: Arc<TargetRuntime>) {
    let rule = &shared.config.health;
    let good = matches!(timeout(ms(rule.timeout_ms), ask(&target.address, &rule.path)).await, Ok(Ok(true)));
    target.checked(good, rule);
}

async fn ask(address: &str, path: &str) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path)
        .header(header::HOST, HeaderValue::try_from(address)?)
        .header(header::USER_AGENT, "raally-gateway-health")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request);
    tokio::pin!(connection, answer);
    let status = tokio::select! {
        answer = &mut answer => answer?.status(),
        ended = &mut connection => {
            ended?;
            answer.await?.status()
        }
    };
    Ok(status.is_success() || status.is_redirection())
}
