//! The words at the trust boundary, on a host without threads, files or clock: wasm in a JavaScript engine.

#[cfg(test)]
mod tests {
    use contract::{Head, HeaderName, HeaderValue, PathError, SettledPath, SpiffeId, ascii_json};
    use serde_json::json;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_path_has_one_spelling() {
        for (raw, settled) in [
            ("/orders/42?q=a%2Fb", "/orders/42?q=a%2Fb"),
            ("/%6frders/%7euser", "/orders/~user"),
            ("/zo%c3%ab", "/zo%C3%AB"),
        ] {
            let path = SettledPath::settle(raw.as_bytes()).unwrap();
            assert_eq!((path.as_str(), path.changed()), (settled, raw != settled));
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_path_with_two_readings_is_refused() {
        for (raw, error) in [
            ("/a/%2e%2e/b", PathError::DotOrEmptySegment),
            ("//admin", PathError::DotOrEmptySegment),
            ("/a/..;/b", PathError::Character),
            ("/a%2fb", PathError::AmbiguousEscape),
            ("/a%c0%af", PathError::NotUtf8),
            ("/a%4", PathError::BrokenEscape),
            ("*", PathError::NotOriginForm),
        ] {
            assert_eq!(SettledPath::settle(raw.as_bytes()), Err(error), "{raw}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_header_value_splits_no_response_and_loses_nothing() {
        for bad in ["a\r\nset-cookie: b", "a\0", " a", "a\n", "zoë"] {
            assert!(HeaderValue::new(bad).is_err(), "{bad:?}");
            let encoded = HeaderValue::encode(bad);
            assert!(HeaderValue::new(encoded.as_str()).is_ok());
            assert_eq!(HeaderValue::decode(encoded.as_str()).as_deref(), Some(bad));
        }
        assert!(HeaderName::new("x-a\r\n").is_err());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_head_keeps_every_field_and_every_byte() {
        let pairs = [(b"X-Role".as_slice(), b"user".as_slice()), (b"x-role", b"\xff\xfe")];
        let head = Head::from_pairs(pairs).unwrap();
        assert!(head.values("x-role").eq([b"user".as_slice(), b"\xff\xfe"]));
        assert!(head.single("x-role").is_err());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_spiffe_id_names_one_workload_or_none() {
        let id = SpiffeId::parse("spiffe://shop.test/orders").unwrap();
        assert_eq!(id.trust_domain(), "shop.test");
        for bad in
            ["spiffe://Shop.test/orders", "spiffe://shop.test/../orders", "spiffe://shop.test/orders/"]
        {
            assert!(SpiffeId::parse(bad).is_err(), "{bad}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_log_line_is_one_line_of_ascii() {
        let line = ascii_json(&json!({"path": "/zoë\u{2028}\u{1f512}\n"}));
        assert_eq!(line, r#"{"path":"/zo\u00eb\u2028\ud83d\udd12\n"}"#);
    }
}
