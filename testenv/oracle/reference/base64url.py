"""Canonical base64url without padding (RFC 7515 §2, RFC 4648 §3.5): one text for each run of bytes."""

from __future__ import annotations

import base64
import re

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")


def encode(data: bytes) -> str:
    """The one text for these bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of a canonical text.

    Raises ValueError for padding, other characters and stray bits.
    """
    if not _ALPHABET.match(text) or len(text) % 4 == 1:
        raise ValueError("no base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("stray bits")
    return data
