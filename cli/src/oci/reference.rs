//! References: `HOST[:PORT]/PATH[:TAG][@sha256:DIGEST]`, as resources of Istio write them behind `oci://`.

use std::fmt;
use std::net::IpAddr;

use super::{Digest, Fault, Which};

/// Characters of a tag (distribution specification).
const MAX_TAG: usize = 128;

/// Characters of a host and a path together, which registries hold to.
const MAX_NAME: usize = 255;

/// Which image, in which repository of which registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    host: String,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl Reference {
    /// The reference that `text` writes, with or without `oci://`.
    ///
    /// # Errors
    /// When a part of it is not of its form, or the registry is left out.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let malformed = |reason| Fault::ReferenceMalformed { text: text.to_owned(), reason };
        let rest = text.strip_prefix("oci://").unwrap_or(text);
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (
                rest,
                Some(Digest::parse(digest).ok_or_else(|| {
                    malformed("behind `@` must be `sha256:` and 64 lower-case hexadecimal digits")
                })?),
            ),
            None => (rest, None),
        };
        let (host, rest) =
            rest.split_once('/').ok_or_else(|| malformed("it must begin with a registry and `/`"))?;
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) => (path, Some(tag.to_owned())),
            None => (rest, None),
        };
        if !is_host(host) || host.len().saturating_add(path.len()) > MAX_NAME {
            return Err(malformed("it must begin with the host of a registry, as in `ghcr.io/`"));
        }
        if !path.split('/').all(is_component) {
            return Err(malformed(
                "a path is of lower-case letters, digits, and single `.`, `_` or `-` between them",
            ));
        }
        if tag.as_deref().is_some_and(|tag| !is_tag(tag)) {
            return Err(malformed("a tag is of up to 128 letters, digits, `_`, `.` and `-`"));
        }
        Ok(Self { host: host.to_owned(), path: path.to_owned(), tag, digest })
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The repository within its registry.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The repository and its registry.
    pub(crate) fn repository(&self) -> String {
        format!("{}/{}", self.host, self.path)
    }

    /// The tag, where it names one.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// What it refers to: the digest where it has one, whatever the tag points at.
    ///
    /// # Errors
    /// When it has neither: `latest` is never assumed.
    pub(crate) fn which(&self) -> Result<Which, Fault> {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => Ok(Which::Digest(digest.clone())),
            (None, Some(tag)) => Ok(Which::Tag(tag.clone())),
            (None, None) => Err(Fault::ReferenceMalformed {
                text: self.to_string(),
                reason: "it names neither a tag nor a digest, and `latest` is not assumed",
            }),
        }
    }

    /// Whether the registry is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.path)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// Whether the host of `authority`, which may have a port, is this machine.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let host = without_port(authority);
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The host of `authority`; the colons of an address in brackets stay.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        Some(_) | None => authority,
    }
}

/// A name with a dot or a port, an address, or this machine: what has neither is a path at Docker Hub to some
/// tools and a host to others.
fn is_host(host: &str) -> bool {
    let characters = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let told_from_path = host == "localhost" || host.contains(['.', ':']);
    !host.is_empty() && told_from_path && host.bytes().all(characters)
}

fn is_component(component: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [component.bytes().next(), component.bytes().last()];
    ends.into_iter().all(|end| end.is_some_and(inner))
        && component.bytes().all(|byte| inner(byte) || b"._-".contains(&byte))
}

/// `tag`, where it is one.
///
/// # Errors
/// When it is not of the form of a tag: it would be part of a URL, and of what is printed.
pub(crate) fn checked_tag(tag: &str) -> Result<&str, Fault> {
    is_tag(tag).then_some(tag).ok_or_else(|| Fault::TagMalformed(tag.to_owned()))
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= MAX_TAG
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || b".-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_digest_counts_more_than_a_tag_and_latest_is_not_assumed() {
        let reference = |text: &str| Reference::parse(text).unwrap();
        let tag = reference("oci://ghcr.io/a/b:1.0");
        assert_eq!(tag.which(), Ok(Which::Tag("1.0".into())));
        assert_eq!((tag.host(), tag.path()), ("ghcr.io", "a/b"));
        let both = reference(&format!("localhost:5000/a:1@sha256:{HEX}"));
        assert_eq!(both.which(), Ok(Which::Digest(Digest::of(b"abc"))));
        assert!(reference("ghcr.io/a").which().is_err());
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let long = format!("ghcr.io/a:{}", "x".repeat(129));
        for bad in [
            "",
            "watchword",
            "library/watchword:1",
            "ghcr.io/",
            "ghcr.io/A:1",
            "ghcr.io/a//b:1",
            "ghcr.io/../a:1",
            "ghcr.io/a:",
            "ghcr.io/a:.x",
            "ghcr.io/a:1@sha256:00",
            "ghcr.io/a:1@md5:00",
            "ghcr.io/-a:1",
            "ghcr.io/a:1:2",
            "https://ghcr.io/a:1",
            "ghcr.io/a?b:1",
            "gh cr.io/a:1",
            &long,
        ] {
            assert!(Reference::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for (text, expected) in [
            ("localhost/a:1", true),
            ("localhost:5000/a:1", true),
            ("127.0.0.1:5000/a:1", true),
            ("[::1]:5000/a:1", true),
            ("[::1]/a:1", true),
            ("10.0.0.1:5000/a:1", false),
            ("localhost.example.com/a:1", false),
            ("127.0.0.1.example.com/a:1", false),
        ] {
            assert_eq!(Reference::parse(text).unwrap().is_loopback(), expected, "{text}");
        }
    }
}
