"""One configuration for each place, whatever the kind of the manifest, and whoever has made it."""

from __future__ import annotations

import re
from pathlib import Path

from manifest import Manifest
from report import Report

ISTIO = "envoy/istio"
SIDECAR = (f"{ISTIO}/inbound.yaml", f"{ISTIO}/outbound.yaml")
MESH = (f"{ISTIO}/gateway.yaml", *SIDECAR)
# Manifests, and others that hold the same configurations in the same order.
SAME = (
    (MESH[:1], (f"{ISTIO}/wasmplugin/gateway.yaml",)),
    (MESH[:1], (f"{ISTIO}/envoyfilter/gateway.yaml",)),
    (SIDECAR[:1], (f"{ISTIO}/wasmplugin/inbound.yaml",)),
    (SIDECAR[1:], (f"{ISTIO}/wasmplugin/outbound.yaml",)),
    (SIDECAR, (f"{ISTIO}/envoyfilter/sidecar.yaml",)),
    ((f"{ISTIO}/waypoint.yaml",), (f"{ISTIO}/wasmplugin/waypoint.yaml",)),
    ((f"{ISTIO}/waypoint.yaml",), ("helm waypoint",)),
    (MESH, ("helm istio",)),
    (MESH, ("helm istio-wasmplugin",)),
    (("envoy/gateway/policy.yaml",), ("helm envoy-gateway",)),
)
CAPABILITY = re.compile(r"^ +((?:environ|fd|proc|random|proxy)_\w+): \{\}$", re.MULTILINE)


def check(report: Report, manifests: list[Manifest]) -> None:
    """One case for each pair that must agree."""
    for one, other in SAME:
        ours, theirs = configurations(manifests, one), configurations(manifests, other)
        agree = ours == theirs and len(ours) == len(one)
        report.case("manifest_agreement", f"{' '.join(one)} = {' '.join(other)}", None if agree else "they differ")
    for file in ("gateway", "sidecar"):
        path = f"{ISTIO}/envoyfilter/{file}.yaml"
        agree = capabilities(path) == capabilities("envoy/edge.yaml") != []
        report.case("manifest_agreement", f"{path}: capabilities", None if agree else "not those of envoy/edge.yaml")


def configurations(manifests: list[Manifest], sources: tuple[str, ...]) -> list[dict]:
    """The configurations of these sources, in their order."""
    return [
        configuration
        for source in sources
        for manifest in manifests
        if manifest.source == source
        for configuration in manifest.configurations()
    ]


def capabilities(path: str) -> list[str]:
    """What a file allows a module."""
    return CAPABILITY.findall(Path(path).read_text())
