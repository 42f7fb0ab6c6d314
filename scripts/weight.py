#!/usr/bin/env python3
"""usage: scripts/weight.py MODULE.named.wasm [PATTERN]

Says what a module weighs and why: its sections, and its code by the crate that each function is of. With PATTERN, a
regular expression, the functions whose names it finds, the largest first. Generic code counts for the crate that
writes it, wherever it is used; code that the optimizer has put into its caller counts for the caller.

Names of generic functions hide what they are made for, unless cargo built the module with
`-C symbol-mangling-version=v0`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SECTIONS = [
    "custom",
    "type",
    "import",
    "function",
    "table",
    "memory",
    "global",
    "export",
    "start",
    "element",
    "code",
    "data",
    "datacount",
]
CUSTOM, IMPORT, CODE = (SECTIONS.index(name) for name in ("custom", "import", "code"))
FUNCTION_NAMES = 1
Section = tuple[int, bytes]
"""Kind and body."""
# What the older mangling writes for signs.
ESCAPES = {
    "$LT$": "<",
    "$GT$": ">",
    "$RF$": "&",
    "$C$": ",",
    "$u20$": " ",
    "$BP$": "*",
    "$LP$": "(",
    "$RP$": ")",
    "$u7b$": "{",
    "$u7d$": "}",
    "..": "::",
}
# Bytes of a function that is listed by itself.
LISTED = 200


def main(path: str, pattern: str | None = None) -> None:
    """Prints the sections, then the crates, or the functions that the pattern finds."""
    module = Path(path).read_bytes()
    sections = list(split(module))
    for kind, body in sections:
        print(f"{len(body) / 1024:9.1f} KB  {title(kind, body)}")
    functions = sorted(zip(sizes(sections), names(sections), strict=True), reverse=True)
    print()
    if pattern:
        found = [(size, name) for size, name in functions if re.search(pattern, name)]
        for size, name in found:
            if size >= LISTED:
                print(f"{size:9} B   {name}")
        print(f"{sum(size for size, _ in found) / 1024:9.1f} KB  in {len(found)} functions")
        return
    weights, counts = Counter(), Counter()
    for size, name in functions:
        weights[crate(name)] += size
        counts[crate(name)] += 1
    for name, weight in weights.most_common():
        print(f"{weight / 1024:9.1f} KB  {counts[name]:5} functions  {name}")


def split(module: bytes) -> Iterator[Section]:
    """Kind and body of each section (WebAssembly Core §5.5.2)."""
    assert module[:8] == b"\0asm\1\0\0\0", "not a module"
    at = 8
    while at < len(module):
        kind, (length, at) = module[at], number(module, at + 1)
        yield kind, module[at : at + length]
        at += length


def number(module: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128, and where it ends."""
    value = shift = 0
    while True:
        byte = module[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def text(module: bytes, at: int) -> tuple[str, int]:
    """A name, and where it ends."""
    length, at = number(module, at)
    return module[at : at + length].decode(), at + length


def title(kind: int, body: bytes) -> str:
    """What a section is called."""
    return f"custom: {text(body, 0)[0]}" if kind == CUSTOM else SECTIONS[kind]


def sizes(sections: list[Section]) -> Iterator[int]:
    """Bytes of each function's body, in order."""
    body = next(body for kind, body in sections if kind == CODE)
    count, at = number(body, 0)
    for _ in range(count):
        length, start = number(body, at)
        yield start + length - at
        at = start + length


def names(sections: list[Section]) -> list[str]:
    """The name of each function that has a body. Imported ones come first in the count."""
    body = next((body for kind, body in sections if kind == CUSTOM and text(body, 0)[0] == "name"), None)
    assert body, "no names: take the module NAME.named.wasm"
    known = dict(function_names(body))
    first = imported_functions(next(body for kind, body in sections if kind == IMPORT))
    count, _ = number(next(body for kind, body in sections if kind == CODE), 0)
    return [readable(known.get(index, "?")) for index in range(first, first + count)]


def function_names(body: bytes) -> Iterator[tuple[int, str]]:
    """Index and name of each function that the section of names knows."""
    at = text(body, 0)[1]
    while at < len(body):
        kind, (length, at) = body[at], number(body, at + 1)
        if kind == FUNCTION_NAMES:
            count, place = number(body, at)
            for _ in range(count):
                index, place = number(body, place)
                name, place = text(body, place)
                yield index, name
        at += length


def imported_functions(body: bytes) -> int:
    """How many imports are functions. A proxy's module imports nothing else."""
    count, at = number(body, 0)
    for _ in range(count):
        _, at = text(body, at)
        _, at = text(body, at)
        assert body[at] == 0, "an import that is no function"
        _, at = number(body, at + 1)
    return count


def readable(name: str) -> str:
    """A mangled name without its hash. The newer mangling is left as it is: its crates can be read in it."""
    legacy = re.fullmatch(r"_ZN(.*)17h[0-9a-f]{16}E(.*)", name)
    if not legacy:
        return name
    parts, rest = [], legacy[1]
    while found := re.match(r"\d+", rest):
        end = found.end() + int(found[0])
        parts.append(rest[found.end() : end])
        rest = rest[end:]
    path = "::".join(parts)
    for escape, sign in ESCAPES.items():
        path = path.replace(escape, sign)
    return path.removeprefix("_")


def crate(name: str) -> str:
    """The crate that a function is of."""
    if name.startswith("_R"):
        found = re.search(r"C(?:s[0-9A-Za-z]*_)?(\d+)_?", name)
        return name[found.end() : found.end() + int(found[1])] if found else "others"
    words = re.findall(r"([a-z_][a-z_0-9]*)::", name)
    return words[0] if words else "not Rust, or exported"


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
