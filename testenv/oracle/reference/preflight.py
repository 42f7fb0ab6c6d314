"""CORS preflights (docs/credentials.md, `cors_preflight`; Fetch §3.2.2)."""

from __future__ import annotations

from . import routing
from .requests import Request


def passes(configuration: dict, request: Request, path: str) -> bool:
    """Whether a browser asks for permission, and the route that it asks about lets it ask."""
    methods, origins = request.values("access-control-request-method"), request.values("origin")
    if request.method != "OPTIONS" or len(methods) != 1 or len(origins) != 1:
        return False
    if request.body or request.values("cookie") or _shows_something(configuration.get("jwt", {}), request):
        return False
    asked = Request(methods[0], request.target, request.headers)
    match = routing.find(configuration["routes"], asked, path)
    return match is not None and match.row.get("cors_preflight") == "pass"


def _shows_something(jwt: dict, request: Request) -> bool:
    """A credential in whatever place; also one that no route would take."""
    sources = jwt.get("sources", []) + [keys["source"] for keys in jwt.get("api_keys", {}).values()]
    names = {"authorization", *(source["header"] for source in sources if "header" in source)}
    in_query = [source["query"] for source in sources if "query" in source]
    return any(request.values(name) for name in names) or any(f"{name}=" in (request.query or "") for name in in_query)
