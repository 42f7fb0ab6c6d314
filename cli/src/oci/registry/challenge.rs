//! What a registry demands before it answers (RFC 9110 §11.6.1), and where to get it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use ureq::http::Uri;

use crate::oci::Fault;
use crate::oci::reference::{is_loopback, without_port};

/// A demand that can be met.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User and password.
    Basic,
    /// A token of another service.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// Where may be spoken in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clear {
    /// Nowhere.
    Never,
    /// On this machine.
    ThisMachine,
    /// Wherever it is demanded.
    Anywhere,
}

/// What the service answers; some say it by one name, some by the other.
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Challenge {
    /// The first demand of `header` that can be met, tokens first.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn parse(header: &str) -> Result<Self, Fault> {
        let unknown =
            || Fault::Protocol(format!("it demands an authorization that is not known: `{header}`"));
        let challenges = http_auth::parse_challenges(header).map_err(|_| unknown())?;
        let named =
            |name: &str| challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case(name));
        if let Some(bearer) = named("bearer") {
            let value = |name: &str| {
                let found = bearer.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.to_unescaped())
            };
            let realm = value("realm").ok_or_else(unknown)?;
            return Ok(Self::Bearer { realm, service: value("service"), scope: value("scope") });
        }
        named("basic").map(|_| Self::Basic).ok_or_else(unknown)
    }

    /// Where a token is to be had, for `scope` where the demand names none.
    ///
    /// # Errors
    /// When it is to be had in the clear and `clear` does not allow it there.
    pub(super) fn token_url(&self, scope: &str, clear: Clear) -> Result<String, Fault> {
        let Self::Bearer { realm, service, scope: demanded } = self else {
            return Err(Fault::Protocol("it demands no token".to_owned()));
        };
        if !clear.allows(realm) {
            return Err(Fault::Protocol(format!("its tokens are had in the clear, from `{realm}`")));
        }
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let separator = if realm.contains('?') { '&' } else { '?' };
        let mut url = format!("{realm}{separator}scope={}", encoded(demanded.as_deref().unwrap_or(scope)));
        if let Some(service) = service {
            url.push_str("&service=");
            url.push_str(&encoded(service));
        }
        Ok(url)
    }

    /// Whether credentials for the registry `host` may go where the token is to be had: to another host only
    /// where nobody listens.
    pub(super) fn is_trusted_by(&self, host: &str) -> bool {
        let Self::Bearer { realm, .. } = self else { return false };
        let is_own = |realm: &str| without_port(realm).eq_ignore_ascii_case(without_port(host));
        place(realm).is_some_and(|(secret, realm)| secret || is_own(&realm))
    }

    /// The token in the service's answer.
    pub(super) fn token(text: &str) -> Option<String> {
        let Token { token, access_token } = serde_json::from_str(text).ok()?;
        let visible =
            |token: &String| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        token.or(access_token).filter(visible)
    }
}

impl Clear {
    fn allows(self, url: &str) -> bool {
        match (place(url), self) {
            (None, _) | (Some((false, _)), Self::Never) => false,
            (Some((true, _)), _) | (Some((false, _)), Self::Anywhere) => true,
            (Some((false, host)), Self::ThisMachine) => is_loopback(&host),
        }
    }
}

/// Whether nobody can listen at `url`, and its host and port; nothing where it is no such URL, or names a user.
fn place(url: &str) -> Option<(bool, String)> {
    let url: Uri = url.parse().ok()?;
    let authority = url.authority()?.as_str();
    let secret = match url.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    (!authority.contains('@')).then(|| (secret, authority.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEARER: &str =
        r#"Bearer realm="https://auth.test/token",service="registry.test",scope="repository:a/b:pull""#;

    #[test]
    fn a_token_is_asked_for_as_the_registry_says() {
        let challenge = Challenge::parse(&format!("Basic realm=\"x\", {BEARER}")).unwrap();
        let url = "https://auth.test/token?scope=repository%3Aa%2Fb%3Apull&service=registry%2Etest";
        assert_eq!(challenge.token_url("other", Clear::Never), Ok(url.to_owned()));
        assert_eq!(Challenge::parse("basic realm=\"x\""), Ok(Challenge::Basic));
    }

    #[test]
    fn a_token_is_not_asked_for_in_the_clear() {
        let challenge = Challenge::parse(&BEARER.replace("https", "http")).unwrap();
        assert!(challenge.token_url("", Clear::Never).is_err());
        assert!(challenge.token_url("", Clear::ThisMachine).is_err());
        assert!(challenge.token_url("", Clear::Anywhere).is_ok());
    }

    #[test]
    fn credentials_go_to_another_host_only_where_nobody_listens() {
        for (realm, clear, asked, trusted) in [
            ("https://auth.test/token", Clear::Never, true, true),
            ("https://auth.test/token", Clear::Anywhere, true, true),
            ("http://auth.test/token", Clear::Anywhere, true, false),
            ("http://registry.test:81/token", Clear::Anywhere, true, true),
            ("http://registry.test:81/token", Clear::ThisMachine, false, true),
            ("http://127.0.0.1:81/token", Clear::ThisMachine, true, false),
            ("http://127.0.0.1:81/token", Clear::Never, false, false),
            ("http://registry.test@auth.test/", Clear::Anywhere, false, false),
            ("ftp://registry.test/", Clear::Anywhere, false, false),
            ("registry.test", Clear::Anywhere, false, false),
        ] {
            let challenge = Challenge::parse(&format!("Bearer realm=\"{realm}\"")).unwrap();
            assert_eq!(challenge.token_url("", clear).is_ok(), asked, "{realm}");
            assert_eq!(challenge.is_trusted_by("registry.test:5000"), trusted, "{realm}");
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        for (text, token) in [
            (r#"{"token": "a"}"#, Some("a")),
            (r#"{"access_token": "b", "expires_in": 1}"#, Some("b")),
            (r#"{"token": ""}"#, None),
            (r#"{"token": "a\nb: c"}"#, None),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(Challenge::token(text).as_deref(), token, "{text}");
        }
        for demand in ["", "Digest realm=\"x\"", "Bearer service=\"x\"", "\u{1}"] {
            assert!(Challenge::parse(demand).is_err(), "{demand}");
        }
    }
}
