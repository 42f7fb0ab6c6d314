"""The whole decision, in the order of docs/introduction.md, "The path of a request"."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import (
    accepting,
    api_keys,
    authorization,
    credentials,
    http,
    hygiene,
    limiting,
    minting,
    paths,
    preflight,
    routing,
    sidecar,
    tokens,
)
from .answers import Answer, Refusal, refusal
from .asking import Asked
from .identities import Identity
from .requests import Request
from .routing import Match
from .schemas import Rules


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
        answer = Answer()
        answer.refusal = self._decide(http.as_filters_see(request), now, answer)
        if answer.refusal and next(iter(answer.reasons))[0] != "ratelimit":
            # Refused by somebody else: nothing is told of limits that have counted the request before.
            answer.limits = []
        return answer

    def _decide(self, request: Request, now: float, answer: Answer) -> Refusal | None:
        path, wrong = paths.settle(request.target)
        if "path" in self.forget:
            wrong.discard("path_dot_or_empty_segment")
        first = [refusal("route", *wrong)] if wrong else []
        first += hygiene.check(request)
        if first:
            return any_of(first)
        if preflight.passes(self.configuration, request, path):
            return self._pass_preflight(request, path, now, answer)
        match = routing.find(self.configuration["routes"], request, path)
        refused = self._before(request, match, path, answer)
        if refused:
            return refused
        answer.caller = self._caller(request)
        if isinstance(answer.caller, Refusal):
            return answer.caller
        identity = self._authenticate(request, match, now, answer)
        if isinstance(identity, Refusal):
            return identity
        request = self._without_credential(request, match, identity, answer)
        who = identity[0] if identity else None
        answer.known = who is not None
        refused = (match and _admit(match.row, who, self.forget)) or self._authorize(request, match, path, who, answer)
        refused = refused or self._count(answer, match, request, who, early=False)
        return refused or self._forward(request, match, path, who, now, answer)

    def _pass_preflight(self, request: Request, path: str, now: float, answer: Answer) -> Refusal | None:
        """Counted like a request that no route matches, and asked for no credential."""
        refused = self._count(answer, None, request, None, early=True, is_preflight=True)
        if refused:
            return refused
        answer.caller = self._caller(request)
        if isinstance(answer.caller, Refusal):
            return answer.caller
        refused = self._count(answer, None, request, None, early=False, is_preflight=True)
        if refused:
            return refused
        return self._forward(request, None, path, None, now, answer)

    def _before(self, request: Request, match: Match | None, path: str, answer: Answer) -> Refusal | None:
        """What is asked before any credential."""
        refused = self._count(answer, match, request, None, early=True)
        if refused:
            return refused
        if match is None:
            return (
                refusal("route", "route_unknown") if self.configuration.get("unknown_route", "deny") == "deny" else None
            )
        unfit = accepting.check(match.row, request)
        return any_of(unfit) if unfit else None

    def _count(
        self,
        answer: Answer,
        match: Match | None,
        request: Request,
        identity: Identity | None,
        early: bool,
        is_preflight: bool = False,
    ) -> Refusal | None:
        limits = self.configuration.get("ratelimit", {}).get("limits", {})
        of_route = limiting.uses(
            limits, match, not is_preflight and self.configuration.get("unknown_route") == "authenticated"
        )
        route = "cors_preflight" if is_preflight else match.row["name"] if match else "unknown"
        workload = answer.caller if isinstance(answer.caller, str) else None
        tally = limiting.count(self.counts, of_route, early, route, request, identity, workload, self.forget)
        if tally.refused:
            # Told is only the limit that is reached.
            answer.limits = [tally] if tally.refusing else []
        elif tally.asked:
            answer.limits.append(tally)
        return tally.refused

    def _caller(self, request: Request) -> str | Refusal | None:
        """The workload that calls, where this is a sidecar."""
        section = self.configuration.get("identity", {})
        role = section.get("verify", section.get("peer"))
        return sidecar.caller(role, request.workload, self.forget) if role else None

    def _authenticate(
        self, request: Request, match: Match | None, now: float, answer: Answer
    ) -> tuple[Identity, credentials.Credential] | Refusal | None:
        jwt = self.configuration.get("jwt", {})
        asked = match.row["authenticate"] if match else self._unknown()
        if asked == "none":
            return None
        if "verify" in self.configuration.get("identity", {}):
            is_required = match is None or "any_of" in asked
            user = sidecar.user(self.configuration["identity"]["verify"], is_required, request, now, self.forget)
            found = (user, None) if isinstance(user, Identity) else user
        else:
            found = self._verify(jwt, asked, request, now, answer)
        # A bad credential is refused for what it is, and nobody by whoever asks for somebody.
        return refusal("route", "identity_missing") if found is None and match is None else found

    def _verify(
        self, jwt: dict, asked: dict, request: Request, now: float, answer: Answer
    ) -> tuple[Identity, credentials.Credential] | Refusal | None:
        names = asked.get("any_of", asked.get("optional"))
        found = credentials.find(jwt, names, request, self.forget)
        if isinstance(found, Refusal):
            return found
        if not found:
            return None if "optional" in asked else refusal("jwt", "credential_missing")
        credential = found[0]
        answer.private = "query" in credential.source
        if credential.api_keys is not None:
            identity = api_keys.judge(
                credential.text, credential.api_keys, jwt["api_keys"][credential.api_keys]["keys"], now, self.forget
            )
        else:
            providers = {name: provider for name, provider in jwt["providers"].items() if name in names}
            identity = tokens.judge(credential.text, providers, self.secrets, now, self.forget)
        return identity if isinstance(identity, Refusal) else (identity, credential)

    def _unknown(self) -> str | dict:
        if self.configuration.get("unknown_route") != "authenticated":
            return "none"
        jwt = self.configuration.get("jwt", {})
        return {"optional": [*jwt.get("providers", {}), *jwt.get("api_keys", {})]}

    def _without_credential(
        self, request: Request, match: Match | None, identity: tuple | None, answer: Answer
    ) -> Request:
        if not identity:
            return request
        who, credential = identity
        if credential is None:
            return request
        jwt = self.configuration["jwt"]
        issuer = jwt["api_keys"][who.provider] if who.kind == "api_key" else jwt["providers"][who.provider]
        use = match.row.get("credential") if match else None
        keep = use == "keep" if use else issuer.get("forward", False)
        # A token in a query is always removed.
        return request if keep and "query" not in credential.source else credentials.take_away(request, credential)

    def _authorize(
        self, request: Request, match: Match | None, path: str, identity: Identity | None, answer: Answer
    ) -> Refusal | None:
        authz = self.configuration.get("authz")
        if authz is None or match is None or match.row["authorize"] == "none":
            return None
        workload = answer.caller if isinstance(answer.caller, str) else None
        decided = authorization.decide(authz, self.rules, Asked(match, request, path, identity, workload), self.forget)
        if authz.get("mode") == "shadow" or match.row["name"] in authz.get("shadow_routes", []):
            return None
        if isinstance(decided, Refusal):
            return decided
        answer.policies = decided
        return None

    def _forward(
        self, request: Request, match: Match | None, path: str, identity: Identity | None, now: float, answer: Answer
    ) -> Refusal | None:
        section = self.configuration.get("identity")
        answer.upstream = [
            (name.lower(), value) for name, value in hygiene.strip(section, request.headers, self.forget)
        ]
        if isinstance(answer.caller, str):
            answer.upstream += sidecar.told(section, answer.caller, identity)
        answer.target = path + ("" if request.query is None else "?" + request.query)
        answer.traced = bool(section and "mint" in section)
        if answer.traced and identity:
            if identity.expires is not None and identity.expires <= now:
                return refusal("identity", "credential_ends")
            answer.minted = minting.expected(section["mint"], identity, match, request, now)
        return None


def any_of(refusals: list[Refusal]) -> Refusal:
    """One of several, where the documents do not say which comes first. Of several statuses, the reasons tell which."""
    if len(refusals) == 1:
        return refusals[0]
    return Refusal(frozenset().union(*(each.reasons for each in refusals)), 0)


def _admit(row: dict, identity: Identity | None, forget: frozenset[str]) -> Refusal | None:
    """docs/credentials.md, "What a route asks for"."""
    asked = row["authenticate"]
    if asked == "none" or identity is None:
        return None
    if identity.kind != "api_key" and "audiences" in asked and not identity.audiences & set(asked["audiences"]):
        return refusal("route", "audience_not_of_route")
    scopes = asked.get("scopes", {})
    needed = frozenset(scopes.get("all_of", []))
    one_of = frozenset(scopes.get("any_of", []))
    if "scopes" not in forget and not (needed <= identity.scopes and (not one_of or one_of & identity.scopes)):
        return refusal("route", "scope_not_of_route", scopes=needed | one_of)
    return None
