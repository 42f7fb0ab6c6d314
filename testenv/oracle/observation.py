"""What was seen of one answer: by the client, by the service, and in the access log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .client import Response
from .reference.answers import PASSES, Reason
from .reference.requests import Headers

_STAGES = "host|route|jwt|identity|authz|ratelimit|any"


@dataclass(frozen=True)
class Received:
    """What the service has received."""

    method: str
    target: str
    headers: Headers


@dataclass(frozen=True)
class Observation:
    """One answer."""

    response: Response
    details: str
    """`%RESPONSE_CODE_DETAILS%`."""
    record: dict
    """The decision record; empty where there is none."""

    @property
    def reason(self) -> Reason:
        """Who refused and why, as the access log tells it."""
        found = re.fullmatch(rf"watchword_({_STAGES})_(\w+)", self.details)
        if found:
            return found.group(1), found.group(2)
        return PASSES if self.details == "via_upstream" else ("envoy", self.details)

    @property
    def received(self) -> Received | None:
        """None where the service has not answered."""
        if not self.response.values("x-service"):
            return None
        heads = self.response.values("x-head")
        head = bytes.fromhex(heads[0]) if heads else self.response.body
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        return Received(method, target, [(name.lower(), value.strip(" \t")) for name, _, value in pairs])


def parse_log_line(line: str) -> tuple[str, str, dict]:
    """The case, the details and the record of a line of the access log."""
    entry = json.loads(line)
    record = entry.get("decision")
    return entry.get("case") or "", entry.get("details") or "", json.loads(record) if record else {}
