"""Texts that are no tokens, or nearly none."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..drafts import Defect, Draft

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _changed(change: Callable[[Random, str], str]) -> Defect:
    def finish(draft: Draft) -> None:
        draft.finish = lambda text: change(draft.rng, text)

    return finish


def _stray_bits(rng: Random, text: str) -> str:
    """The last letter of a part that has unused bits gets another one."""
    parts = text.split(".")
    able = [place for place, part in enumerate(parts) if len(part) % 4 in (2, 3)]
    if not able:
        return text + "="
    place = rng.choice(able)
    parts[place] = parts[place][:-1] + _ALPHABET[_ALPHABET.index(parts[place][-1]) ^ 1]
    return ".".join(parts)


def _long(draft: Draft) -> None:
    draft.claims["x"] = "y" * 13_000


DEFECTS: dict[str, Defect] = {
    "padding": _changed(lambda _, text: text + "="),
    "other alphabet": _changed(lambda rng, text: text[:30] + rng.choice("+/") + text[31:]),
    "stray bits": _changed(_stray_bits),
    "two parts": _changed(lambda _, text: text.rpartition(".")[0]),
    "four parts": _changed(lambda rng, text: text + rng.choice([".", ".x"])),
    "five parts": _changed(lambda _, text: text + ".x.y"),
    "dots": _changed(lambda rng, _: "." * rng.choice([2, 3, 500])),
    "empty signature": _changed(lambda _, text: text.rpartition(".")[0] + "."),
    "no token": _changed(lambda rng, _: rng.choice(["x", "null", "a.b.c", "eyJ"])),
    "too long": _long,
}
