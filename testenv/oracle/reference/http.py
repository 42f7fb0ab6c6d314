"""What becomes of a request before any filter sees it (RFC 9110 §5.3)."""

from __future__ import annotations

from dataclasses import replace

from .requests import Headers, Request

_JOINED = {"authorization": ",", "user-agent": ",", "access-control-request-method": ","}
"""Fields that Envoy makes one of (docs/jwt-attacks.md), and what it writes between."""


def as_filters_see(request: Request) -> Request:
    """The request with fields of one name joined where the proxy joins them."""
    headers: Headers = []
    places: dict[str, int] = {}
    for name, value in request.headers:
        key = name.lower()
        if key in _JOINED and key in places:
            first, before = headers[places[key]]
            headers[places[key]] = first, before + _JOINED[key] + value
        else:
            places.setdefault(key, len(headers))
            headers.append((name, value))
    return replace(request, headers=headers)
