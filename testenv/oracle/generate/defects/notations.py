"""What stands in place of the JSON of a header or of claims."""

from __future__ import annotations

import json

from ..drafts import Defect, Draft

_NO_HEADERS = [b"{%,}", b"[%]", b"null", b"{", b"\xff{%}", b"\xef\xbb\xbf{%}", b'"x"', b""]
_NO_CLAIMS = [
    b"{%,}",
    b"[1]",
    b"null",
    b"{%",
    b'{"x":"\xc0\xaf",%}',
    b"\xef\xbb\xbf{%}",
    b'{"x":NaN,%}',
    b'{"x":01,%}',
    b'{"x":"\n",%}',
    b'{"x":"\\ud800",%}',
    b"{'x':1,%}",
]
"""`%` stands for the members that are there otherwise."""


def _raw(part: str, texts: list[bytes]) -> Defect:
    def change(draft: Draft) -> None:
        members = json.dumps(draft.part(part))[1:-1].encode()
        draft.raw[part] = draft.rng.choice(texts).replace(b"%", members)

    return change


def _nested(depth: int) -> bytes:
    return b'{"x":' + b"[" * depth + b"]" * depth + b",%}"


def _twice(part: str) -> Defect:
    def change(draft: Draft) -> None:
        members = draft.part(part)
        name = draft.rng.choice(sorted(members))
        again = f"{json.dumps(name)}: {json.dumps(members[name])}"
        draft.raw[part] = f"{json.dumps(members)[:-1]}, {again}}}".encode()

    return change


DEFECTS: dict[str, Defect] = {
    "header twice": _twice("header"),
    "claims twice": _twice("claims"),
    "header no JSON": _raw("header", _NO_HEADERS),
    "claims no JSON": _raw("claims", _NO_CLAIMS),
    "claims too deep": _raw("claims", [_nested(64)]),
    "claims just deep enough": _raw("claims", [_nested(63)]),
}
