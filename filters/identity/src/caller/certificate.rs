//! The workload that a leaf certificate names (SPIFFE X.509-SVID §2, §5.2).

use contract::SpiffeId;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::pem::{PemLabel, decode_vec};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectAltName};

use super::CallerError;

/// The one URI name of a certificate. Other kinds of names beside it are allowed (X.509-SVID §2) and mean
/// nothing.
pub(super) fn spiffe_id(certificate_pem: &str) -> Result<SpiffeId, CallerError> {
    let certificate = read(certificate_pem).ok_or(CallerError::CertificateMalformed)?;
    let names = extension::<SubjectAltName>(&certificate)?.map(|names| names.0).unwrap_or_default();
    let mut uris = names.iter().filter_map(uri);
    let id = match (uris.next(), uris.next()) {
        (Some(uri), None) => SpiffeId::parse(uri).map_err(|_| CallerError::NotSpiffe),
        (None, _) | (Some(_), Some(_)) => Err(CallerError::SanCount),
    }?;
    if may_sign(&certificate)? || names_nothing_but_trust_domain(&id) {
        return Err(CallerError::NotSpiffe);
    }
    Ok(id)
}

/// The certificate, by way of its bytes: what reads PEM as it goes is compiled once more for each level of a
/// certificate's structure.
fn read(certificate_pem: &str) -> Option<Certificate> {
    let (label, bytes) = decode_vec(certificate_pem.as_bytes()).ok()?;
    Certificate::validate_pem_label(label).ok()?;
    Certificate::from_der(&bytes).ok()
}

/// Whether the key is one for signing certificates or lists of revoked ones. Such a certificate
/// authenticates nobody (X.509-SVID §5.2), and TLS does not ask: a certificate path may end in an authority.
fn may_sign(certificate: &Certificate) -> Result<bool, CallerError> {
    let is_authority =
        extension::<BasicConstraints>(certificate)?.is_some_and(|constraints| constraints.ca);
    let usage = extension::<KeyUsage>(certificate)?;
    Ok(is_authority || usage.is_some_and(|usage| usage.key_cert_sign() || usage.crl_sign()))
}

/// Whether there is no path, as in the name of an authority (X.509-SVID §3.2, §5.2).
fn names_nothing_but_trust_domain(id: &SpiffeId) -> bool {
    id.as_str().strip_prefix("spiffe://") == Some(id.trust_domain())
}

fn extension<'a, T: Decode<'a> + AssociatedOid>(
    certificate: &'a Certificate,
) -> Result<Option<T>, CallerError> {
    let found = certificate.tbs_certificate.get::<T>().map_err(|_| CallerError::CertificateMalformed)?;
    Ok(found.map(|(_critical, extension)| extension))
}

fn uri(name: &GeneralName) -> Option<&str> {
    if let GeneralName::UniformResourceIdentifier(uri) = name { Some(uri.as_str()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose, SanType};

    fn named(uri: &str, is_ca: IsCa, usages: &[KeyUsagePurpose]) -> Result<String, CallerError> {
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
        params.is_ca = is_ca;
        params.key_usages = usages.to_vec();
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        spiffe_id(&pem).map(|id| id.to_string())
    }

    #[test]
    fn takes_leaves_only() {
        use KeyUsagePurpose::{CrlSign, DigitalSignature, KeyAgreement, KeyCertSign};
        const ORDERS: &str = "spiffe://shop.test/orders";
        const AUTHORITY: IsCa = IsCa::Ca(BasicConstraints::Unconstrained);
        let good = Ok(ORDERS.to_owned());
        for (is_ca, usages, outcome) in [
            (IsCa::NoCa, &[][..], &good),
            (IsCa::ExplicitNoCa, &[DigitalSignature, KeyAgreement], &good),
            (AUTHORITY, &[], &Err(CallerError::NotSpiffe)),
            (AUTHORITY, &[DigitalSignature], &Err(CallerError::NotSpiffe)),
            (IsCa::ExplicitNoCa, &[DigitalSignature, KeyCertSign], &Err(CallerError::NotSpiffe)),
            (IsCa::ExplicitNoCa, &[DigitalSignature, CrlSign], &Err(CallerError::NotSpiffe)),
        ] {
            assert_eq!(&named(ORDERS, is_ca, usages), outcome, "{is_ca:?} {usages:?}");
        }
        let of_trust_domain = named("spiffe://shop.test", IsCa::NoCa, &[DigitalSignature]);
        assert_eq!(of_trust_domain, Err(CallerError::NotSpiffe));
        assert!(named("spiffe://shop.test/shop.test", IsCa::NoCa, &[]).is_ok());
    }
}
