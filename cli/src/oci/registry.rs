//! A repository of a registry, over the OCI distribution specification (v1.1): pull by tag or digest, push whole.

mod challenge;
mod transport;

use std::io::Read;

use super::credentials::Login;
use super::place::{MAX_BLOB_BYTES, MAX_MANIFEST_BYTES};
use super::reference::checked_tag;
use super::{Descriptor, Digest, Fault, Place, Reference, Which, media};
use challenge::Clear;
use transport::{Answer, Body, Question, Transport};

/// The manifests that are taken. Without lists a registry would choose for us.
const ACCEPTED: [&str; 4] = [media::MANIFEST, media::DOCKER_MANIFEST, media::INDEX, media::DOCKER_LIST];

/// One repository.
pub(crate) struct Registry {
    transport: Transport,
    /// The start of all its URLs.
    base: String,
}

impl Registry {
    /// The repository of `reference`. In the clear only on this machine, or where `plain_http` allows it.
    ///
    /// # Errors
    /// When this machine has no certificates to trust.
    pub(crate) fn new(reference: &Reference, plain_http: bool, login: Login) -> Result<Self, Fault> {
        let clear = match (plain_http, reference.is_loopback()) {
            (true, _) => Clear::Anywhere,
            (false, true) => Clear::ThisMachine,
            (false, false) => Clear::Never,
        };
        let transport = Transport::new(reference, clear, login)?;
        let base = format!("{}/v2/{}", transport.origin(), reference.path());
        Ok(Self { transport, base })
    }

    fn blob_url(&self, digest: &Digest) -> String {
        format!("{}/blobs/{digest}", self.base)
    }

    /// Where a blob can be put, for one time.
    fn upload_url(&self, digest: &Digest) -> Result<String, Fault> {
        let url = format!("{}/blobs/uploads/", self.base);
        let answer = self.transport.ask(&Question::post(&url))?.expect(&[202])?;
        let location = answer.header("location");
        let location =
            location.ok_or_else(|| Fault::Protocol("it names no place for a blob".to_owned()))?;
        let url = if location.starts_with('/') {
            format!("{}{location}", self.transport.origin())
        } else {
            location
        };
        let separator = if url.contains('?') { '&' } else { '?' };
        Ok(format!("{url}{separator}digest={digest}"))
    }
}

impl Place for Registry {
    fn manifest(&self, which: &Which) -> Result<Option<Vec<u8>>, Fault> {
        let url = format!("{}/manifests/{which}", self.base);
        let answer = self.transport.ask(&Question::fetch(&url).accepting(ACCEPTED.join(", ")))?;
        if answer.status() == 404 {
            return Ok(None);
        }
        let content = content(answer.expect(&[200])?, MAX_MANIFEST_BYTES, &url)?;
        match which {
            Which::Digest(said) if Digest::of(&content) != *said => {
                Err(Fault::DigestWrong { said: said.clone(), found: Digest::of(&content) })
            }
            Which::Digest(_) | Which::Tag(_) => Ok(Some(content)),
        }
    }

    fn blob(&self, blob: &Descriptor) -> Result<Vec<u8>, Fault> {
        let url = self.blob_url(&blob.digest);
        if blob.size > MAX_BLOB_BYTES {
            return Err(Fault::TooLarge { what: blob.digest.to_string(), bound: MAX_BLOB_BYTES });
        }
        let answer = self.transport.ask(&Question::fetch(&url))?.expect(&[200])?;
        blob.verified(content(answer, blob.size, &url)?)
    }

    fn put_blob(&self, blob: &Descriptor, content: &[u8]) -> Result<(), Fault> {
        if self.transport.ask(&Question::head(&self.blob_url(&blob.digest)))?.status() == 200 {
            return Ok(());
        }
        let url = self.upload_url(&blob.digest)?;
        let body = Body { media_type: "application/octet-stream", content };
        self.transport.ask(&Question::put(&url, body))?.expect(&[201]).map(drop)
    }

    fn put_manifest(&self, tag: &str, media_type: &str, content: &[u8]) -> Result<(), Fault> {
        let url = format!("{}/manifests/{}", self.base, checked_tag(tag)?);
        let answer =
            self.transport.ask(&Question::put(&url, Body { media_type, content }))?.expect(&[201])?;
        let stored = answer.header("docker-content-digest").and_then(|text| Digest::parse(&text));
        match stored {
            Some(stored) if stored != Digest::of(content) => {
                Err(Fault::DigestWrong { said: Digest::of(content), found: stored })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The content of an answer, and one byte more than `bound` at most.
fn content(answer: Answer, bound: u64, url: &str) -> Result<Vec<u8>, Fault> {
    let mut content = Vec::new();
    let read = answer.into_reader().take(bound.saturating_add(1)).read_to_end(&mut content);
    read.map_err(|error| Fault::Unreachable { url: url.to_owned(), error: error.to_string() })?;
    Ok(content)
}
