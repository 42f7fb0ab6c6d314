"""A request in the making."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..reference.requests import Headers


@dataclass
class Sketch:
    """What a request shows, and in a few words what that is."""

    headers: Headers = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    """Parameters as they are written."""
    story: list[str] = field(default_factory=list)
