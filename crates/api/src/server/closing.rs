//! The last moment of a listener. Who is let in between the last look into the backlog and the close would be reset, with
//! the request on its way; so nobody is let in any more before that look. Source of the idea: HAProxy's seamless reloads,
//! which drop SYN packets while listeners change hands.

use std::time::Duration;

use tokio::net::TcpListener;

/// For handshakes that are under way when nobody new is let in: a round trip between continents.
pub(super) const HANDSHAKES: Duration = Duration::from_millis(200);

/// Drops the first packet of every new connection from now on. Its client repeats it a second later and is refused then,
/// as it is when the listener is closed. Open connections and handshakes under way go on.
#[cfg(target_os = "linux")]
pub(super) fn let_nobody_in(listener: &TcpListener) -> std::io::Result<()> {
    use socket2::{SockFilter, SockRef};

    // Classic BPF over the TCP header (linux/bpf_common.h); the flags are its byte 13, SYN is 2 (RFC 9293, section 3.1).
    const LOAD_BYTE: u16 = 0x30;
    const JUMP_IF_SET: u16 = 0x45;
    const RETURN: u16 = 0x06;
    let drop_syn = [
        SockFilter::new(LOAD_BYTE, 0, 0, 13),
        SockFilter::new(JUMP_IF_SET, 0, 1, 2),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ];
    SockRef::from(listener).attach_filter(&drop_syn)
}

/// Elsewhere the moment stays open, for some microseconds.
#[cfg(not(target_os = "linux"))]
pub(super) fn let_nobody_in(_: &TcpListener) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::net::{SocketAddr, TcpStream};
    use std::time::Duration;

    use tokio::net::TcpListener;

    use super::let_nobody_in;

    #[tokio::test]
    async fn who_has_connected_is_taken_and_nobody_else_gets_in() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let early = TcpStream::connect(address).unwrap();
        let_nobody_in(&listener).unwrap();
        let (_taken, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, early.local_addr().unwrap());
        let late = TcpStream::connect_timeout(&address, Duration::from_millis(300));
        assert_eq!(late.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
        drop(listener);
        let refused = TcpStream::connect(address);
        assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    }
}
