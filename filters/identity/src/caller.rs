//! Which workload is on the other end of the connection (SPIFFE X.509-SVID §5).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use contract::{Cause, Connection, Peer, Refusal, SpiffeId, StageName};
use x509_cert::Certificate;
use x509_cert::der::DecodePem;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use crate::cache::{Bounds, Cache};

/// Certificates that are remembered, so that a connection that is kept open parses its own once. A sidecar
/// sees one per calling workload and renewal; 4 KiB of PEM for each, twice what an RSA-2048 leaf takes.
const KNOWN_PER_GENERATION: Bounds = Bounds { entries: 32, bytes: 128 * 1024 };

/// The workloads that may call.
#[derive(Debug)]
pub(crate) struct Callers {
    allowed: BTreeSet<SpiffeId>,
    /// What a certificate, in PEM, says. It holds for this configuration, so refusals are remembered too.
    known: RefCell<Cache<String, Result<Rc<Peer>, CallerError>>>,
}

/// Why a caller is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallerError {
    /// There is no peer certificate: plain text, or TLS without client authentication.
    Absent,
    /// The proxy has not validated it against trust roots.
    NotValidated,
    /// It is no certificate that can be read.
    CertificateMalformed,
    /// Not exactly one URI name (X.509-SVID §2).
    SanCount,
    /// The name is no SPIFFE ID.
    NotSpiffe,
    /// A good SPIFFE ID that may not call here.
    NotListed,
}

impl Callers {
    /// Take calls of `allowed` only.
    pub(crate) const fn new(allowed: BTreeSet<SpiffeId>) -> Self {
        Self { allowed, known: RefCell::new(Cache::new(KNOWN_PER_GENERATION)) }
    }

    /// Who is on the other end of `connection`.
    ///
    /// # Errors
    /// When that is nobody who may call.
    pub(crate) fn identify(&self, connection: &dyn Connection) -> Result<Rc<Peer>, CallerError> {
        let facts = connection.peer().ok_or(CallerError::Absent)?;
        // Before the memory is asked: the same bytes may come again from a peer that was not validated.
        if !facts.validated {
            return Err(CallerError::NotValidated);
        }
        let mut known = self.known.borrow_mut();
        if let Some(outcome) = known.get(facts.certificate_pem.as_str()) {
            return outcome;
        }
        let outcome = self.judge(&facts.certificate_pem);
        let bytes = facts.certificate_pem.len();
        known.insert(facts.certificate_pem, outcome.clone(), bytes);
        outcome
    }

    fn judge(&self, certificate_pem: &str) -> Result<Rc<Peer>, CallerError> {
        let spiffe_id = spiffe_id(certificate_pem)?;
        if !self.allowed.contains(&spiffe_id) {
            return Err(CallerError::NotListed);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "validated by the proxy, the only URI name, and listed"
        )]
        let peer = Peer::from_verified(spiffe_id);
        Ok(Rc::new(peer))
    }
}

impl CallerError {
    const fn reason(self) -> &'static str {
        match self {
            Self::Absent => "caller_absent",
            Self::NotValidated => "caller_not_validated",
            Self::CertificateMalformed => "caller_certificate_malformed",
            Self::SanCount => "caller_san_count",
            Self::NotSpiffe => "caller_not_spiffe",
            Self::NotListed => "caller_not_listed",
        }
    }
}

impl From<CallerError> for Refusal {
    fn from(error: CallerError) -> Self {
        Self::new(StageName::Identity, Cause::CallerUntrusted, error.reason())
    }
}

/// The workload that a leaf certificate names. Other kinds of names beside it are allowed (X.509-SVID §2)
/// and mean nothing.
fn spiffe_id(certificate_pem: &str) -> Result<SpiffeId, CallerError> {
    let certificate =
        Certificate::from_pem(certificate_pem).map_err(|_| CallerError::CertificateMalformed)?;
    let names = certificate
        .tbs_certificate
        .get::<SubjectAltName>()
        .map_err(|_| CallerError::CertificateMalformed)?
        .map(|(_critical, names)| names.0)
        .unwrap_or_default();
    let mut uris = names.iter().filter_map(uri);
    match (uris.next(), uris.next()) {
        (Some(uri), None) => SpiffeId::parse(uri).map_err(|_| CallerError::NotSpiffe),
        (None, _) | (Some(_), Some(_)) => Err(CallerError::SanCount),
    }
}

fn uri(name: &GeneralName) -> Option<&str> {
    if let GeneralName::UniformResourceIdentifier(uri) = name { Some(uri.as_str()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, certificate};
    use contract::PeerFacts;
    use rcgen::SanType;

    const ORDERS: &str = "spiffe://shop.test/orders";

    fn callers() -> Callers {
        Callers::new([SpiffeId::parse(ORDERS).unwrap()].into())
    }

    fn identify(callers: &Callers, validated: bool, pem: &str) -> Result<String, CallerError> {
        let peer = Some(PeerFacts { validated, certificate_pem: pem.to_owned() });
        let world = World { peer, ..World::default() };
        callers.identify(&world).map(|peer| peer.spiffe_id().to_string())
    }

    fn uris(names: &[&str]) -> String {
        certificate(names.iter().map(|name| SanType::URI((*name).try_into().unwrap())))
    }

    #[test]
    fn takes_exactly_one_listed_spiffe_id() {
        let dns = SanType::DnsName("orders.shop.test".try_into().unwrap());
        let with_dns = certificate([dns.clone(), SanType::URI(ORDERS.try_into().unwrap())]);
        for (pem, outcome) in [
            (uris(&[ORDERS]), Ok(ORDERS.to_owned())),
            (with_dns, Ok(ORDERS.to_owned())),
            (certificate([]), Err(CallerError::SanCount)),
            (certificate([dns]), Err(CallerError::SanCount)),
            (uris(&[ORDERS, "spiffe://shop.test/edge"]), Err(CallerError::SanCount)),
            (uris(&[ORDERS, ORDERS]), Err(CallerError::SanCount)),
            (uris(&["https://shop.test/orders"]), Err(CallerError::NotSpiffe)),
            (uris(&["spiffe://shop.test/orders\0"]), Err(CallerError::NotSpiffe)),
            (uris(&["spiffe://shop.test/payments"]), Err(CallerError::NotListed)),
            (uris(&["spiffe://evil.test/orders"]), Err(CallerError::NotListed)),
        ] {
            let callers = callers();
            for _ in 0..2 {
                assert_eq!(identify(&callers, true, &pem), outcome, "{pem}");
            }
        }
    }

    #[test]
    fn refuses_what_is_no_certificate() {
        let good = uris(&[ORDERS]);
        let (start, _) = good.split_at(good.len() / 2);
        for bad in ["", "text", start, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(identify(&callers(), true, bad), Err(CallerError::CertificateMalformed), "{bad}");
        }
    }

    #[test]
    fn refuses_a_certificate_that_was_not_validated_however_well_known() {
        let (callers, pem) = (callers(), uris(&[ORDERS]));
        assert!(identify(&callers, true, &pem).is_ok());
        assert_eq!(identify(&callers, false, &pem), Err(CallerError::NotValidated));
    }

    #[test]
    fn refuses_plain_text() {
        let world = World::default();
        assert_eq!(callers().identify(&world).unwrap_err(), CallerError::Absent);
    }
}
