//! Which workloads are meant: one, or all whose path has a form.

use contract::{SpiffeId, SpiffeIdError};

/// A SPIFFE ID in whose path `*` stands for one segment, and `**` at the end for one or more.
///
/// The trust domain is always literal: who issues certificates of another one is not for a pattern to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallerPattern {
    trust_domain: String,
    segments: Vec<Segment>,
    /// Whether further segments may follow; one at least then has to.
    open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Any,
}

impl CallerPattern {
    /// Read a pattern.
    ///
    /// # Errors
    /// When it would be no SPIFFE ID with a word in the place of each `*` and `**`.
    pub(crate) fn parse(text: &str) -> Result<Self, SpiffeIdError> {
        let (rooted, open) = match text.strip_suffix("/**") {
            Some(rooted) => (rooted, true),
            None => (text, false),
        };
        let segments: Vec<_> = path(rooted).map(Segment::parse).collect();
        let words = segments.iter().map(|segment| match segment {
            Segment::Literal(literal) => literal.as_str(),
            Segment::Any => "any",
        });
        let trust_domain = trust_domain(rooted);
        let example = ["spiffe:/", trust_domain].into_iter().chain(words).collect::<Vec<_>>().join("/");
        let example = SpiffeId::parse(&example)?;
        // What was taken for a trust domain is one, and the text began as an ID does.
        let whole = text.starts_with("spiffe://") && example.trust_domain() == trust_domain;
        match whole {
            true => Ok(Self { trust_domain: trust_domain.to_owned(), segments, open }),
            false => Err(SpiffeIdError),
        }
    }

    /// Whether it means one workload and no other.
    pub(crate) fn is_literal(&self) -> bool {
        !self.open && !self.segments.contains(&Segment::Any)
    }

    /// Whether `id` is meant.
    pub(crate) fn takes(&self, id: &SpiffeId) -> bool {
        let mut given = path(id.as_str());
        id.trust_domain() == self.trust_domain
            && self.segments.iter().all(|segment| given.next().is_some_and(|given| segment.takes(given)))
            && given.next().is_some() == self.open
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        if text == "*" { Self::Any } else { Self::Literal(text.to_owned()) }
    }

    fn takes(&self, given: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == given,
            Self::Any => true,
        }
    }
}

fn trust_domain(id: &str) -> &str {
    let rest = id.strip_prefix("spiffe://").unwrap_or_default();
    rest.split_once('/').map_or(rest, |(trust_domain, _)| trust_domain)
}

/// The segments of the path; none for an ID that is a trust domain alone.
fn path(id: &str) -> impl Iterator<Item = &str> {
    let rest = id.strip_prefix("spiffe://").unwrap_or_default();
    rest.split('/').skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn takes(pattern: &str, id: &str) -> bool {
        CallerPattern::parse(pattern).unwrap().takes(&SpiffeId::parse(id).unwrap())
    }

    #[test]
    fn stands_for_whole_segments() {
        for (pattern, taken, not_taken) in [
            ("spiffe://a.test", &["spiffe://a.test"][..], &["spiffe://a.test/x", "spiffe://b.test"][..]),
            ("spiffe://a.test/x", &["spiffe://a.test/x"], &["spiffe://a.test/x/y", "spiffe://a.test/X"]),
            (
                "spiffe://a.test/ns/*/sa/orders",
                &["spiffe://a.test/ns/shop/sa/orders", "spiffe://a.test/ns/-/sa/orders"],
                &[
                    "spiffe://a.test/ns/sa/orders",
                    "spiffe://a.test/ns/shop/eu/sa/orders",
                    "spiffe://a.test/ns/shop/sa/orders2",
                    "spiffe://b.test/ns/shop/sa/orders",
                    "spiffe://a.test.evil.test/ns/shop/sa/orders",
                ],
            ),
            (
                "spiffe://a.test/ns/shop/**",
                &["spiffe://a.test/ns/shop/x", "spiffe://a.test/ns/shop/x/y/z"],
                &["spiffe://a.test/ns/shop", "spiffe://a.test/ns/shopping/x", "spiffe://a.test/ns/x"],
            ),
            ("spiffe://a.test/**", &["spiffe://a.test/x"], &["spiffe://a.test", "spiffe://b.test/x"]),
            ("spiffe://a.test/*/**", &["spiffe://a.test/x/y"], &["spiffe://a.test/x"]),
        ] {
            assert!(taken.iter().all(|id| takes(pattern, id)), "{pattern}");
            assert!(!not_taken.iter().any(|id| takes(pattern, id)), "{pattern}");
        }
    }

    #[test]
    fn refuses_what_is_half_a_wildcard_or_no_id() {
        for bad in [
            "",
            "*",
            "**",
            "spiffe://*",
            "spiffe://**",
            "spiffe://*/orders",
            "spiffe://*.test/orders",
            "spiffe:///**",
            "spiffe:///x",
            "spiffe://a.test/",
            "spiffe://a.test//**",
            "spiffe://a.test/x*",
            "spiffe://a.test/**/x",
            "spiffe://a.test/***",
            "spiffe://a.test/../*",
            "spiffe://a.test/x/",
            "https://a.test/*",
            "a.test/*",
            "spiffe:/a.test/*",
        ] {
            assert_eq!(CallerPattern::parse(bad), Err(SpiffeIdError), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn an_id_is_a_pattern_of_itself_alone(
            domain in "[a-z]{1,3}",
            one in proptest::collection::vec("[a-c]{1,2}", 0..4),
            other in proptest::collection::vec("[a-c]{1,2}", 0..4),
        ) {
            let id = |path: &[String]| {
                let path: String = path.iter().map(|segment| format!("/{segment}")).collect();
                format!("spiffe://{domain}{path}")
            };
            prop_assert_eq!(takes(&id(&one), &id(&other)), one == other);
            let open = format!("{}/**", id(&one));
            let follows = other.len() > one.len() && other.starts_with(&one);
            prop_assert_eq!(takes(&open, &id(&other)), follows);
        }
    }
}
