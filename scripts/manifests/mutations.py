"""Manifests that are broken in one place each. Our own schemas must notice all of them; the table says who does."""

from __future__ import annotations

import copy
from pathlib import Path

from judges import Models, Schemas
from manifest import Manifest, read
from report import Report

# Stands for a member that is taken away.
ABSENT = object()


def check(report: Report, schemas: Schemas, models: Models) -> None:
    """One case for each mutation, and a table of who notices."""
    broken = [mutated(file, kind, path, value) for _, file, kind, path, value in MUTATIONS]
    noticed = dict(enumerate(bool(complaint) for _, complaint in schemas.judge_all(broken)))
    verdicts = models.ask(broken)
    print(f"\n{'mutation':<64} {'schema':<8} models")
    for number, (what, file, kind, path, _) in enumerate(MUTATIONS):
        name = f"{kind}: {what}"
        print(f"{name:<64} {word(noticed[number]):<8} {by_models(verdicts[number])}")
        report.case("manifest_mutations", name, None if noticed[number] else f"{file} {path}: nobody of ours noticed")


def word(noticed: bool) -> str:
    """What the table says of our schemas."""
    return "caught" if noticed else "MISSED"


def by_models(verdict: dict) -> str:
    """What the table says of the models."""
    if not verdict["known"]:
        return "-"
    return "caught" if verdict["complaint"] else "missed"


def mutated(file: str, kind: str, path: tuple[str | int, ...], value: object) -> Manifest:
    """The object of that kind in a file, with another value at a path."""
    document = copy.deepcopy(next(found for found in read(Path("envoy", file)) if found.kind == kind).document)
    *parents, last = path
    place = document
    for parent in parents:
        place = place[parent]
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return Manifest(f"mutation of {file}", document)


TE, WP, EF, EP = "TrafficExtension", "WasmPlugin", "EnvoyFilter", "EnvoyExtensionPolicy"
GATEWAY, PLUGIN = "istio/gateway.yaml", "istio/wasmplugin/gateway.yaml"
FILTER, POLICY = "istio/envoyfilter/gateway.yaml", "gateway/policy.yaml"
WASM, PATCH, CODE = ("spec", "wasm"), ("spec", "configPatches", 0), ("spec", "wasm", 0, "code")
PLUGIN_OF_PATCH = (*PATCH, "patch", "value", "typed_config", "config")
VALUE_OF_PATCH = (*PLUGIN_OF_PATCH, "configuration", "value")
ROUTE = (*WASM, "pluginConfig", "routes", 1)
REFERENCE = [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "shop"}]

# What is wrong, in which file, in the object of which kind, at which path, and what stands there instead.
MUTATIONS = (
    ("the kind is misspelt", GATEWAY, TE, ("kind",), "TrafficExtention"),
    ("the version is that of another kind", GATEWAY, TE, ("apiVersion",), "extensions.istio.io/v1"),
    ("no name", GATEWAY, TE, ("metadata", "name"), ABSENT),
    ("an unknown member of spec", GATEWAY, TE, ("spec", "fase"), "AUTHN"),
    ("an unknown member of wasm", GATEWAY, TE, (*WASM, "failStategy"), "FAIL_RELOAD"),
    ("no url", GATEWAY, TE, (*WASM, "url"), ABSENT),
    ("a scheme that nobody fetches", GATEWAY, TE, (*WASM, "url"), "ftp://registry.example.com/watchword:0.1.0"),
    ("a phase that is none", GATEWAY, TE, ("spec", "phase"), "AUTHENTICATION"),
    ("a priority in a text", GATEWAY, TE, ("spec", "priority"), "10"),
    ("a digest that is too short", GATEWAY, TE, (*WASM, "sha256"), "ab" * 31),
    ("a digest with its algorithm", GATEWAY, TE, (*WASM, "sha256"), "sha256:" + "ab" * 32),
    ("a digest in upper case", GATEWAY, TE, (*WASM, "sha256"), "AB" * 32),
    ("a strategy of Envoy's, not of Istio's", GATEWAY, TE, (*WASM, "failStrategy"), "FAIL_CLOSED"),
    ("a pull policy in lower case", GATEWAY, TE, (*WASM, "imagePullPolicy"), "ifNotPresent"),
    ("selector and targetRefs", GATEWAY, TE, ("spec", "targetRefs"), REFERENCE),
    ("wasm and lua", GATEWAY, TE, ("spec", "lua"), {"inlineCode": "function envoy_on_request(handle) end"}),
    ("neither wasm nor lua", GATEWAY, TE, ("spec", "wasm"), ABSENT),
    ("a variable from a Secret", GATEWAY, TE, (*WASM, "vmConfig", "env", 0, "valueFrom"), "SECRET"),
    ("a direction that is none", "istio/inbound.yaml", TE, ("spec", "match", 0, "mode"), "INBOUND"),
    ("a configuration with a misspelt section", GATEWAY, TE, (*WASM, "pluginConfig", "rate_limit"), {}),
    ("a configuration with a route to nowhere", GATEWAY, TE, (*ROUTE, "authenticate", "any_of"), ["corpp"]),
    ("an unknown member of spec", PLUGIN, WP, ("spec", "plugin_config"), {}),
    ("wasm, as in TrafficExtension", PLUGIN, WP, ("spec", "wasm"), {"url": "oci://registry.example.com/a:1"}),
    ("no url", PLUGIN, WP, ("spec", "url"), ABSENT),
    ("a phase that is none", PLUGIN, WP, ("spec", "phase"), "authn"),
    ("a priority in a text", PLUGIN, WP, ("spec", "priority"), "10"),
    ("a digest that is too short", PLUGIN, WP, ("spec", "sha256"), "ab" * 31),
    ("a strategy that is none", PLUGIN, WP, ("spec", "failStrategy"), "RELOAD"),
    ("an unknown member of spec", FILTER, EF, ("spec", "selector"), {"matchLabels": {"a": "b"}}),
    ("an unknown member of a patch", FILTER, EF, (*PATCH, "apply_to"), "HTTP_FILTER"),
    ("an unknown place", FILTER, EF, (*PATCH, "applyTo"), "HTTP_FILTERS"),
    ("an unknown context", FILTER, EF, (*PATCH, "match", "context"), "GATEWAYS"),
    ("an unknown operation", FILTER, EF, (*PATCH, "patch", "operation"), "INSERT_TOP"),
    ("a failure policy of Istio's, not of Envoy's", FILTER, EF, (*PLUGIN_OF_PATCH, "failure_policy"), "FAIL_CLOSE"),
    ("a configuration with a misspelt section", FILTER, EF, (*VALUE_OF_PATCH, "rate_limit"), {}),
    ("the kind is misspelt", POLICY, EP, ("kind",), "EnvoyExtentionPolicy"),
    ("an unknown member of wasm", POLICY, EP, ("spec", "wasm", 0, "rootId"), "watchword.edge"),
    ("failOpen in a text", POLICY, EP, ("spec", "wasm", 0, "failOpen"), "false"),
    ("a type of code that is none", POLICY, EP, (*CODE, "type"), "OCI"),
    ("an image without its url", POLICY, EP, (*CODE, "image", "url"), ABSENT),
    ("type Image without an image", POLICY, EP, (*CODE, "image"), ABSENT),
    ("a digest that is too short", POLICY, EP, (*CODE, "image", "sha256"), "ab" * 31),
    ("the digest beside the image", POLICY, EP, (*CODE, "sha256"), "ab" * 32),
    ("a target of another group", POLICY, EP, ("spec", "targetRefs", 0, "group"), "networking.istio.io"),
    ("a variable with its value", POLICY, EP, ("spec", "wasm", 0, "env"), {"values": {"A": "b"}}),
    ("a configuration with a misspelt section", POLICY, EP, ("spec", "wasm", 0, "config", "rate_limit"), {}),
)
