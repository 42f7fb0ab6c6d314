//! A module for the tests, byte by byte: `host::root::tick`, which is exported, calls by the table; there stands
//! `host::stream::count`, which panics.

/// As an assembler would make it.
pub(crate) fn module() -> Vec<u8> {
    let sections = [
        section(1, &[1, 0x60, 0, 0]),
        section(3, &[3, 0, 0, 0]),
        section(4, &[1, 0x70, 0, 1]),
        section(5, &[1, 0, 1]),
        section(7, &[&[1][..], &text("proxy_on_tick"), &[0, 2]].concat()),
        section(9, &[1, 0, 0x41, 0, 0x0b, 1, 1]),
        section(10, &code()),
        section(11, &data()),
        section(0, &[&text("name")[..], &section(1, &names())].concat()),
    ];
    [b"\0asm\x01\0\0\0".as_slice(), &sections.concat()].concat()
}

/// The panic itself; one that names its place at address 16, and panics; one that calls by the table.
fn code() -> Vec<u8> {
    let bodies = [body(&[0x00]), body(&[0x41, 16, 0x1a, 0x10, 0, 0x00]), body(&[0x41, 0, 0x11, 0, 0])];
    [&[3][..], &bodies.concat()].concat()
}

/// Without locals.
fn body(instructions: &[u8]) -> Vec<u8> {
    sized(&[&[0][..], instructions, &[0x0b]].concat())
}

/// The place at 16, in two segments as an optimizer leaves it, and its path at 64.
fn data() -> Vec<u8> {
    let path = b"filters/host/src/stream.rs";
    let length = u8::try_from(path.len()).unwrap();
    let segments = [(16, &[64, 0, 0, 0, length][..]), (24, &[7, 0, 0, 0, 9]), (64, path)];
    let laid = segments.map(|(at, bytes)| {
        // Addresses of constants have a sign.
        let at: &[u8] = if at < 64 { &[at] } else { &[at | 0x80, 0] };
        [&[0, 0x41], at, &[0x0b], &sized(bytes)].concat()
    });
    [&[3][..], &laid.concat()].concat()
}

fn names() -> Vec<u8> {
    let names = ["core::panicking::panic", "host::stream::count", "host::root::tick"];
    let entries = (0..).zip(names).map(|(number, name)| [&[number][..], &text(name)].concat());
    [&[3][..], &entries.collect::<Vec<_>>().concat()].concat()
}

fn section(kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&[kind][..], &sized(bytes)].concat()
}

fn text(text: &str) -> Vec<u8> {
    sized(text.as_bytes())
}

/// Behind their number, which is small.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len();
    let number = match u8::try_from(length).unwrap() {
        short @ ..0x80 => vec![short],
        long => vec![long, 1],
    };
    [number, bytes.to_vec()].concat()
}
