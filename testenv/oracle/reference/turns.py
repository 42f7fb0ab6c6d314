"""One request on its way through the proxy."""

from __future__ import annotations

from dataclasses import dataclass, field

from .answers import Answer
from .identities import Identity
from .requests import Request
from .routing import Match


@dataclass
class Turn:
    """A request, what is known of it so far, and the answer as far as it is made."""

    request: Request
    """Without its credential, as soon as that is verified and not kept."""
    now: float
    path: str = ""
    """Settled."""
    match: Match | None = None
    is_preflight: bool = False
    identity: Identity | None = None
    answer: Answer = field(default_factory=Answer)

    @property
    def workload(self) -> str | None:
        """The workload that is proven to call."""
        return self.answer.caller if isinstance(self.answer.caller, str) else None

    @property
    def route(self) -> str:
        """The name that limits count it under."""
        if self.is_preflight:
            return "cors_preflight"
        return self.match.row["name"] if self.match else "unknown"
