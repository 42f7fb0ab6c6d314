"""What a route accepts (docs/identity.md, "What a route accepts")."""

from __future__ import annotations

from . import queries
from .answers import Refusal, refusal
from .requests import Request


def check(row: dict, request: Request) -> list[Refusal]:
    """Every refusal that a row asks for; the documents do not say which comes first."""
    accepts = row.get("accepts", {})
    found: list[Refusal] = []
    if request.body and "content_types" in accepts and _type(request) not in accepts["content_types"]:
        found.append(refusal("route", "content_type_not_accepted"))
    if len(request.body) > accepts.get("body_bytes", len(request.body)):
        found.append(refusal("route", "content_too_large"))
    if "query" in accepts:
        found += _query(accepts["query"], request.query or "")
    return found


def _type(request: Request) -> str | None:
    """Media types are compared without case and parameters (RFC 9110 §8.3.1)."""
    values = request.values("content-type")
    return values[0].partition(";")[0].strip().lower() if len(values) == 1 else None


def _query(names: list[str], query: str) -> list[Refusal]:
    given, found = [], set()
    for part in query.split("&"):
        try:
            given += [name for name, _ in queries.parse(part)]
        except ValueError:
            found.add("query_malformed")
    if any(name not in names for name in given):
        found.add("query_parameter_unknown")
    if len(set(given)) != len(given):
        found.add("query_parameter_duplicated")
    return [refusal("route", *found)] if found else []
