"""Policies as text, in Cedar's grammar."""

from __future__ import annotations

import json

from .cedar import EntityRef, Expr, Policy

_INFIX = {"&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "in"}
_METHODS = {"contains", "containsAll", "containsAny", "isEmpty"}


def policy(p: Policy) -> str:
    """One policy, its annotations, its scope and its conditions."""
    notes = f"@id({_text(p.id)})\n" + ('@shadow("true")\n' if p.shadow else "")
    parts = {"principal": p.principal, "action": p.action, "resource": p.resource}
    scope = ", ".join(_scope(part) if part else name for name, part in parts.items())
    conditions = "".join(f"\n{word} {{ {expression(body)} }}" for word, body in p.conditions)
    return f"{notes}{p.effect} ({scope}){conditions};"


def expression(e: Expr) -> str:
    """Every operator in brackets, so that no precedence matters."""
    operator, *operands = e
    if operator == "value":
        return _value(operands[0])
    if operator in ("principal", "action", "resource", "context"):
        return operator
    if operator == ".":
        return f"{expression(operands[0])}.{operands[1]}"
    if operator == "set":
        return "[" + ", ".join(expression(operand) for operand in operands) + "]"
    if operator in _METHODS:
        return f"{expression(operands[0])}.{operator}({', '.join(expression(operand) for operand in operands[1:])})"
    return f"({_operator(operator, operands)})"


def _scope(e: Expr) -> str:
    """A scope takes no brackets."""
    operator, *operands = e
    return _operator(operator, operands)


def _operator(operator: str, operands: list) -> str:
    if operator in _INFIX:
        return f"{expression(operands[0])} {operator} {expression(operands[1])}"
    if operator in ("has", "is"):
        return f"{expression(operands[0])} {operator} {operands[1]}"
    if operator == "like":
        return f"{expression(operands[0])} like {_pattern(operands[1])}"
    if operator == "!":
        return f"!{expression(operands[0])}"
    test, then, otherwise = map(expression, operands)
    return f"if {test} then {then} else {otherwise}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, EntityRef):
        return f"{value.uid[0]}::{_text(value.uid[1])}"
    raise TypeError(f"no value of a policy: {value!r}")


def _text(value: str) -> str:
    return '"' + "".join(c if 0x20 <= ord(c) < 0x7F and c not in '"\\' else f"\\u{{{ord(c):x}}}" for c in value) + '"'


def _pattern(parts: tuple[str | None, ...]) -> str:
    return '"' + "".join("*" if part is None else json.dumps(part)[1:-1].replace("*", "\\*") for part in parts) + '"'
