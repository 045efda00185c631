//! Whose request it is: the address of the last hop, or what a trusted proxy in front says.

use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderMap;

/// A range of addresses, `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u8,
}

/// Not an address or network.
#[derive(Debug)]
pub(crate) struct BadNetwork;

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| BadNetwork)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| BadNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most { Err(BadNetwork) } else { Ok(Self { address, bits }) }
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let width = |address: IpAddr| match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let ((ours, our_width), (theirs, their_width)) = (width(self.address), width(address.to_canonical()));
        let shift = our_width - u32::from(self.bits);
        our_width == their_width && (shift == 128 || ours >> shift == theirs >> shift)
    }
}

/// The caller behind the hops that are trusted: from the right, the first that is not.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    if proxies.is_empty() || !trusted(client) {
        return client;
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
        client = hop.to_canonical();
        if !trusted(client) {
            break;
        }
    }
    client
}

/// Whether the last hop may say where a request comes from.
pub(crate) fn is_trusted(peer: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(peer))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use http::HeaderValue;

    use super::*;

    fn seen(peer: &str, lines: &[&'static str]) -> String {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        client(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.1.1.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.1.1.1", &["1.1.1.1, 198.51.100.1, 10.2.2.2"]), "198.51.100.1");
        assert_eq!(seen("10.1.1.1", &["1.1.1.1", "198.51.100.1, 10.2.2.2"]), "198.51.100.1");
        assert_eq!(seen("10.1.1.1", &["nonsense"]), "10.1.1.1");
        assert_eq!(seen("::ffff:10.1.1.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn networks_are_read_and_matched() {
        for bad in ["10.0.0.0/33", "ten", "::1/129", ""] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("8.8.8.8".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
    }
}
