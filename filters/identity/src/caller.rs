//! Which workload calls (SPIFFE X.509-SVID §5).

mod certificate;
mod forwarded;
mod pattern;

use std::cell::RefCell;
use std::rc::Rc;

use contract::{Cause, Connection, Head, Peer, Refusal, SpiffeId, StageName};

pub(crate) use pattern::CallerPattern;

use crate::cache::{Bounds, Cache};

/// Certificates that are remembered, so that a connection that is kept open parses its own once. A sidecar
/// sees one per calling workload and renewal; 4 KiB of PEM for each, twice what an RSA-2048 leaf takes.
const KNOWN_PER_GENERATION: Bounds = Bounds { entries: 32, bytes: 128 * 1024 };

/// The workloads that may call.
#[derive(Debug)]
pub(crate) struct Callers {
    allowed: Vec<CallerPattern>,
    /// The proxy whose calls are those of the workloads that it forwards them for.
    forwarded_by: Option<SpiffeId>,
    /// Whom a certificate, in PEM, names. It holds for this configuration, so refusals are remembered too.
    known: RefCell<Cache<String, Result<Named, CallerError>>>,
}

/// Whom a certificate names.
#[derive(Debug, Clone)]
enum Named {
    /// A workload that may call.
    Caller(Rc<Peer>),
    /// The proxy that calls for others; and itself as a caller, if it may be one.
    Forwarder(Result<Rc<Peer>, CallerError>),
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
    /// The forwarding proxy says nothing of its client, and is not listed by name itself.
    NotForwarded,
    /// What the forwarding proxy has written about its client cannot be read.
    ForwardedMalformed,
    /// The last that was written about a client was not written by the forwarding proxy.
    ForwardedElsewhere,
}

impl Callers {
    /// Take calls of `allowed` only, and what `forwarded_by` says of the workloads that it calls for.
    pub(crate) fn new(allowed: Vec<CallerPattern>, forwarded_by: Option<SpiffeId>) -> Self {
        Self { allowed, forwarded_by, known: RefCell::new(Cache::new(KNOWN_PER_GENERATION)) }
    }

    /// Who has sent `head` over `connection`.
    ///
    /// # Errors
    /// When that is nobody who may call.
    pub(crate) fn identify(
        &self,
        connection: &dyn Connection,
        head: &Head,
    ) -> Result<Rc<Peer>, CallerError> {
        match self.named(connection)? {
            Named::Caller(peer) => Ok(peer),
            Named::Forwarder(itself) => match forwarded::client(head, self.forwarded_by.as_ref())? {
                Some(client) => self.admit(client),
                None => itself,
            },
        }
    }

    /// Whom the certificate of `connection` names.
    fn named(&self, connection: &dyn Connection) -> Result<Named, CallerError> {
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

    fn judge(&self, certificate_pem: &str) -> Result<Named, CallerError> {
        let id = certificate::spiffe_id(certificate_pem)?;
        match self.forwarded_by.as_ref() == Some(&id) {
            true => Ok(Named::Forwarder(self.admit_forwarder(id))),
            false => self.admit(id).map(Named::Caller),
        }
    }

    /// The forwarding proxy itself, of whose client nothing is said. A pattern that takes in the workloads behind
    /// it must not make all of them the proxy where it forgets to name them.
    fn admit_forwarder(&self, id: SpiffeId) -> Result<Rc<Peer>, CallerError> {
        let is_named = self.allowed.iter().any(|allowed| allowed.is_literal() && allowed.takes(&id));
        if is_named { self.admit(id) } else { Err(CallerError::NotForwarded) }
    }

    fn admit(&self, id: SpiffeId) -> Result<Rc<Peer>, CallerError> {
        if !self.allowed.iter().any(|allowed| allowed.takes(&id)) {
            return Err(CallerError::NotListed);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "validated by the proxy, the only URI name, and listed; or told by such a one that is \
                      trusted by name"
        )]
        let peer = Peer::from_verified(id);
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
            Self::NotForwarded => "caller_not_forwarded",
            Self::ForwardedMalformed => "caller_forwarded_malformed",
            Self::ForwardedElsewhere => "caller_forwarded_elsewhere",
        }
    }
}

impl From<CallerError> for Refusal {
    fn from(error: CallerError) -> Self {
        Self::new(StageName::Identity, Cause::CallerUntrusted, error.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, certificate, head};
    use contract::PeerFacts;
    use rcgen::SanType;

    const ORDERS: &str = "spiffe://shop.test/orders";

    const GATEWAY: &str = "spiffe://shop.test/gateway";

    fn callers() -> Callers {
        Callers::new(vec![CallerPattern::parse(ORDERS).unwrap()], None)
    }

    /// Callers behind a gateway, which may itself call or not.
    fn forwarded(patterns: &[&str]) -> Callers {
        let patterns = patterns.iter().map(|pattern| CallerPattern::parse(pattern).unwrap());
        Callers::new(patterns.collect(), Some(SpiffeId::parse(GATEWAY).unwrap()))
    }

    /// Who calls when `by` sends these fields about its client.
    fn told(callers: &Callers, by: &str, xfcc: &[&str]) -> Result<String, CallerError> {
        let fields: Vec<_> = xfcc.iter().map(|value| ("x-forwarded-client-cert", *value)).collect();
        let peer = Some(PeerFacts { validated: true, certificate_pem: uris(&[by]) });
        let world = World { peer, ..World::default() };
        callers.identify(&world, &head(&fields)).map(|peer| peer.spiffe_id().to_string())
    }

    fn identify(callers: &Callers, validated: bool, pem: &str) -> Result<String, CallerError> {
        let peer = Some(PeerFacts { validated, certificate_pem: pem.to_owned() });
        let world = World { peer, ..World::default() };
        callers.identify(&world, &Head::default()).map(|peer| peer.spiffe_id().to_string())
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
        assert_eq!(callers().identify(&world, &Head::default()).unwrap_err(), CallerError::Absent);
    }

    #[test]
    fn the_gateway_names_the_caller_and_nobody_else_does() {
        use CallerError::*;
        let by = format!("By={GATEWAY};Hash=aa;URI={ORDERS}");
        let listed = forwarded(&[ORDERS]);
        for (from, xfcc, outcome) in [
            (GATEWAY, &[by.as_str()][..], Ok(ORDERS.to_owned())),
            // The last element is the gateway's own; what came before it is what its client sent.
            (GATEWAY, &["By=spiffe://evil.test/x;URI=spiffe://shop.test/root", &by], Ok(ORDERS.to_owned())),
            (GATEWAY, &[&by, &format!("By=spiffe://shop.test/x;URI={ORDERS}")], Err(ForwardedElsewhere)),
            (GATEWAY, &[&format!("By={GATEWAY};URI=spiffe://shop.test/payments")], Err(NotListed)),
            (GATEWAY, &[&format!("By={GATEWAY};URI=https://shop.test/orders")], Err(NotSpiffe)),
            (GATEWAY, &[&format!("By={GATEWAY};URI={ORDERS};URI={ORDERS}")], Err(SanCount)),
            (GATEWAY, &[&format!("By={GATEWAY};Hash=aa")], Err(SanCount)),
            (GATEWAY, &[&format!("By={GATEWAY};By={GATEWAY};URI={ORDERS}")], Err(ForwardedElsewhere)),
            (GATEWAY, &[&format!("URI={ORDERS}")], Err(ForwardedElsewhere)),
            (GATEWAY, &["By=\""], Err(ForwardedMalformed)),
            // It speaks for itself, and may not call.
            (GATEWAY, &[], Err(NotForwarded)),
            // Another workload's word about its client means nothing.
            (ORDERS, &[&format!("By={GATEWAY};URI=spiffe://shop.test/root")], Ok(ORDERS.to_owned())),
            ("spiffe://shop.test/payments", &[&by], Err(NotListed)),
        ] {
            for _ in 0..2 {
                assert_eq!(told(&listed, from, xfcc), outcome, "{from} {xfcc:?}");
            }
        }
        assert_eq!(told(&forwarded(&[ORDERS, GATEWAY]), GATEWAY, &[]), Ok(GATEWAY.to_owned()));
        assert_eq!(told(&forwarded(&["spiffe://shop.test/**"]), GATEWAY, &[]), Err(NotForwarded));
        assert_eq!(told(&callers(), GATEWAY, &[&by]), Err(NotListed), "nobody is trusted to forward");
    }
}
