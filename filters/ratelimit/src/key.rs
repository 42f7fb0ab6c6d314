//! Who is counted: the bytes of a key, made of what is proven of a request.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use contract::{Cause, Duration, Env, Request};
use serde::Deserialize;
use serde_json::Value;

/// Bits of an IPv6 address that name a client. A network of this size is the smallest that is assigned
/// (RFC 6177, RFC 4291 §2.5.1): whoever has one address has 2⁶⁴, and could use a new one per request.
const IPV6_CLIENT_PREFIX_BITS: u32 = 64;

/// When to come back where the proxy could not tell the client's address.
const ADDRESS_RETRY: Duration = Duration::from_secs(1);

/// One part of a limit's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyPart {
    /// The verified subject, and who issued it: a subject is unique within its issuer only (RFC 7519 §4.1.2).
    Subject,
    /// The issuer of the verified credential.
    Issuer,
    /// The workload that the connection's certificate names.
    Workload,
    /// The matched route.
    Route,
    /// The address of the TCP peer, never of a header; for IPv6 its network.
    ClientAddress,
    /// A string or integer claim of the verified credential.
    Claim(String),
}

/// A part of the key that is not known of this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The part.
    pub(crate) part: KeyPart,
    /// What a request without it comes to.
    pub(crate) cause: Cause,
}

impl KeyPart {
    /// Whether only a verified credential gives it.
    pub(crate) const fn needs_identity(&self) -> bool {
        match self {
            Self::Subject | Self::Issuer | Self::Claim(_) => true,
            Self::Workload | Self::Route | Self::ClientAddress => false,
        }
    }

    /// Whether it is known before any credential or certificate has been looked at.
    pub(crate) const fn is_known_before_auth(&self) -> bool {
        match self {
            Self::Route | Self::ClientAddress => true,
            Self::Subject | Self::Issuer | Self::Workload | Self::Claim(_) => false,
        }
    }
}

impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject => f.write_str("subject"),
            Self::Issuer => f.write_str("issuer"),
            Self::Workload => f.write_str("workload"),
            Self::Route => f.write_str("route"),
            Self::ClientAddress => f.write_str("client_address"),
            Self::Claim(name) => write!(f, "claim:{name}"),
        }
    }
}

/// The key of `request`, made of `parts`. Every field is preceded by its length, so that no two lists of
/// fields give the same bytes.
pub(crate) fn key(parts: &[KeyPart], request: &Request<'_>, env: &Env<'_>) -> Result<Vec<u8>, Missing> {
    let mut key = Vec::new();
    for part in parts {
        push_part(&mut key, part, request, env)
            .ok_or_else(|| Missing { part: part.clone(), cause: cause_of_absence(part, request) })?;
    }
    Ok(key)
}

fn cause_of_absence(part: &KeyPart, request: &Request<'_>) -> Cause {
    match part {
        KeyPart::Claim(_) if request.identity.is_some() => Cause::CredentialInvalid,
        KeyPart::Subject | KeyPart::Issuer | KeyPart::Claim(_) => Cause::CredentialMissing,
        KeyPart::Workload => Cause::CallerUntrusted,
        KeyPart::Route | KeyPart::ClientAddress => Cause::Unavailable { retry_after: ADDRESS_RETRY },
    }
}

fn push_part(key: &mut Vec<u8>, part: &KeyPart, request: &Request<'_>, env: &Env<'_>) -> Option<()> {
    match part {
        KeyPart::Subject => {
            let facts = request.identity?.facts();
            push(key, facts.issuer.as_bytes());
            push(key, facts.subject.as_bytes());
        }
        KeyPart::Issuer => push(key, request.identity?.facts().issuer.as_bytes()),
        KeyPart::Workload => push(key, request.peer?.spiffe_id().as_str().as_bytes()),
        KeyPart::Route => push(key, request.route.route.name.as_bytes()),
        KeyPart::ClientAddress => push_address(key, env.connection.source_address()?),
        KeyPart::Claim(name) => push_claim(key, request.identity?.claim(name)?)?,
    }
    Some(())
}

/// Append `field`, preceded by its length.
pub(crate) fn push(key: &mut Vec<u8>, field: &[u8]) {
    let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
    key.extend_from_slice(&length.to_le_bytes());
    key.extend_from_slice(field);
}

fn push_address(key: &mut Vec<u8>, address: IpAddr) {
    match address.to_canonical() {
        IpAddr::V4(address) => push(key, &address.octets()),
        IpAddr::V6(address) => push(key, &network(address).octets()),
    }
}

fn network(address: Ipv6Addr) -> Ipv6Addr {
    let host_bits = u128::BITS.saturating_sub(IPV6_CLIENT_PREFIX_BITS);
    let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

/// A string and the integer that it spells are two values, told apart by their first byte.
fn push_claim(key: &mut Vec<u8>, claim: &Value) -> Option<()> {
    let field = match claim {
        Value::String(text) => format!("s{text}"),
        Value::Number(number) if number.is_i64() || number.is_u64() => format!("i{number}"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            return None;
        }
    };
    push(key, field.as_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn address(text: &str) -> Vec<u8> {
        let mut key = Vec::new();
        push_address(&mut key, text.parse().unwrap());
        key
    }

    fn claim(value: Value) -> Option<Vec<u8>> {
        let mut key = Vec::new();
        push_claim(&mut key, &value).map(|()| key)
    }

    #[test]
    fn an_ipv6_client_is_its_network() {
        assert_eq!(address("2001:db8:0:1::1"), address("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert_ne!(address("2001:db8:0:1::1"), address("2001:db8:0:2::1"));
    }

    #[test]
    fn an_ipv4_client_is_its_address_in_either_notation() {
        assert_eq!(address("192.0.2.1"), address("::ffff:192.0.2.1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }

    #[test]
    fn only_strings_and_integers_name_somebody() {
        for good in [json!("shop"), json!(""), json!(3), json!(-3), json!(u64::MAX)] {
            assert!(claim(good.clone()).is_some(), "{good}");
        }
        for bad in [json!(null), json!(true), json!(3.5), json!(1e300), json!([1]), json!({"a": 1})] {
            assert_eq!(claim(bad.clone()), None, "{bad}");
        }
        assert_ne!(claim(json!("3")), claim(json!(3)));
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let join = |fields: &[&str]| {
            let mut key = Vec::new();
            fields.iter().for_each(|field| push(&mut key, field.as_bytes()));
            key
        };
        assert_ne!(join(&["ab", "c"]), join(&["a", "bc"]));
        assert_ne!(join(&["ab"]), join(&["ab", ""]));
    }
}
