"""Paths in their one form (docs/identity.md, "Paths"; RFC 3986 §6.2.2)."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 8192
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_AMBIGUOUS = frozenset(b"/\\%;#") | frozenset(range(0x20)) | {0x7F}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")


def settle(target: str) -> tuple[str, set[str]]:
    """The settled path of a target, and every reason to refuse it. A character stands for a byte."""
    path = target.partition("?")[0]
    if not path.startswith("/"):
        return path, {"path_not_origin_form"}
    reasons = set(_reasons(path))
    if len(target) > MAX_BYTES:
        reasons.add("path_too_long")
    settled = _ESCAPE.sub(_settle_escape, path)
    if not reasons & {"path_broken_escape", "path_ambiguous_escape"}:
        reasons |= _reasons_decoded(settled)
    return settled, reasons


def decode(text: str) -> str:
    """The text that escapes stand for. Raises ValueError where that is not UTF-8."""
    return _bytes(text).decode("utf-8")


def _reasons(path: str) -> list[str]:
    found = []
    if any(ord(c) <= 0x20 or ord(c) >= 0x7F or c in "\\#;" for c in path):
        found.append("path_character")
    for escape in _ESCAPE.finditer(path):
        if escape.group(1) is None:
            found.append("path_broken_escape")
        elif int(escape.group(1), 16) in _AMBIGUOUS:
            found.append("path_ambiguous_escape")
    return found


def _reasons_decoded(settled: str) -> set[str]:
    found = set()
    if any(segment in ("", ".", "..") for segment in settled.split("/")[1:-1]) or settled.rsplit("/", maxsplit=1)[
        -1
    ] in (".", ".."):
        found.add("path_dot_or_empty_segment")
    try:
        text = _bytes(settled).decode("utf-8")
    except UnicodeDecodeError:
        return found | {"path_not_utf8"}
    if any(ord(c) > 0x7F and set(unicodedata.normalize("NFKC", c)) & set("./\\%;#") for c in text):
        found.add("path_ambiguous_escape")
    return found


def _settle_escape(escape: re.Match[str]) -> str:
    if escape.group(1) is None:
        return escape.group(0)
    byte = int(escape.group(1), 16)
    return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"


def _bytes(text: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text.encode("latin-1"))
