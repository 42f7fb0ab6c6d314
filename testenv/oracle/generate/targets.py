"""Random targets of requests: paths of a route, mostly, and tricks with them."""

from __future__ import annotations

from random import Random

from . import words
from .words import often

_VALUES = {
    "{shop}": [*words.SHOPS, "west", "n%6Frth"],
    "{order}": ["1", "42", "-7", "007", "x", "%C3%BC", "9223372036854775808"],
    "{user}": ["zoe", "caf%C3%A9", "a%20b"],
}
_RESTS = ["a", "a/b", "a/b.txt", "%41/%7e"]
_TRICKS = [
    "{}/",
    "/{}",
    lambda path: path.replace("/", "/./", 1),
    "{}/..",
    "/x/..{}",
    "{}/%2e%2e/x",
    lambda path: path.replace("/", "//", 2),
    "{}%2fx",
    "{}%5cx",
    "{}%00",
    "{}%252e",
    "{};a=b",
    "{}\\x",
    "{}%",
    "{}%g0",
    "{}%ff",
    "{}%c0%ae",
    "{}%ef%bc%8f",
    "{}%e2%80%a4",
    "{}%0a",
    "{}%7F",
    str.upper,
    lambda path: path.replace("o", "%6f"),
    "{}/" + "x" * 8200,
    "{}/extra",
    "/nowhere",
    "/",
    "{}%e2%82%ac",
]
"""What is done to a path: a text with the path in it, or a function."""
_PARAMETERS = [
    "expand=items",
    "expand=items",
    "expand=notes",
    "limit=7",
    "expand=notes",
    "limit=5",
    "limit=%35",
    "expand=a+b",
    "other=1",
    "a;b=1",
    "limit=%",
    "e%78pand=items",
    "limit",
    "=x",
    "limit=%ff",
]


def path(rng: Random, route: dict) -> str:
    """A path that the route matches, mostly."""
    plain = plain_path(rng, route)
    if often(rng, 0.92):
        return plain
    trick = rng.choice(_TRICKS)
    return trick.format(plain) if isinstance(trick, str) else trick(plain)


def plain_path(rng: Random, route: dict) -> str:
    """A path that the route matches, unless a parameter is refused."""
    return "/".join(_segment(rng, part) for part in route["match"]["path"].split("/"))


def query(rng: Random) -> list[str]:
    """No parameters, mostly, or one or two."""
    if often(rng, 0.72):
        return []
    return [rng.choice(_PARAMETERS) for _ in range(rng.choice([1, 1, 1, 2]))]


def _segment(rng: Random, part: str) -> str:
    if part.startswith("{*"):
        return rng.choice(_RESTS)
    # For every segment there is a value of each parameter, whether it is one or not.
    values = {name: rng.choice(choices) for name, choices in _VALUES.items()}
    return values.get(part, part)
