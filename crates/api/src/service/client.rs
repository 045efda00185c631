//! Where a request comes from, and which host it is for. Forwarded headers count only when a
//! trusted proxy sent them.

use std::net::IpAddr;
use std::str::FromStr;

use http::{HeaderMap, Uri};

use crate::context::Client;

/// A range of addresses, `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Why a network can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no address or network like 10.0.0.0/8")]
pub struct BadNetwork(String);

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let bad = || BadNetwork(text.to_owned());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| bad())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most { Err(bad()) } else { Ok(Self { address, bits }) }
    }
}

impl Network {
    /// Whether the address is in this range.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let width = |address: IpAddr| match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let ((ours, our_width), (theirs, their_width)) = (width(self.address), width(address.to_canonical()));
        let shift = our_width - u32::from(self.bits);
        our_width == their_width && (shift == 128 || ours >> shift == theirs >> shift)
    }
}

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Of the last hop, which may be a proxy.
    pub address: IpAddr,
    /// Whether that hop speaks TLS to us.
    pub secure: bool,
}

impl Peer {
    /// The caller behind this hop.
    pub(crate) fn client(self, headers: &HeaderMap, proxies: &[Network]) -> Client {
        let address = self.address.to_canonical();
        let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        if proxies.is_empty() || !trusted(address) {
            return Client { address, secure: self.secure };
        }
        let hops: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .collect();
        let mut client = address;
        for hop in hops.iter().rev() {
            let Ok(hop) = hop.parse::<IpAddr>() else {
                break;
            };
            client = hop.to_canonical();
            if !trusted(client) {
                break;
            }
        }
        let forwarded_tls = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
        Client { address: client, secure: self.secure || forwarded_tls }
    }
}

/// The host that the request is for, with its port if it names one.
pub(crate) fn authority<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let named = || headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    uri.authority().map(http::uri::Authority::as_str).or_else(named)
}

/// A host without its port.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use http::{HeaderName, HeaderValue};

    use super::*;

    fn seen(peer: &str, forwarded: &'static str) -> String {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        let headers = HeaderMap::from_iter([
            (HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(forwarded)),
            (HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("https")),
        ]);
        let client = Peer { address: peer.parse().unwrap(), secure: false }.client(&headers, &proxies);
        format!("{} {}", client.address, client.secure)
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1"), "203.0.113.9 false");
        assert_eq!(seen("10.1.1.1", "198.51.100.1"), "198.51.100.1 true");
        assert_eq!(seen("10.1.1.1", "1.1.1.1, 198.51.100.1, 10.2.2.2"), "198.51.100.1 true");
        assert_eq!(seen("10.1.1.1", "nonsense"), "10.1.1.1 true");
        assert_eq!(seen("::ffff:10.1.1.1", "198.51.100.1"), "198.51.100.1 true");
        assert_eq!(seen("2001:db8::1", "10.9.9.9"), "10.9.9.9 true");
    }

    #[test]
    fn networks_are_read_and_matched() {
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("ten".parse::<Network>().is_err());
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("8.8.8.8".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
        let one: Network = "::1".parse().unwrap();
        assert!(one.contains("::1".parse().unwrap()) && !one.contains("::2".parse().unwrap()));
    }

    #[test]
    fn ports_are_no_part_of_a_host() {
        assert_eq!(without_port("a.example:8080"), "a.example");
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("a.example"), "a.example");
    }
}
