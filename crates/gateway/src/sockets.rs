//! The sockets that clients connect to: a predecessor's, or new ones.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;

use crate::config::Config;
use crate::gateway::GatewayError;
use crate::handover::Inheritance;
use crate::tls::Certificate;

const BACKLOG: i32 = 4_096;

/// A socket that clients connect to.
pub(crate) struct Listening {
    /// Its address as it is configured, by which a successor finds it.
    pub configured: String,
    pub socket: StdListener,
    pub certificate: Option<Arc<Certificate>>,
}

/// One for each address of the configuration.
pub(crate) fn listening(
    config: &Config,
    mut inheritance: Option<&mut Inheritance>,
) -> Result<Vec<Listening>, GatewayError> {
    config
        .listens
        .iter()
        .map(|listen| {
            let configured = listen.address.to_string();
            let certificate = listen.tls.as_ref().map(Certificate::load).transpose()?.map(Arc::new);
            let socket = socket(&configured, listen.address, inheritance.as_deref_mut())?;
            Ok(Listening { configured, socket, certificate })
        })
        .collect()
}

/// The socket of an address: the predecessor's, or a new one.
pub(crate) fn socket(
    configured: &str,
    address: SocketAddr,
    inheritance: Option<&mut Inheritance>,
) -> Result<StdListener, GatewayError> {
    let inherited = inheritance.and_then(|inheritance| {
        let index = inheritance.sockets.iter().position(|(known, _)| known == configured)?;
        Some(StdListener::from(inheritance.sockets.swap_remove(index).1))
    });
    match inherited {
        Some(socket) => Ok(socket),
        None => bind(address).map_err(|error| GatewayError::Socket(configured.to_owned(), error)),
    }
}

fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = StdListener::bind(address)?;
    rustix::net::listen(&socket, BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
