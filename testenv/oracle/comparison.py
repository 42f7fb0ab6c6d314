"""Where an answer differs from what the evaluator says."""

from __future__ import annotations

import json
import re

from . import told_limits
from .generate.world import World
from .internal_token import differences as differences_of_token
from .observation import Observation
from .reference import sidecar
from .reference.answers import Answer, Refusal, status_of
from .reference.requests import Request

_OF_THE_PROXY = re.compile(
    r"x-forwarded-(proto|for)|x-request-id|x-envoy-.*|x-case|content-length|transfer-encoding|connection"
)
"""Fields that Envoy itself writes, or that belong to one connection."""


def differences(
    world: World, request: Request, seen: Observation, expected: Answer, sent: float, elapsed: float
) -> list[str]:
    """In words, none where both say the same. `elapsed` is how long limits have been filling up, in seconds."""
    if seen.reason not in expected.reasons:
        return [f"expected {_told(expected)}, got {seen.reason[0]} {seen.reason[1]} ({seen.response.status})"]
    if expected.refusal:
        found = _refused(world, seen, expected.refusal, expected.known)
    else:
        found = _passed(world, request, seen, expected, sent)
    found += told_limits.differences(world.configuration.get("ratelimit", {}), seen.response, expected, elapsed)
    return found + _record(world, seen, expected)


def _told(expected: Answer) -> str:
    return " or ".join(sorted(f"{stage} {reason}".strip() for stage, reason in expected.reasons))


def _refused(world: World, seen: Observation, expected: Refusal, known: bool) -> list[str]:
    found, response = [], seen.response
    status = expected.status or status_of(seen.reason[1])
    if response.status != status:
        found.append(f"status {response.status} in place of {status}")
    if seen.received:
        found.append("the service has received what was refused")
    if response.body:
        found += _problem(response.body, status, response.values("x-request-id"))
    for name, value in (("content-type", "application/problem+json"), ("cache-control", "no-store")):
        if response.values(name) != [value]:
            found.append(f"{name} {response.values(name)} in place of {value}")
    if bool(response.values("retry-after")) != (status in (429, 503)):
        found.append(f"retry-after {response.values('retry-after')} with {status}")
    challenge = _challenge(world.configuration["realm"], seen.reason, status, expected.scopes, known)
    if [_parts(value) for value in response.values("www-authenticate")] != challenge:
        found.append(f"www-authenticate {response.values('www-authenticate')} in place of {challenge}")
    return found


def _problem(body: bytes, status: int, request_ids: list[str]) -> list[str]:
    """A problem document of RFC 9457, and nothing in it that helps an attacker."""
    document = json.loads(body)
    known = {"type", "title", "status", "request_id"} | ({"violated-policies"} if status == 429 else set())
    if set(document) - known or document.get("status") != status or [document.get("request_id")] != request_ids:
        return [f"problem document {document} with the request ids {request_ids}"]
    return []


_NOTHING_SHOWN = (
    "credential_missing",
    "scheme_not_bearer",
    "txn_token_missing",
    "principal_missing",
    "identity_missing",
)


def _challenge(realm: str, reason: tuple[str, str], status: int, scopes: frozenset[str], known: bool) -> list[dict]:
    """RFC 6750 §3: no error code where nothing was shown."""
    bearer = {"scheme": "bearer", "realm": realm}
    if status == 401:
        nothing = reason[1] in _NOTHING_SHOWN or (reason[1] == "key_missing" and not known)
        return [bearer if nothing else bearer | {"error": "invalid_token"}]
    if reason[1] in ("scope_not_of_route", "scope_insufficient"):
        return [bearer | {"error": "insufficient_scope"} | ({"scope": scopes} if scopes else {})]
    if reason[1].endswith("_duplicated") and reason[0] in ("jwt", "identity"):
        return [bearer | {"error": "invalid_request"}]
    return []


def _parts(value: str) -> dict:
    scheme, _, rest = value.partition(" ")
    parts: dict = {"scheme": scheme.lower()} | dict(re.findall(r'(\w+)="([^"]*)"', rest))
    if "scope" in parts:
        parts["scope"] = frozenset(parts["scope"].split())
    return parts


def _passed(world: World, request: Request, seen: Observation, expected: Answer, sent: float) -> list[str]:
    received = seen.received
    if seen.response.status != 200 or received is None:
        return [f"status {seen.response.status} and no answer of the service"]
    found = []
    got, wanted = (received.method, received.target), (request.method, expected.target)
    if got != wanted:
        found.append(f"the service has received {got} in place of {wanted}")
    private = "private, no-store" in ", ".join(seen.response.values("cache-control"))
    if private != expected.private:
        found.append(f"cache-control {seen.response.values('cache-control')}")
    fields = [(name, value) for name, value in received.headers if not _OF_THE_PROXY.fullmatch(name)]
    fields = sidecar.readable(world.configuration.get("identity", {}), fields) if world.sidecar else fields
    if expected.traced:
        fields, wrong = _take_trace(request, fields)
        found += wrong
        tokens = [value for name, value in fields if name == "txn-token"]
        fields = [(name, value) for name, value in fields if name != "txn-token"]
        found += differences_of_token(world, tokens, expected.minted, sent)
    if sorted(fields) != sorted(expected.upstream):
        more = sorted(set(fields) - set(expected.upstream))
        less = sorted(set(expected.upstream) - set(fields))
        found.append(f"the service has received also {more}, but not {less}")
    return found


def _take_trace(request: Request, fields: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[str]]:
    """One new trace, whatever the client has sent (W3C Trace Context §3.2)."""
    traces = [value for name, value in fields if name == "traceparent"]
    others = [(name, value) for name, value in fields if name != "traceparent"]
    good = len(traces) == 1 and re.fullmatch(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", traces[0])
    if not good or any(traces[0][3:35] in value for value in request.values("traceparent")):
        return others, [f"no new trace: {traces}"]
    return others, []


def _record(world: World, seen: Observation, expected: Answer) -> list[str]:
    """The decision record says the same as the answer, and which policies decided."""
    refusal, record, found = expected.refusal, seen.record, []
    if record.get("decision") != ("refuse" if refusal else "allow"):
        found.append(f"the record says {record.get('decision')}")
    if refusal and (record.get("stage"), record.get("reason")) != seen.reason:
        found.append(f"the record says {record.get('stage')} {record.get('reason')}")
    evidence = set(record.get("evidence", []))
    if refusal and refusal.evidence is not None and not refusal.evidence <= evidence:
        found.append(f"evidence {sorted(evidence)} without {sorted(refusal.evidence)}")
    known = {policy.id for policy in world.rules.policies} if world.rules else set()
    policies = _policies(expected, seen.reason[0])
    if policies is not None and evidence & known != policies:
        found.append(f"policies {sorted(evidence & known)} in place of {sorted(policies)}")
    return found


def _policies(expected: Answer, stage: str) -> frozenset[str] | None:
    """Of a refusal the record tells what that rests on, and nothing of stages before."""
    if expected.refusal is None:
        return expected.policies
    return expected.refusal.evidence if stage == "authz" else None
