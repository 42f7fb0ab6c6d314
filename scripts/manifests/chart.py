"""The Helm chart, in Helm's own engine."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import helm_python
from manifest import Manifest, documents
from report import Report

Values = dict[str, Any]
Change = Callable[[Values], None]

CHART = Path("deploy/helm/watchword")
# What `--set image.digest=…` would bring: any digest but the zeros.
DIGEST = "5f" * 32


def examples() -> dict[str, Values]:
    """The values that are shipped as examples, as Helm reads them, by name, with a digest."""
    files = sorted((CHART / "examples").glob("*.yaml"))
    assert len(files) >= 4, files
    return {file.stem: with_digest(helm_python.values_from_yaml(file.read_text())) for file in files}


def with_digest(values: Values) -> Values:
    """The values with a digest, which no example has."""
    values["image"]["digest"] = DIGEST
    return values


def rendered(report: Report) -> list[Manifest]:
    """What the chart makes of the examples."""
    manifests = []
    for name, values in examples().items():
        findings = helm_python.lint(CHART, values)
        report.case("helm", f"lint {name}", findings["errors"] or None)
        made = render(values, f"helm {name}")
        report.case("helm", f"render {name}", None if made else "nothing")
        manifests += made
    return manifests


def render(values: Values, source: str) -> list[Manifest]:
    """What the chart makes of these values."""
    with helm_python.Chart.load(CHART) as chart:
        texts = chart.render(values, name="watchword", namespace="default")
    files = [text for name, text in sorted(texts.items()) if name.endswith(".yaml")]
    return [manifest for text in files for manifest in documents(text, source)]


def check(report: Report) -> None:
    """What the chart passes on, and what it must refuse."""
    passes_on(report)
    for name, change in REFUSED.items():
        report.case("helm", f"values: {name}", None if refuses(change) else "taken")
    for name, values in examples().items():
        del values["image"]["digest"]
        report.case("helm", f"values: {name} without a digest", None if refused(values) else "taken")


def passes_on(report: Report) -> None:
    """One case: a configuration passes the chart as it is.

    Helm knows floating point numbers, templates and YAML's many words for `true`; none of them may touch it.
    """
    values = examples()["istio"]
    strange = {
        "whole": 1790000000,
        "half": 0.5,
        "text": "yes",
        "number": "0123",
        "template": "{{ .Values.platform }}",
        "lines": "a\n  b: c\n\n# d\n",
        "null": None,
        "empty": {},
        "list": [],
        "path": "/orders/{order_id}",
    }
    values["extensions"]["inbound"]["config"] = strange
    made = next(made for made in render(values, "helm") if made.document["metadata"]["name"].endswith("inbound"))
    got = made.configurations()[0]
    report.case("helm", "values: a configuration passes as it is", None if got == strange else got)


def refuses(change: Change) -> bool:
    """Whether the chart refuses an example with a change."""
    values = copy.deepcopy(examples()["envoy-gateway" if "of_envoy_gateway" in change.__name__ else "istio"])
    change(values)
    return refused(values)


def refused(values: Values) -> bool:
    """Whether the chart refuses these values."""
    try:
        with helm_python.Chart.load(CHART) as chart:
            chart.render(values, name="watchword", namespace="default")
    except helm_python.HelmError:
        return True
    return False


def put(path: str, value: object) -> Change:
    """A change of values: at this path, this value."""

    def change(values: Values) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            values = values[parent]
        values[last] = value

    return change


def of_envoy_gateway(path: str, value: object) -> Change:
    """A change of the example for Envoy Gateway."""
    change = put(path, value)
    change.__name__ = "of_envoy_gateway"
    return change


def both_ways_to_choose(values: Values) -> None:
    """A change: an extension that says in two ways where it belongs."""
    reference = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "shop"}
    values["extensions"]["gateway"]["targetRefs"] = [reference]


# What the schema of the values must not take.
REFUSED = {
    "an unknown member": put("platfrom", "istio"),
    "an unknown platform": put("platform", "linkerd"),
    "an unknown member of the image": put("image.tag", "0.1.0"),
    "a digest of zeros": put("image.digest", "0" * 64),
    "a digest with its algorithm": put("image.digest", f"sha256:{DIGEST}"),
    "a digest that is too short": put("image.digest", DIGEST[1:]),
    "a digest in upper case": put("image.digest", "AB" * 32),
    "an image with a scheme": put("image.url", "oci://registry.example.com/watchword:0.1.0"),
    "an image without a tag": put("image.url", "registry.example.com/watchword"),
    "the tag latest": put("image.url", "registry.example.com/watchword:latest"),
    "no extension": put("extensions", {}),
    "an unknown role": put("extensions.gateway.role", "edge"),
    "an unknown member of an extension": put("extensions.gateway.failStrategy", "FAIL_OPEN"),
    "an empty configuration": put("extensions.gateway.config", {}),
    "a configuration in a text": put("extensions.gateway.config", "realm: shop"),
    "an unknown phase": put("extensions.gateway.phase", "AUTHENTICATE"),
    "a priority in a text": put("extensions.gateway.priority", "10"),
    "a gateway of the whole namespace": put("extensions.gateway", {"role": "gateway", "config": {"realm": "a"}}),
    "selector and targetRefs": both_ways_to_choose,
    "an environment with values": put("extensions.gateway.environment", [{"name": "A", "value": "b"}]),
    "a timeout without an end": put("timeouts", [{"context": "sidecar", "streamIdle": "0s"}]),
    "an issuer by address": put("issuers", [{"host": "https://issuer.example.com"}]),
    "an EnvoyProxy in Istio": put("envoyProxy", {"create": True, "name": "shop"}),
    "a selector in Envoy Gateway": of_envoy_gateway("extensions.edge.selector", {"app": "shop"}),
    "a priority in Envoy Gateway": of_envoy_gateway("extensions.edge.priority", 1),
    "a sidecar in Envoy Gateway": of_envoy_gateway("extensions.edge.role", "inbound"),
    "mutual TLS by Envoy Gateway": of_envoy_gateway("strictMutualTls", ["shop"]),
    "a secret in the values": of_envoy_gateway("envoyProxy.environment", [{"name": "A", "value": "b"}]),
}
