//! The workload that a leaf certificate names (SPIFFE X.509-SVID §2).

use contract::SpiffeId;
use x509_cert::Certificate;
use x509_cert::der::DecodePem;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::CallerError;

/// The one URI name of a certificate. Other kinds of names beside it are allowed (X.509-SVID §2) and mean
/// nothing.
pub(super) fn spiffe_id(certificate_pem: &str) -> Result<SpiffeId, CallerError> {
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
