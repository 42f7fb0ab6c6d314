//! TLS as a client, with a workload's certificate or without.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

use crate::Certificates;

/// What clients call the server; nobody looks at it.
const SERVER_NAME: &str = "sidecar.shop.test";

/// A TLS session that has not begun.
pub(super) fn session(
    certificates: &Certificates,
    identity: Option<&str>,
    protocols: &[&[u8]],
) -> io::Result<ClientConnection> {
    let config = config(certificates, identity, protocols)?;
    ClientConnection::new(Arc::new(config), server_name()?).map_err(io::Error::other)
}

pub(super) fn server_name() -> io::Result<ServerName<'static>> {
    ServerName::try_from(SERVER_NAME).map_err(io::Error::other)
}

pub(super) fn config(
    certificates: &Certificates,
    identity: Option<&str>,
    protocols: &[&[u8]],
) -> io::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer(provider)));
    let mut config = match identity {
        Some(name) => {
            let (certificate, key) = read(certificates, name)?;
            builder.with_client_auth_cert(certificate, key).map_err(io::Error::other)?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn read(certificates: &Certificates, name: &str) -> io::Result<Identity> {
    let (certificate, key) = certificates.of(name);
    let describe = |path: &Path, error| io::Error::other(format!("{}: {error}", path.display()));
    let parsed =
        CertificateDer::from_pem_file(&certificate).map_err(|error| describe(&certificate, error))?;
    let private = PrivateKeyDer::from_pem_file(&key).map_err(|error| describe(&key, error))?;
    Ok((vec![parsed], private))
}

/// Takes any server: what is tested is how the server checks its client, on the loopback.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
