"""The whole decision, in the order of docs/introduction.md, "The path of a request"."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import (
    accepting,
    authentication,
    authorization,
    http,
    hygiene,
    limiting,
    limits,
    minting,
    paths,
    preflight,
    routing,
    sidecar,
)
from .answers import Answer, Refusal, refusal
from .requests import Request
from .schemas import Rules
from .turns import Turn


@dataclass
class Proxy:
    """A configured proxy, and what it remembers: the counts of its limits."""

    configuration: dict
    rules: Rules | None
    secrets: dict[str, str]
    """Of the environment."""
    forget: frozenset[str] = frozenset()
    """Rules that are left out, to show that this would be noticed."""
    counts: limiting.Counts = field(default_factory=limiting.Counts)

    def decide(self, request: Request, now: float) -> Answer:
        """The answer to a request; counts it."""
        turn = Turn(http.as_filters_see(request), now)
        answer = turn.answer
        answer.refusal = self._decide(turn)
        if answer.refusal and next(iter(answer.reasons))[0] != "ratelimit":
            # Refused by somebody else: nothing is told of limits that have counted the request before.
            answer.limits = []
        return answer

    def _decide(self, turn: Turn) -> Refusal | None:
        refused = self._settle(turn)
        if refused:
            return refused
        turn.is_preflight = preflight.passes(self.configuration, turn.request, turn.path)
        if turn.is_preflight:
            return self._pass_preflight(turn)
        turn.match = routing.find(self.configuration["routes"], turn.request, turn.path)
        return (
            self._count(turn, early=True)
            or self._accept(turn)
            or self._find_caller(turn)
            or authentication.authenticate(self.configuration, self.secrets, turn, self.forget)
            or authentication.admit(turn, self.forget)
            or self._authorize(turn)
            or self._count(turn, early=False)
            or self._forward(turn)
        )

    def _pass_preflight(self, turn: Turn) -> Refusal | None:
        """Counted like a request that no route matches, and asked for no credential."""
        return (
            self._count(turn, early=True)
            or self._find_caller(turn)
            or self._count(turn, early=False)
            or self._forward(turn)
        )

    def _settle(self, turn: Turn) -> Refusal | None:
        """What is refused whatever the route."""
        turn.path, wrong = paths.settle(turn.request.target)
        if "path" in self.forget:
            wrong.discard("path_dot_or_empty_segment")
        found = [refusal("route", *wrong)] if wrong else []
        return any_of(found + hygiene.check(turn.request))

    def _accept(self, turn: Turn) -> Refusal | None:
        """What is asked before any credential."""
        if turn.match is None:
            is_denied = self.configuration.get("unknown_route", "deny") == "deny"
            return refusal("route", "route_unknown") if is_denied else None
        return any_of(accepting.check(turn.match.row, turn.request))

    def _count(self, turn: Turn, early: bool) -> Refusal | None:
        configured = self.configuration.get("ratelimit", {}).get("limits", {})
        somebody = not turn.is_preflight and self.configuration.get("unknown_route") == "authenticated"
        of_route = limits.uses(configured, turn.match, somebody)
        tally = limiting.count(self.counts, of_route, early, turn, self.forget)
        if tally.refused:
            # Told is only the limit that is reached.
            turn.answer.limits = [tally] if tally.refusing else []
        elif tally.asked:
            turn.answer.limits.append(tally)
        return tally.refused

    def _find_caller(self, turn: Turn) -> Refusal | None:
        """The workload that calls, where this is a sidecar."""
        section = self.configuration.get("identity", {})
        role = section.get("verify", section.get("peer"))
        turn.answer.caller = sidecar.caller(role, turn.request.workload, self.forget) if role else None
        return turn.answer.caller if isinstance(turn.answer.caller, Refusal) else None

    def _authorize(self, turn: Turn) -> Refusal | None:
        authz = self.configuration.get("authz")
        if authz is None or turn.match is None or turn.match.row["authorize"] == "none":
            return None
        decided = authorization.decide(authz, self.rules, turn, self.forget)
        if authz.get("mode") == "shadow" or turn.match.row["name"] in authz.get("shadow_routes", []):
            return None
        if isinstance(decided, Refusal):
            return decided
        turn.answer.policies = decided
        return None

    def _forward(self, turn: Turn) -> Refusal | None:
        section, answer, query = self.configuration.get("identity"), turn.answer, turn.request.query
        kept = hygiene.strip(section, turn.request.headers, self.forget)
        answer.upstream = [(name.lower(), value) for name, value in kept]
        if turn.workload is not None:
            answer.upstream += sidecar.told(section, turn.workload, turn.identity)
        answer.target = turn.path + ("" if query is None else f"?{query}")
        answer.traced = bool(section and "mint" in section)
        if answer.traced and turn.identity:
            if turn.identity.expires is not None and turn.identity.expires <= turn.now:
                return refusal("identity", "credential_ends")
            answer.minted = minting.expected(section["mint"], turn.identity, turn)
        return None


def any_of(refusals: list[Refusal]) -> Refusal | None:
    """One of several, where the documents do not say which comes first. Of several statuses, the reasons tell which."""
    if len(refusals) <= 1:
        return refusals[0] if refusals else None
    return Refusal(frozenset().union(*(each.reasons for each in refusals)), 0)
