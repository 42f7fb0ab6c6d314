//! The header of the token that came last: the tokens of an issuer have the same, letter for letter, until its key
//! changes.

use std::cell::RefCell;
use std::rc::Rc;

use contract::is_same;

use crate::compact::Header;

/// The last header that was read, by the text that it was read from.
///
/// What a header says follows from its text and from nothing else, so the text is the whole key. Only what was found
/// well-formed is kept, and there is one at most, no longer than [`crate::MAX_TOKEN_BYTES`].
#[derive(Debug, Default)]
pub struct LastHeader(RefCell<Option<Read>>);

#[derive(Debug)]
struct Read {
    /// As it stands in the token, encoded.
    text: Box<[u8]>,
    header: Rc<Header>,
}

impl LastHeader {
    /// The header that `text` is, if it was the last one.
    pub(crate) fn recall(&self, text: &[u8]) -> Option<Rc<Header>> {
        let last = self.0.borrow();
        last.as_ref().filter(|last| is_same(&last.text, text)).map(|last| Rc::clone(&last.header))
    }

    /// Keep the header that `text` is.
    pub(crate) fn keep(&self, text: &[u8], header: Header) -> Rc<Header> {
        let header = Rc::new(header);
        self.0.replace(Some(Read { text: text.into(), header: Rc::clone(&header) }));
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Compact, JoseError, base64url};

    fn token(header: &str) -> Vec<u8> {
        format!("{}.e30.c2ln", base64url::encode(header)).into_bytes()
    }

    #[test]
    fn what_a_token_says_does_not_depend_on_the_one_before() {
        let headers = [
            r#"{"alg":"RS256","kid":"a","typ":"at+jwt"}"#,
            r#"{"alg":"RS256","kid":"b","typ":"at+jwt"}"#,
            r#"{"alg":"ES256","kid":"a"}"#,
            r#"{"alg":"none"}"#,
            r#"{"alg":"RS256","crit":["b64"]}"#,
            "[]",
        ];
        let said = |compact: Compact<'_>| {
            let [key_id, typ] = [compact.key_id(), compact.typ()].map(|text| text.map(str::to_owned));
            (compact.algorithm(), key_id, typ)
        };
        for (first, second) in headers.iter().flat_map(|first| headers.map(|second| (first, second))) {
            let (last, second) = (LastHeader::default(), token(second));
            drop(Compact::parse_after(&token(first), &last));
            let after = Compact::parse_after(&second, &last).map(said);
            assert_eq!(after, Compact::parse(&second).map(said), "{first}");
        }
    }

    #[test]
    fn a_known_header_heals_no_other_part() {
        let last = LastHeader::default();
        let header = base64url::encode(r#"{"alg":"EdDSA"}"#);
        let parse = |rest: &str| {
            let token = format!("{header}{rest}");
            Compact::parse_after(token.as_bytes(), &last).map(|compact| compact.algorithm())
        };
        assert_eq!(parse(".e30.c2ln"), Ok(Algorithm::EdDsa));
        assert_eq!(parse(".e3.c2ln"), Err(JoseError::NotBase64url));
        assert_eq!(parse(".e30.c2lnx="), Err(JoseError::NotBase64url));
        assert_eq!(parse(".e30"), Err(JoseError::NotCompact));
        assert_eq!(parse("A.e30.c2ln"), Err(JoseError::NotBase64url));
    }
}
