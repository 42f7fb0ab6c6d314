//! What a row of the route table matches: hosts and the template of a path.

use contract::ConfigError;

use crate::raw::RawPattern;

/// Characters of a template: anything longer is a mistake.
const MAX_TEMPLATE_BYTES: usize = 1024;

/// The names of the parameters in the template of a path, such as `/orders/{order_id}`.
pub(crate) fn parameters(template: &str, at: &str) -> Result<Vec<String>, ConfigError> {
    if !template.starts_with('/') || template.len() > MAX_TEMPLATE_BYTES {
        return Err(ConfigError::at(at, "a path template starts with `/` and has at most 1024 bytes"));
    }
    let mut names = Vec::new();
    for segment in template.split('/') {
        let Some(inner) = segment.strip_prefix('{') else {
            refuse_stray_brace(segment, at)?;
            continue;
        };
        let name = inner.strip_suffix('}').map(|name| name.strip_prefix('*').unwrap_or(name));
        match name {
            Some(name) if is_name(name) && !names.contains(&name.to_owned()) => names.push(name.to_owned()),
            _ => {
                let message = format!("`{segment}` is no parameter, or comes twice: write `{{name}}`");
                return Err(ConfigError::at(at, message));
            }
        }
    }
    Ok(names)
}

fn refuse_stray_brace(segment: &str, at: &str) -> Result<(), ConfigError> {
    if segment.contains(['{', '}']) {
        return Err(ConfigError::at(at, format!("`{segment}`: a parameter takes a whole segment")));
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let first_is_letter = name.starts_with(|first: char| first.is_ascii_alphabetic());
    first_is_letter && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The hosts of a pattern, normalised; `None` for every host.
pub(crate) fn hosts(raw: &RawPattern, at: &str) -> Result<Option<Vec<String>>, ConfigError> {
    let Some(hosts) = &raw.hosts else { return Ok(None) };
    if hosts.is_empty() {
        return Err(ConfigError::at(at, "an empty list matches nothing: leave it out for every host"));
    }
    let known: Option<Vec<_>> = hosts.iter().map(|host| normal_host(host.as_bytes())).collect();
    known.map(Some).ok_or_else(|| ConfigError::at(at, "a host is a name or an address, without a port"))
}

/// A host as hosts are compared: lower case, without port and without the trailing dot of the root.
/// `None` when it holds what no host name does.
pub(crate) fn normal_host(authority: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(authority).ok()?;
    let host = match text.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !inside_brackets(port, host) =>
        {
            host
        }
        _ => text,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte);
    (!host.is_empty() && host.bytes().all(good)).then(|| host.to_ascii_lowercase())
}

/// Whether the colon before `port` belongs to an IPv6 address, as in `[::1]` without a port.
fn inside_brackets(port: &str, host: &str) -> bool {
    port.ends_with(']') || (host.starts_with('[') && !host.ends_with(']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_parameters_of_a_template() {
        assert_eq!(parameters("/orders/{order_id}/items/{*rest}", "p").unwrap(), ["order_id", "rest"]);
        for bad in ["orders", "/a/{b", "/a/x{b}", "/a/{}", "/a/{1}", "/{a}/{a}", "/a/{b}c"] {
            assert!(parameters(bad, "p").is_err(), "{bad}");
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
