//! The test data of go-spiffe, by those who maintain the standard: certificates as a caller's, bundles as key
//! sets. It is no part of this repository; where it is absent the test says so and counts nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use contract::{Head, PeerFacts};
use jose::{KeySet, KeySetError, KeyUse};

use crate::caller::{CallerError, CallerPattern, Callers};
use crate::testing::World;

/// The variable that names the folder with one folder per corpus.
const VARIABLE: &str = "WATCHWORD_CORPORA";
const FOLDER: &str = "spiffe";
const REPOSITORY: &str = "https://github.com/spiffe/go-spiffe";
const GATE: &str = "identity.spiffe_corpus";

/// The name in all good certificates of the corpus.
const WORKLOAD: &str = "spiffe://example.org/workload-1";

const CERTIFICATES: &str = "svid/x509svid/testdata";

/// The leaf in each file, or all of it where there is none, and whether its owner may call.
const LEAVES: [(&str, Result<(), CallerError>); 14] = [
    ("good-cert-and-key.pem", Ok(())),
    ("good-key-and-cert.pem", Ok(())),
    ("good-leaf-and-intermediate.pem", Ok(())),
    ("good-leaf-only.pem", Ok(())),
    ("corrupt-cert.pem", Err(CallerError::CertificateMalformed)),
    ("corrupt-key.pem", Err(CallerError::CertificateMalformed)),
    ("key-pkcs8-ecdsa.pem", Err(CallerError::CertificateMalformed)),
    ("key-pkcs8-rsa.pem", Err(CallerError::CertificateMalformed)),
    ("not-pem", Err(CallerError::CertificateMalformed)),
    ("wrong-leaf-ca-true.pem", Err(CallerError::NotSpiffe)),
    ("wrong-leaf-cert-sign.pem", Err(CallerError::NotSpiffe)),
    ("wrong-leaf-crl-sign.pem", Err(CallerError::NotSpiffe)),
    ("wrong-leaf-empty-id.pem", Err(CallerError::SanCount)),
    // Refused for the usages that it has instead.
    ("wrong-leaf-no-digital-signature.pem", Err(CallerError::NotSpiffe)),
];

/// The keys that are taken of a set, and those that are left out.
type Keys = Result<(usize, usize), KeySetError>;

const NONE: Keys = Err(KeySetError::NoUsableKey);

/// Each document as a set of keys for JWT-SVIDs and as one for signatures. Keys whose `use` is absent are
/// none of a bundle (SPIFFE Trust Domain and Bundle §4.2.1); keys without `kid` verify no JWT-SVID (§4.2.2).
const BUNDLES: [(&str, Keys, Keys); 9] = [
    ("bundle/jwtbundle/testdata/jwks_missing_kid.json", NONE, Ok((2, 0))),
    ("bundle/jwtbundle/testdata/jwks_valid_1.json", NONE, Ok((1, 0))),
    ("bundle/jwtbundle/testdata/jwks_valid_2.json", NONE, Ok((2, 0))),
    ("bundle/spiffebundle/testdata/spiffebundle_missing_kid.json", NONE, NONE),
    ("bundle/spiffebundle/testdata/spiffebundle_multiple_x509.json", Ok((1, 1)), NONE),
    (
        "bundle/spiffebundle/testdata/spiffebundle_no_keys.json",
        Err(KeySetError::Malformed),
        Err(KeySetError::Malformed),
    ),
    ("bundle/spiffebundle/testdata/spiffebundle_valid_1.json", Ok((1, 1)), NONE),
    ("bundle/spiffebundle/testdata/spiffebundle_valid_2.json", Ok((6, 1)), NONE),
    ("bundle/spiffebundle/testdata/spiffebundle_valid_with_wit.json", Ok((2, 3)), NONE),
];

/// What of the corpus is no case here, and why.
const LEFT_OUT: [(&str, &str); 5] = [
    ("exp/bundle/witbundle/testdata/jwks_missing_kid.json", WIT),
    ("exp/bundle/witbundle/testdata/jwks_valid_1.json", WIT),
    ("exp/bundle/witbundle/testdata/jwks_valid_2.json", WIT),
    ("svid/x509svid/testdata/wrong-intermediate-no-ca.pem", PATH),
    ("svid/x509svid/testdata/wrong-intermediate-no-key-cert-sign.pem", PATH),
];
const WIT: &str = "keys of WIT-SVIDs, which nothing here verifies; the bytes are those of the JWT bundles";
const PATH: &str = "the leaf is good, and the path behind it is validated by the proxy";

#[test]
fn certificates_and_bundles_of_go_spiffe_are_taken_or_refused() {
    let Some(folder) = find() else { return };
    for (file, why) in LEFT_OUT {
        println!("no case of {GATE}: {file}: {why}");
    }
    let leaves = LEAVES.map(|(file, expected)| {
        let found = caller(&folder.join(CERTIFICATES).join(file));
        (format!("{CERTIFICATES}/{file}"), found == expected, format!("{found:?}"))
    });
    let bundles = BUNDLES.map(|(file, as_svids, as_signatures)| {
        let found = [KeyUse::JwtSvid, KeyUse::Signature].map(|key_use| keys(&folder.join(file), key_use));
        (file.to_owned(), found == [as_svids, as_signatures], format!("{found:?}"))
    });
    let cases: Vec<_> = leaves.into_iter().chain(bundles).collect();
    let known = cases.iter().map(|(file, ..)| file.as_str()).chain(LEFT_OUT.map(|(file, _)| file));
    assert_eq!(test_data(&folder), known.map(str::to_owned).collect(), "the corpus has other files");
    let wrong: Vec<_> = cases.iter().filter(|(_, right, _)| !right).collect();
    let (all, got) = (cases.len(), cases.len().saturating_sub(wrong.len()));
    println!("\ngate {GATE} {got}/{all} {all}/{all} {}", if got == all { "ok" } else { "short" });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What comes of a call whose certificate is the first in a file.
fn caller(path: &Path) -> Result<(), CallerError> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let first = text.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END));
    let certificate_pem = first.map_or(text.clone(), |(body, _)| format!("{BEGIN}{body}{END}\n"));
    let world = World { peer: Some(PeerFacts { validated: true, certificate_pem }), ..World::default() };
    let callers = Callers::new(vec![CallerPattern::parse(WORKLOAD).unwrap()], None);
    let peer = callers.identify(&world, &Head::default())?;
    assert_eq!(peer.spiffe_id().as_str(), WORKLOAD);
    Ok(())
}

fn keys(path: &Path, key_use: KeyUse) -> Keys {
    let document = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    KeySet::parse(&document, key_use).map(|set| (set.len(), set.skipped()))
}

/// Every file under a folder `testdata`, by its place in the corpus.
fn test_data(folder: &Path) -> BTreeSet<String> {
    let (mut files, mut folders) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()) {
            let place = entry.strip_prefix(folder).unwrap();
            if entry.is_dir() {
                folders.push(entry);
            } else if place.iter().any(|part| part == "testdata") {
                files.insert(place.to_str().unwrap().to_owned());
            }
        }
    }
    files
}

/// The corpus. Nothing, and the reason on standard output, where it is absent.
#[expect(clippy::disallowed_methods, reason = "tests alone read where the corpora are")]
fn find() -> Option<PathBuf> {
    let Some(root) = std::env::var(VARIABLE).ok().filter(|value| !value.is_empty()).map(PathBuf::from)
    else {
        println!("\ngate {GATE} - all absent: {VARIABLE} is not set; {REPOSITORY} belongs in its {FOLDER}");
        return None;
    };
    // A wrong path must not look like a machine without corpora.
    assert!(root.is_dir(), "{VARIABLE} is no folder: {}", root.display());
    let folder = root.join(FOLDER);
    if !folder.is_dir() {
        println!("\ngate {GATE} - all absent: no {FOLDER} in {VARIABLE}; get it from {REPOSITORY}");
        return None;
    }
    Some(folder)
}
