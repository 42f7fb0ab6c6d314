"""The Kustomize bases and overlays, built by Kustomize itself: on its own, or as kubectl has it in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from manifest import Manifest, documents
from report import Report

BASES = ("envoy/istio", "envoy/istio/wasmplugin", "envoy/gateway")
OVERLAYS = ("deploy/kustomize/istio", "deploy/kustomize/envoy-gateway")
# What an overlay must have replaced everywhere.
PLACEHOLDERS = ("0" * 64, "registry.example.com", "//issuer.example.com", "|issuer.example.com", "Sq7t5_loLau7fI9mw9vh")


def built(report: Report) -> list[Manifest]:
    """What the overlays make."""
    builder = build_command()
    if builder is None:
        report.absent("kustomize", "neither kustomize nor kubectl is installed, and no package registry has them")
        return []
    manifests = []
    for folder in BASES + OVERLAYS:
        done = subprocess.run([*builder, folder], check=False, capture_output=True, text=True)
        report.case("kustomize", f"build {folder}", done.stderr if done.returncode else None)
        if folder in OVERLAYS:
            left = [word for word in PLACEHOLDERS if word in done.stdout]
            report.case("kustomize", f"{folder} replaces everything", left or None)
            manifests += documents(done.stdout, f"kustomize {folder}")
    report.case("kustomize", "a patch of what is not there is refused", refuses_nothing(builder))
    return manifests


def build_command() -> list[str] | None:
    """The program that builds, where the machine has one."""
    for program, command in (("kustomize", ["build"]), ("kubectl", ["kustomize"])):
        if shutil.which(program):
            return [program, *command]
    return None


def refuses_nothing(builder: list[str]) -> str | None:
    """An overlay whose patch has no place: Kustomize must say so, and not go on."""
    folder = Path("target/manifests/overlay")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    patch = "- op: test\n  path: /spec/wasm/pluginName\n  value: another\n"
    (folder / "patch.yaml").write_text(patch)
    (folder / "kustomization.yaml").write_text(
        "resources: [../../../envoy/istio]\npatches: [{ path: patch.yaml, target: { kind: TrafficExtension } }]\n"
    )
    done = subprocess.run([*builder, str(folder)], check=False, capture_output=True, text=True)
    return None if done.returncode else "taken"
