//! A certificate authority for one run, and the workloads' certificates.

use std::path::{Path, PathBuf};
use std::{fs, io};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};

/// The trust domain of the shop.
pub const TRUST_DOMAIN: &str = "shop.test";

/// The workloads of the shop, and `stranger`: one of the same authority that nobody expects.
const WORKLOADS: [&str; 4] = ["edge", "orders", "payments", "stranger"];

/// PEM files in one directory: `ca.pem`, and `NAME.pem` with `NAME.key` for each workload. `outsider`
/// claims to be the edge, but its certificate is of an authority that nobody trusts.
#[derive(Debug, Clone)]
pub struct Certificates {
    directory: PathBuf,
}

impl Certificates {
    /// Make new keys and certificates of the shop and write them into `directory`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn create(directory: &Path) -> io::Result<Self> {
        Self::create_for(&WORKLOADS, directory)
    }

    /// The same for these workloads.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn create_for(workloads: &[&str], directory: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let certificates = Self::at(directory);
        let authority = authority("shop.test root")?;
        fs::write(certificates.authority(), authority.pem())?;
        for workload in workloads {
            certificates.write(workload, workload, &authority)?;
        }
        let elsewhere = self::authority("another root")?;
        certificates.write("outsider", "edge", &elsewhere)?;
        Ok(certificates)
    }

    /// Those that were made in `directory`.
    pub fn at(directory: &Path) -> Self {
        Self { directory: directory.to_path_buf() }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file with the authority's certificate.
    pub fn authority(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// The files with the certificate and the key of `name`.
    pub fn of(&self, name: &str) -> (PathBuf, PathBuf) {
        (self.directory.join(format!("{name}.pem")), self.directory.join(format!("{name}.key")))
    }

    fn write(&self, name: &str, workload: &str, authority: &Authority) -> io::Result<()> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = leaf(workload)?.signed_by(&key, authority).map_err(io::Error::other)?;
        let (certificate_file, key_file) = self.of(name);
        fs::write(certificate_file, certificate.pem())?;
        fs::write(key_file, key.serialize_pem())
    }
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> io::Result<Authority> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().map_err(io::Error::other)?;
    CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)
}

/// An X.509-SVID: exactly one URI name (SPIFFE X509-SVID §2), for both ends of a connection.
fn leaf(workload: &str) -> io::Result<CertificateParams> {
    let spiffe_id = format!("spiffe://{TRUST_DOMAIN}/{workload}");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, workload);
    params.subject_alt_names = vec![SanType::URI(spiffe_id.try_into().map_err(io::Error::other)?)];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
