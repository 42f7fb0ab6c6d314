//! The address of a client, as the proxy or a proxy before it knows it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;

use contract::{Env, Head, Request};

/// Bits of an IPv6 address that name a client unless the configuration says otherwise. A network of this
/// size is the smallest that is assigned (RFC 6177, RFC 4291 §2.5.1): whoever has one address has 2⁶⁴, and
/// could use a new one per request.
pub(super) const DEFAULT_IPV6_PREFIX: u8 = 64;

/// The list to which each proxy on the way adds the address that it was called from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Where the address of a client is read, and how much of it names him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client {
    /// Which address of `x-forwarded-for`, counted from the right, where the proxies stand that can be
    /// believed.
    /// `None`: what the proxy says of the connection, never of a header.
    pub(super) from_right: Option<NonZeroUsize>,
    /// The leading bits of an IPv6 address that count.
    pub(super) ipv6_prefix: u8,
}

/// An IPv4 address, or the network of an IPv6 one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Client {
    /// The network of the client of `request`. An address that is not there, or is none, is no reason to
    /// take another one: who is before the proxies that can be believed would then be counted as one of
    /// them.
    pub(super) fn network(&self, request: &Request<'_>, env: &Env<'_>) -> Option<Network> {
        let address = match self.from_right {
            None => env.connection.source_address()?,
            Some(place) => forwarded(request.head, place)?,
        };
        Some(Network::of(address, self.ipv6_prefix))
    }

    /// Whether it is another proxy that says it.
    pub(super) const fn is_forwarded(&self) -> bool {
        self.from_right.is_some()
    }

    /// A text that no other place of addresses has.
    pub(super) fn definition(&self) -> String {
        format!("{}/{}", self.from_right.map_or(0, NonZeroUsize::get), self.ipv6_prefix)
    }
}

/// The address at `place` from the right of all field lines in their order, which are one list (RFC 9110
/// §5.3).
fn forwarded(head: &Head, place: NonZeroUsize) -> Option<IpAddr> {
    let members = || head.values(FORWARDED_FOR).flat_map(|line| line.split(|byte| *byte == b','));
    let member = members().nth(members().count().checked_sub(place.get())?)?;
    std::str::from_utf8(member).ok()?.trim_matches([' ', '\t']).parse().ok()
}

impl Network {
    /// The network of `address`: IPv4 is the address itself, in either notation.
    fn of(address: IpAddr, ipv6_prefix: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self { first: address.into(), prefix: 32 },
            IpAddr::V6(address) => {
                Self { first: first_of(address, ipv6_prefix).into(), prefix: ipv6_prefix }
            }
        }
    }

    /// The bytes of the first address.
    pub(super) fn octets(&self) -> impl std::ops::Deref<Target = [u8]> + use<> {
        Octets::of(self.first)
    }

    const fn is_one_address(&self) -> bool {
        match self.first {
            IpAddr::V4(_) => true,
            IpAddr::V6(_) => self.prefix == 128,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_one_address() {
            true => self.first.fmt(f),
            false => write!(f, "{}/{}", self.first, self.prefix),
        }
    }
}

/// The bytes of an address, where they lie.
enum Octets {
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Octets {
    const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => Self::V6(address.octets()),
        }
    }
}

impl std::ops::Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::V4(octets) => octets,
            Self::V6(octets) => octets,
        }
    }
}

fn first_of(address: Ipv6Addr, prefix: u8) -> Ipv6Addr {
    let host_bits = u128::BITS.saturating_sub(u32::from(prefix));
    let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str, prefix: u8) -> String {
        Network::of(text.parse().unwrap(), prefix).to_string()
    }

    fn third_last(lines: &[&str]) -> Option<IpAddr> {
        let fields = lines.iter().map(|line| (b"X-Forwarded-For".as_slice(), line.as_bytes()));
        forwarded(&Head::from_pairs(fields).unwrap(), NonZeroUsize::new(3).unwrap())
    }

    #[test]
    fn an_ipv6_client_is_its_network() {
        for (address, prefix, text) in [
            ("2001:db8:0:1:ffff:ffff:ffff:ffff", 64, "2001:db8:0:1::/64"),
            ("2001:db8:0:1ff::1", 56, "2001:db8:0:100::/56"),
            ("2001:db8::1", 32, "2001:db8::/32"),
            ("2001:db8::1", 128, "2001:db8::1"),
        ] {
            assert_eq!(network(address, prefix), text);
        }
    }

    #[test]
    fn an_ipv4_client_is_its_address_in_either_notation() {
        for address in ["192.0.2.1", "::ffff:192.0.2.1"] {
            assert_eq!(network(address, 64), "192.0.2.1");
        }
        let octets = |text: &str| Network::of(text.parse().unwrap(), 64).octets().to_vec();
        assert_eq!(octets("192.0.2.1"), [192, 0, 2, 1]);
        assert_ne!(octets("192.0.2.1"), octets("192.0.2.2"));
        assert_eq!(octets("2001:db8::1").len(), 16);
    }

    #[test]
    fn all_lines_are_one_list_that_is_read_from_the_right() {
        let wanted = Some("192.0.2.3".parse().unwrap());
        for lines in [
            ["192.0.2.3, 10.0.0.1, 10.0.0.2"].as_slice(),
            &["203.0.113.9,192.0.2.3 ,\t10.0.0.1,10.0.0.2"],
            &["garbage, 192.0.2.3", "10.0.0.1, 10.0.0.2"],
            &["192.0.2.3", "10.0.0.1", "10.0.0.2"],
            &["1.1.1.1,", "192.0.2.3", "10.0.0.1, garbage"],
        ] {
            assert_eq!(third_last(lines), wanted, "{lines:?}");
        }
    }

    #[test]
    fn an_address_that_is_not_there_is_no_other_one() {
        for lines in [
            [].as_slice(),
            &["192.0.2.3, 10.0.0.1"],
            &["garbage, 10.0.0.1, 10.0.0.2"],
            &["192.0.2.3:80, 10.0.0.1, 10.0.0.2"],
            &["192.0.2.3 192.0.2.4, 10.0.0.1, 10.0.0.2"],
            &["192.0.2.3, , 10.0.0.1, 10.0.0.2"],
        ] {
            assert_eq!(third_last(lines), None, "{lines:?}");
        }
    }
}
