//! How services read a path or a host: not as they should, but as some have.

/// Whether any of the known readings of `target` lies below `/admin`.
pub fn is_guarded(target: &[u8]) -> bool {
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let mut path = path.to_vec();
    // Twice decoded is what a proxy behind a proxy comes to; once more shows where that ends.
    for _ in 0..3 {
        if [false, true].iter().any(|cut| resolved(&path, *cut).starts_with(b"/admin")) {
            return true;
        }
        path = decoded(&path);
    }
    false
}

/// The path with dots resolved, slashes merged and backslashes turned, in lower case; with everything behind
/// `;` of a segment, and behind `#`, `?` or NUL of the path, cut off if `cut`.
fn resolved(path: &[u8], cut: bool) -> Vec<u8> {
    let end = path.iter().position(|byte| cut && b"#?\0".contains(byte)).unwrap_or(path.len());
    let mut segments: Vec<Vec<u8>> = Vec::new();
    for segment in path[..end].split(|byte| b"/\\".contains(byte)) {
        let end = segment.iter().position(|byte| cut && *byte == b';').unwrap_or(segment.len());
        match &segment[..end] {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            other => segments.push(other.trim_ascii().to_ascii_lowercase()),
        }
    }
    segments.into_iter().flat_map(|segment| [b"/".as_slice(), &segment].concat()).collect()
}

/// Decoded once, with overlong and full-width forms taken for what they look like.
fn decoded(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &after[2..];
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    const LOOKS: [(&[u8], u8); 9] = [
        (b"\xc0\xaf", b'/'),
        (b"\xc0\xae", b'.'),
        (b"\xe0\x80\xaf", b'/'),
        (b"\xf0\x80\x80\xaf", b'/'),
        (b"\xc1\x9c", b'\\'),
        (b"\xef\xbc\x8e", b'.'),
        (b"\xef\xbc\x8f", b'/'),
        (b"%u002f", b'/'),
        (b"%u002e", b'.'),
    ];
    LOOKS.iter().fold(out, |text, (from, to)| replaced(&text, from, *to))
}

fn replaced(text: &[u8], from: &[u8], to: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(from) {
            out.push(to);
            at += from.len();
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

/// Whether any of the known readings of `host` is `admin.test`.
pub fn is_guarded_host(host: &[u8]) -> bool {
    let host = decoded(host).to_ascii_lowercase();
    let parts = host.split(|byte| b"@/\\#?;, \t\0:[]".contains(byte));
    let mut parts = parts.map(|part| {
        let end = part.iter().rposition(|byte| *byte != b'.').map_or(0, |last| last + 1);
        &part[..end]
    });
    parts.any(|part| part == b"admin.test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_through_every_disguise() {
        for target in [
            "/admin",
            "/ADMIN/x",
            "//admin",
            "/public/../admin",
            "/public/..;/admin",
            "/public/%2e%2e/admin",
            "/public/%252e%252e/admin",
            "/public\\..\\admin",
            "/%61dmin",
            "/public/%c0%ae%c0%ae/admin",
            "/public/%ef%bc%8e%ef%bc%8e/admin",
            "/admin;x=1",
            "/public/a/#/../../../admin",
        ] {
            assert!(is_guarded(target.as_bytes()), "{target}");
        }
        for target in ["/", "/public/admin", "/public/x?/../admin", "/publicadmin"] {
            assert!(!is_guarded(target.as_bytes()), "{target}");
        }
        for host in ["admin.test", "Admin.Test.:443", "a@admin.test", "%61dmin.test", "x,admin.test"] {
            assert!(is_guarded_host(host.as_bytes()), "{host}");
        }
        assert!(!is_guarded_host(b"shop.test:80"));
    }
}
