//! The certificate of a workload.

use contract::{PeerFacts, SpiffeId};
use rcgen::{CertificateParams, KeyPair, SanType};

/// A workload called `id`, as a connection would show it whose proxy has validated the certificate.
pub(super) fn called(id: &str) -> Result<PeerFacts, String> {
    let id = SpiffeId::parse(id).map_err(|_| format!("`{id}` is no SPIFFE ID"))?;
    let pem = certificate(id.as_str()).map_err(|error| error.to_string())?;
    Ok(PeerFacts { validated: true, certificate_pem: pem })
}

/// A certificate with this one name. It is signed by its own key: who trusts it has been asked already.
fn certificate(id: &str) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::URI(id.try_into()?)];
    Ok(params.self_signed(&KeyPair::generate()?)?.pem())
}
