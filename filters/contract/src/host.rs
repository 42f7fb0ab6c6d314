//! The name of a host as it is compared.

/// A host as hosts are compared: lower case, without port and without the trailing dot of the root.
/// `None` when it holds what no host name does.
pub fn normal_host(authority: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(authority).ok()?;
    let host = match text.rsplit_once(':') {
        Some((host, port)) if is_port(port) && !is_inside_brackets(host) => host,
        Some(_) | None => text,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte);
    (!host.is_empty() && host.bytes().all(good)).then(|| host.to_ascii_lowercase())
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the colon behind `host` belongs to an IPv6 address, as in `[::1]` without a port.
fn is_inside_brackets(host: &str) -> bool {
    host.starts_with('[') && !host.ends_with(']')
}
