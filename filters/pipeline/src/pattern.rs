//! What a row of the route table matches: methods, hosts and the template of a path.

use contract::normal_host;
use contract::{ConfigError, SettledPath};

use crate::raw::RawPattern;

/// Methods and hosts of a row; `None` matches all.
pub(crate) struct Pattern {
    methods: Option<Vec<String>>,
    hosts: Option<Vec<String>>,
}

impl Pattern {
    pub(crate) fn compile(raw: RawPattern, at: &str) -> Result<Self, ConfigError> {
        let RawPattern { methods, path: _, hosts } = raw;
        let is_method = |method: &String| {
            !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
        };
        let methods = checked(methods, is_method, || {
            ConfigError::at(
                format!("{at}.methods"),
                "methods are upper-case names; leave the list out for every method",
            )
        })?;
        let is_host = |host: &String| normal_host(host.as_bytes()) == Some(host.to_ascii_lowercase());
        let hosts = checked(hosts, is_host, || {
            ConfigError::at(
                format!("{at}.hosts"),
                "a host is a name or an address, without a port; leave the list out for every host",
            )
        })?;
        let hosts = hosts.map(|hosts| hosts.iter().map(|host| host.to_ascii_lowercase()).collect());
        Ok(Self { methods, hosts })
    }

    pub(crate) fn takes(&self, method: Option<&str>, host: Option<&str>) -> bool {
        lists(self.methods.as_deref(), method) && lists(self.hosts.as_deref(), host)
    }

    /// Whether it is for some hosts only.
    pub(crate) const fn has_hosts(&self) -> bool {
        self.hosts.is_some()
    }

    /// How much it matches, to sort by: fewest first.
    pub(crate) const fn breadth(&self) -> (bool, bool) {
        (self.hosts.is_none(), self.methods.is_none())
    }

    /// Whether there are requests that both match, and neither is the narrower.
    pub(crate) fn conflicts(&self, other: &Self) -> bool {
        self.breadth() == other.breadth()
            && overlap(self.methods.as_deref(), other.methods.as_deref())
            && overlap(self.hosts.as_deref(), other.hosts.as_deref())
    }
}

fn checked(
    list: Option<Vec<String>>,
    is_good: impl Fn(&String) -> bool,
    error: impl FnOnce() -> ConfigError,
) -> Result<Option<Vec<String>>, ConfigError> {
    match list {
        Some(list) if list.is_empty() || !list.iter().all(is_good) => Err(error()),
        list => Ok(list),
    }
}

fn lists(list: Option<&[String]>, name: Option<&str>) -> bool {
    list.is_none_or(|list| name.is_some_and(|name| list.iter().any(|listed| listed == name)))
}

fn overlap(one: Option<&[String]>, other: Option<&[String]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.iter().any(|name| other.contains(name)),
        (None, _) | (_, None) => true,
    }
}

/// The names of the parameters in the template of a path: `/orders/{order_id}`, or `/files/{*rest}` for
/// everything below `/files/`.
pub(crate) fn parameters(template: &str, at: &str) -> Result<Vec<String>, ConfigError> {
    let mut names: Vec<String> = Vec::new();
    let mut example = Vec::new();
    let mut segments = template.split('/').peekable();
    while let Some(segment) = segments.next() {
        let Some(inner) = segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) else {
            example.push(segment);
            continue;
        };
        let name = inner.strip_prefix('*').unwrap_or(inner);
        if !is_name(name) || names.iter().any(|other| other == name) {
            let message = format!("`{segment}` is no parameter, or its name comes twice: write `{{name}}`");
            return Err(ConfigError::at(at, message));
        }
        if inner.starts_with('*') && segments.peek().is_some() {
            return Err(ConfigError::at(
                at,
                format!("`{segment}` takes the rest of the path: it stands last"),
            ));
        }
        names.push(name.to_owned());
        example.push("x");
    }
    check_example(&example.join("/"), at)?;
    Ok(names)
}

/// A row whose literals no settled path can have would never match, and guard nothing.
fn check_example(example: &str, at: &str) -> Result<(), ConfigError> {
    match SettledPath::settle(example.as_bytes()) {
        Ok(settled) if !settled.changed() && settled.query().is_none() => Ok(()),
        Ok(settled) => {
            let message = format!("no request has this path: it is compared as `{}`", settled.path());
            Err(ConfigError::at(at, message))
        }
        Err(error) => Err(ConfigError::at(
            at,
            format!("no request has this path ({}); a parameter takes a whole segment", error.reason()),
        )),
    }
}

fn is_name(name: &str) -> bool {
    let first_is_letter = name.starts_with(|first: char| first.is_ascii_alphabetic());
    first_is_letter && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_parameters_of_a_template() {
        assert_eq!(parameters("/orders/{order_id}/items/{*rest}", "p").unwrap(), ["order_id", "rest"]);
        assert_eq!(parameters("/", "p").unwrap(), [""; 0]);
        assert_eq!(parameters("/a/", "p").unwrap(), [""; 0]);
    }

    #[test]
    fn refuses_a_template_that_is_wrong_or_would_never_match() {
        for bad in [
            "orders",
            "",
            "/a/{b",
            "/a/x{b}",
            "/a/{}",
            "/a/{1}",
            "/{a}/{a}",
            "/a/{b}c",
            "/{*a}/b",
            "/{a-b}",
            "/caf%c3%a9",
            "/zoë",
            "/%61dmin",
            "/a//b",
            "/a/../b",
            "/a?b",
            "/a;b",
            "/a b",
            "/a%2fb",
        ] {
            assert_eq!(
                parameters(bad, "p").err().map(|error| error.path().to_owned()),
                Some("p".into()),
                "{bad}"
            );
        }
    }

    #[test]
    fn compares_hosts_without_case_port_and_root() {
        for same in ["shop.test", "Shop.Test", "shop.test.", "shop.test:8443", "SHOP.test.:1"] {
            assert_eq!(normal_host(same.as_bytes()).as_deref(), Some("shop.test"), "{same}");
        }
        assert_eq!(normal_host(b"[::1]:80").as_deref(), Some("[::1]"));
        assert_eq!(normal_host(b"[::1]").as_deref(), Some("[::1]"));
        for bad in [b"".as_slice(), b"a b", b"\xff", b"a/b", b"user@host"] {
            assert_eq!(normal_host(bad), None, "{bad:?}");
        }
    }
}
