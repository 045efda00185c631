//! From one gateway to its successor without a lost connection: the listening sockets themselves change hands.
//!
//! The successor connects to a Unix socket beside the admin socket, is given the sockets and the table, begins to
//! accept, and says that it is ready. Only then does the old one stop accepting. What waits in a backlog waits for
//! both; nothing is lost even if one of them dies in between.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::{Deserialize, Serialize};

use crate::keep::Kept;

/// Changes with the form of the conversation.
const FORM: u32 = 1;
/// Most sockets that change hands; the kernel's own bound is 253.
pub(crate) const SOCKETS_MAX: usize = 64;
const OFFER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest silence of the other side.
const PATIENCE: Duration = Duration::from_secs(30);
const READY: u8 = b'R';

/// What the old one offers, beside its sockets.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub form: u32,
    pub kept: Kept,
    /// The address of each socket as it was configured, in the order of the sockets.
    pub listens: Vec<String>,
}

/// What the successor has been given; the old one goes on until it hears that all is well.
#[derive(Debug)]
pub(crate) struct Inheritance {
    pub kept: Kept,
    pub sockets: Vec<(String, OwnedFd)>,
    stream: UnixStream,
}

/// The socket of the handover, beside the admin socket.
pub(crate) fn path(admin_socket: &Path) -> PathBuf {
    let mut path = admin_socket.as_os_str().to_owned();
    path.push(".handover");
    path.into()
}

/// Asks the running gateway for its sockets.
pub(crate) fn take(path: &Path) -> io::Result<Inheritance> {
    let mut stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (length, sockets) = receive(&stream)?;
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    let offer: Offer = serde_json::from_slice(&bytes)?;
    if offer.form != FORM || offer.listens.len() != sockets.len() {
        return Err(io::Error::other("the running gateway hands over in another form: stop it instead"));
    }
    Ok(Inheritance { kept: offer.kept, sockets: offer.listens.into_iter().zip(sockets).collect(), stream })
}

impl Inheritance {
    /// Tells the old one that it may leave.
    pub fn ready(mut self) -> io::Result<()> {
        self.stream.write_all(&[READY])
    }
}

/// Gives the sockets to a successor; returns once it is ready. On an error nothing has changed.
pub(crate) fn give(mut stream: UnixStream, kept: Kept, sockets: &[(String, BorrowedFd<'_>)]) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let listens = sockets.iter().map(|(listen, _)| listen.clone()).collect();
    let offer = serde_json::to_vec(&Offer { form: FORM, kept, listens })?;
    let length = u32::try_from(offer.len()).map_err(io::Error::other)?.to_be_bytes();
    let descriptors: Vec<BorrowedFd<'_>> = sockets.iter().map(|(_, socket)| *socket).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS_MAX))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::Error::other("too many sockets to hand over"));
    }
    rustix::net::sendmsg(&stream, &[IoSlice::new(&length)], &mut control, SendFlags::NOSIGNAL)?;
    stream.write_all(&offer)?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    if answer == [READY] { Ok(()) } else { Err(io::Error::other("the successor isn't ready")) }
}

/// The length of the offer, which carries the sockets.
fn receive(stream: &UnixStream) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut length = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS_MAX))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut buffers = [IoSliceMut::new(&mut length)];
    let received = rustix::net::recvmsg(stream, &mut buffers, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut sockets = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            sockets.extend(descriptors);
        }
    }
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
    if received.bytes != 4 || length > OFFER_BYTES_MAX {
        return Err(io::Error::other("the running gateway broke off"));
    }
    Ok((length, sockets))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_socket_that_changed_hands_accepts_what_was_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder.path().join("admin.sock"));
        let listener = UnixListener::bind(&path).unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let waiting = TcpStream::connect(address).unwrap();
        let giving = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let kept = Kept { epoch: 3, ..Kept::default() };
            give(stream, kept, &[("127.0.0.1:0".to_owned(), socket.as_fd())]).unwrap();
        });
        let mut inheritance = take(&path).unwrap();
        assert_eq!(inheritance.kept.epoch, 3);
        let (listen, socket) = inheritance.sockets.pop().unwrap();
        assert_eq!(listen, "127.0.0.1:0");
        inheritance.ready().unwrap();
        giving.join().unwrap();
        let (_, peer) = TcpListener::from(socket).accept().unwrap();
        assert_eq!(peer, waiting.local_addr().unwrap());
    }

    #[test]
    fn a_successor_that_dies_leaves_the_old_one_in_charge() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let giving = std::thread::spawn(move || give(ours, Kept::default(), &[]));
        drop(theirs);
        assert!(giving.join().unwrap().is_err());
    }
}
