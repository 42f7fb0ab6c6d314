//! Header names that only Watchword may write, and how they are recognised in any spelling.

use contract::{Head, HeaderName, folded_name, is_one_name};
use serde::Deserialize;

/// Everything below this prefix is ours, named or not: a name that a later version starts to write must
/// not be open to clients today.
pub(crate) const RESERVED_PREFIX: &str = "x-watchword-";

/// The header of the internal token (OAuth Transaction Tokens §6.1).
pub(crate) static TXN_TOKEN: HeaderName = HeaderName::from_static("txn-token");

/// How a proxy tells a service of the client's certificate: Envoy's field, and those of RFC 9440 §2.
static CLIENT_CERTIFICATE: [HeaderName; 3] = [
    HeaderName::from_static("x-forwarded-client-cert"),
    HeaderName::from_static("client-cert"),
    HeaderName::from_static("client-cert-chain"),
];

/// Fields that no trailer may be (RFC 9110 §6.5.1): they frame and route a message, say who asks, or how its
/// content is to be read, and whoever merges trailers into the head would act on them.
const DECISIVE: [&str; 12] = [
    "authorization",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "dpop",
    "forwarded",
    "host",
    "proxy-authorization",
    "trailer",
    "transfer-encoding",
];

/// What proxies tell of the client: address, host, scheme, certificate.
const FORWARDED_PREFIX: &str = "x-forwarded-";

/// `identity.client_certificate_headers`: what becomes of the certificate that a request says it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "ClientCertificateHeaders")
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientCertificateHeaders {
    /// It is stripped: this module reads the connection's own, and nobody else should read another.
    #[default]
    Strip,
    /// It is forwarded, in the one spelling that proxies write. Only where the proxy in front of this module
    /// writes these fields itself.
    Keep,
}

impl ClientCertificateHeaders {
    /// What is reserved but in exactly this spelling.
    fn spared(self) -> &'static [HeaderName] {
        match self {
            Self::Strip => &[],
            Self::Keep => &CLIENT_CERTIFICATE,
        }
    }
}

/// The reserved header names of one configuration.
#[derive(Debug)]
pub(crate) struct ReservedNames {
    prefixes: Vec<&'static str>,
    /// Folded names outside of [`RESERVED_PREFIX`], by their length: every field of every request is looked for here.
    others: Vec<Vec<Vec<u8>>>,
    /// Names that are not reserved as they stand here, only in other spellings.
    spared: &'static [HeaderName],
}

impl ReservedNames {
    /// The prefix, the headers of the internal token and of client certificates, and `names`.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a HeaderName>) -> Self {
        let own = names.into_iter().chain([&TXN_TOKEN]).chain(&CLIENT_CERTIFICATE).map(HeaderName::as_str);
        let others = own.map(str::as_bytes).filter(|name| !has_prefix(name, RESERVED_PREFIX));
        let mut names = Self { prefixes: vec![RESERVED_PREFIX], others: Vec::new(), spared: &[] };
        others.for_each(|name| names.add(name));
        names
    }

    fn add(&mut self, name: &[u8]) {
        let lengths = self.others.len().max(name.len().saturating_add(1));
        self.others.resize_with(lengths, Vec::new);
        if let Some(alike) = self.others.get_mut(name.len()) {
            alike.push(folded_name(name).collect());
        }
    }

    /// These, but what `certificates` keeps.
    #[must_use]
    pub(crate) fn sparing(mut self, certificates: ClientCertificateHeaders) -> Self {
        self.spared = certificates.spared();
        self
    }

    /// These, and everything else that decisions rest on.
    #[must_use]
    pub(crate) fn and_decisive(mut self) -> Self {
        self.prefixes.push(FORWARDED_PREFIX);
        DECISIVE.iter().for_each(|name| self.add(name.as_bytes()));
        self
    }

    /// Whether a service behind the proxy could take `name` for a reserved one.
    pub(crate) fn contains(&self, name: &[u8]) -> bool {
        let is_spared = |spared: &HeaderName| name.eq_ignore_ascii_case(spared.as_str().as_bytes());
        if self.spared.iter().any(is_spared) {
            return false;
        }
        self.prefixes.iter().any(|prefix| has_prefix(name, prefix))
            || self
                .others
                .get(name.len())
                .is_some_and(|alike| alike.iter().any(|other| is_one_name(name, other)))
    }

    /// The reserved names in `head`, in every spelling that is there.
    pub(crate) fn in_head<'a>(&self, head: &'a Head) -> impl Iterator<Item = &'a [u8]> {
        head.fields().map(|(name, _)| name).filter(|name| self.contains(name))
    }
}

fn has_prefix(name: &[u8], prefix: &str) -> bool {
    let start = name.get(..prefix.len());
    start.is_some_and(|start| is_one_name(start, prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_reserved_names_in_every_spelling() {
        let names = ReservedNames::new([&HeaderName::new("x-user_id").unwrap()]);
        for spelling in [
            "x-watchword-subject",
            "X-Watchword-Subject",
            "X_Watchword-Subject",
            "x_watchword_subject",
            "x.watchword.claims",
            "x-watchword-",
            "X_WATCHWORD_OF_A_LATER_VERSION",
            "txn-token",
            "Txn-Token",
            "TXN_TOKEN",
            "txn.token",
            "x-user-id",
            "X_User_Id",
        ] {
            assert!(names.contains(spelling.as_bytes()), "{spelling}");
        }
    }

    #[test]
    fn leaves_other_names_alone() {
        let names = ReservedNames::new([&HeaderName::new("x-user-id").unwrap()]);
        for other in ["x-watchword", "xwatchwordsubject", "txn-token2", "txntoken", "x-user", ":path", ""] {
            assert!(!names.contains(other.as_bytes()), "{other}");
        }
        assert!(!names.contains(b"\xff\xfe"));
    }

    #[test]
    fn what_decisions_rest_on_is_more_than_what_is_reserved() {
        let (names, decisive) = (ReservedNames::new([]), ReservedNames::new([]).and_decisive());
        for name in ["Authorization", "cookie", "Host", "content_length", "X_Forwarded_For", "x-forwarded-"]
        {
            assert!(decisive.contains(name.as_bytes()) && !names.contains(name.as_bytes()), "{name}");
        }
        assert!(decisive.contains(b"Txn_Token") && decisive.contains(b"x-watchword-subject"));
        assert!(!decisive.contains(b"x-forward") && !decisive.contains(b"grpc-status"));
    }

    #[test]
    fn the_certificate_that_a_request_tells_of_is_reserved_unless_it_is_kept() {
        let names = |headers: ClientCertificateHeaders| ReservedNames::new([]).sparing(headers);
        for (name, as_written) in [
            ("X-Forwarded-Client-Cert", true),
            ("x_forwarded_client_cert", false),
            ("Client-Cert", true),
            ("client_cert_chain", false),
        ] {
            assert!(names(ClientCertificateHeaders::Strip).contains(name.as_bytes()), "{name}");
            let is_kept = !names(ClientCertificateHeaders::Keep).contains(name.as_bytes());
            assert_eq!(is_kept, as_written, "{name}");
        }
    }
}
