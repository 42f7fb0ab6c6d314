//! What all proxies of the test have in common: an issuer of tokens, a service, and signers of policies.

use std::fs;
use std::io;
use std::path::Path;

use testenv::client::Request;
use testenv::issuer::{Algorithm, Key};
use testenv::policies::Draft;
use testenv::{Mesh, Options, repository};

/// The name of every bundle.
pub const NAME: &str = "shop";

/// The issuer, the service and the signers.
pub struct World {
    pub mesh: Mesh,
    /// The keys that the proxies trust, by two algorithms.
    pub trusted: [Key; 2],
    /// Another one with the name of the first.
    pub forger: Key,
    /// One that nobody knows.
    pub stranger: Key,
    schema: String,
}

impl World {
    /// Start it.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            mesh: Mesh::start(&Options::new("bundles").only(&[]))?,
            trusted: [
                Key::generate(Algorithm::Es256, "policies-1")?,
                Key::generate(Algorithm::EdDsa, "policies-2")?,
            ],
            forger: Key::generate(Algorithm::Es256, "policies-1")?,
            stranger: Key::generate(Algorithm::Es256, "policies-9")?,
            schema: fs::read_to_string(repository().join("envoy/policies/shop.cedarschema"))?,
        })
    }

    /// The bundle of a version, to be changed before it is signed.
    pub fn draft(&self, version: u64) -> Draft {
        Draft::new(NAME, version, &self.schema, &crate::rules::policies(version))
    }

    /// The bundle of a version.
    pub fn bundle(&self, version: u64) -> io::Result<String> {
        self.draft(version).sign(&self.trusted[0])
    }

    /// What every client asks.
    pub fn request(&self) -> io::Result<Request> {
        Ok(Request::get("/orders").bearer(&self.mesh.token("alice")?))
    }

    /// The directory of logs.
    pub fn directory(&self) -> &Path {
        self.mesh.directory()
    }
}
