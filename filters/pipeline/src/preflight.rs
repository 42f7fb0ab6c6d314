//! CORS preflights: what a browser asks before it sends a request of another origin (Fetch §3.2.2).

use contract::Head;

/// The method that the real request will have, if `head` is a preflight.
///
/// A browser sends a preflight without credentials and without a body (Fetch §4.8), so whatever has one is
/// no preflight, whoever says so: this is the one request that passes a guarded route unasked.
pub(crate) fn asked_method(head: &Head) -> Option<&str> {
    const NEVER: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "transfer-encoding"];
    let is = |name: &[u8], other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    let is_never = |(name, value): (&[u8], &[u8])| {
        NEVER.iter().any(|never| is(name, never)) || (is(name, "content-length") && value != b"0")
    };
    let asks = head.method() == Some(b"OPTIONS")
        && head.single("origin").ok().flatten().is_some_and(|origin| !origin.is_empty())
        && !head.has_body()
        && !head.fields().any(is_never);
    let method = head.single("access-control-request-method").ok().flatten().filter(|_| asks)?;
    std::str::from_utf8(method).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFLIGHT: [(&str, &str); 3] =
        [(":method", "OPTIONS"), ("origin", "https://a.test"), ("access-control-request-method", "PUT")];

    #[test]
    fn a_body_without_a_length_is_a_body_too() {
        let pairs = PREFLIGHT.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let head = Head::from_pairs(pairs).unwrap();
        assert_eq!(asked_method(&head), Some("PUT"));
        assert_eq!(asked_method(&head.followed_by_body(true)), None);
    }

    fn asked(pairs: &[(&str, &str)]) -> Option<String> {
        let pairs = pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        asked_method(&Head::from_pairs(pairs).unwrap()).map(str::to_owned)
    }

    #[test]
    fn knows_a_preflight_by_everything_that_makes_one() {
        assert_eq!(asked(&PREFLIGHT), Some("PUT".into()));
        assert_eq!(asked(&[&PREFLIGHT[..], &[("content-length", "0")]].concat()), Some("PUT".into()));
        for missing in PREFLIGHT {
            let pairs: Vec<_> = PREFLIGHT.into_iter().filter(|pair| *pair != missing).collect();
            assert_eq!(asked(&pairs), None, "without {missing:?}");
        }
        for extra in [
            ("Authorization", "Bearer a"),
            ("cookie", "a=b"),
            ("content-length", "3"),
            ("transfer-encoding", "chunked"),
            ("origin", "https://b.test"),
            ("access-control-request-method", "GET"),
        ] {
            assert_eq!(asked(&[&PREFLIGHT[..], &[extra]].concat()), None, "with {extra:?}");
        }
        assert_eq!(asked(&[&[(":method", "GET")], &PREFLIGHT[1..]].concat()), None);
    }
}
