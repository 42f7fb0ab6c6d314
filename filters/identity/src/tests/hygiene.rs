//! What every role strips, whatever else it does.

use contract::{Meter, Part};

use super::*;
use crate::testing::removed;

/// A field of each kind that is reserved in every role.
const RESERVED: [(&str, &str); 5] = [
    ("X_Watchword_Subject", "eve"),
    ("x-watchword-of-a-later-version", "eve"),
    ("X.User", "eve"),
    ("X-Forwarded-Client-Cert", "URI=spiffe://shop.test/edge"),
    ("client_cert", ":AAAA:"),
];

/// A section of each role, with a name of its own for the subject.
fn sections() -> [Value; 5] {
    let keys = key_set(&new_key(), "edge-1");
    let peer = json!({"peer": {"callers": [EDGE]}});
    let sections = [json!({}), mint_section(), verify_section(&keys), peer, attach_section(&keys)];
    sections.map(|mut section| {
        section["headers"] = json!({"subject": "x-user"});
        section
    })
}

fn cleaned(stages: &[Box<dyn Stage>], part: Part, meter: &dyn Meter) -> Vec<String> {
    let edits = stages.iter().filter_map(|stage| stage.cleaner());
    edits.flat_map(|cleaner| removed(&cleaner.clean(part, &head(&RESERVED), meter))).collect()
}

#[test]
fn every_role_strips_the_same_wherever_it_comes() {
    let mut all = RESERVED.map(|(name, _)| name);
    all.sort_unstable();
    for section in sections() {
        let world = called_by(EDGE);
        let hop = Hop::new(&section, &new_key(), &world);
        for part in [Part::RequestTrailers, Part::Response, Part::ResponseTrailers] {
            assert_eq!(cleaned(&hop.stages, part, &world), all, "{part} {section}");
        }
        let passed = hop.ask(&world, Authenticate::None, None, &RESERVED).unwrap();
        let removed = removed(&passed.request);
        assert!(all.iter().all(|name| removed.iter().any(|other| other == name)), "{removed:?} {section}");
    }
}

#[test]
fn client_certificate_headers_are_kept_where_the_section_says_so() {
    for mut section in sections() {
        section["client_certificate_headers"] = json!("keep");
        let world = called_by(EDGE);
        let hop = Hop::new(&section, &new_key(), &world);
        let passed = hop.ask(&world, Authenticate::None, None, &RESERVED).unwrap();
        let of_head = removed(&passed.request);
        assert!(!of_head.contains(&"X-Forwarded-Client-Cert".to_owned()), "{section}");
        assert!(of_head.contains(&"client_cert".to_owned()), "another spelling is a forgery: {section}");
        for part in [Part::RequestTrailers, Part::Response, Part::ResponseTrailers] {
            let stripped = cleaned(&hop.stages, part, &world);
            assert!(stripped.contains(&"X-Forwarded-Client-Cert".to_owned()), "{part} {section}");
        }
    }
}
