"""A manifest: one document, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

ENVOY = Path("envoy")
# Truth values of YAML 1.1, by which Kubernetes reads.
TRUTH = {"y", "n", "yes", "no", "on", "off", "true", "false"}
FOLDERS = (ENVOY / "istio", ENVOY / "gateway")


@dataclass(frozen=True)
class Manifest:
    """One object, and the file or the tool that it is from."""

    source: str
    document: dict

    @property
    def kind(self) -> str:
        """The kind of its object."""
        return self.document["kind"]

    @property
    def name(self) -> str:
        """What reports call it."""
        return f"{self.source}: {self.kind} {self.document['metadata']['name']}"

    def configurations(self) -> list[dict]:
        """Watchword's own configurations in it."""
        spec = self.document["spec"]
        match self.kind:
            case "TrafficExtension":
                return [spec["wasm"]["pluginConfig"]]
            case "WasmPlugin":
                return [spec["pluginConfig"]]
            case "EnvoyExtensionPolicy":
                return [wasm["config"] for wasm in spec["wasm"]]
            case "EnvoyFilter":
                return [found for patch in spec["configPatches"] if (found := patched(patch))]
        return []


def patched(patch: dict) -> dict | None:
    """The configuration that a patch of an EnvoyFilter brings."""
    plugin = patch["patch"]["value"].get("typed_config", {}).get("config", {})
    return plugin.get("configuration", {}).get("value")


def files() -> list[Path]:
    """All in the folders of manifests, in the order of their names."""
    found = sorted(file for folder in FOLDERS for file in folder.rglob("*.yaml") if file.name != "kustomization.yaml")
    # As many as there are: a pattern that matches nothing looks like success.
    assert len(found) >= 19, found
    return found


def read(file: Path) -> list[Manifest]:
    """The manifests of a file."""
    return documents(file.read_text(), str(file))


def documents(text: str, source: str) -> list[Manifest]:
    """The manifests of a text; empty documents are none."""
    return [Manifest(source, document) for document in yaml.load_all(text, Loader=Strict) if document]


class Strict(yaml.SafeLoader):
    """A reader that refuses what others read otherwise.

    A member that comes twice is an error, as it is for Kubernetes; and so is a name that Kubernetes and its tools
    take for a truth value: `y` of a key would become `true`.
    """


def mapping(loader: Strict, node: yaml.MappingNode) -> dict:
    """An object, read strictly."""
    loader.flatten_mapping(node)
    for key, _ in node.value:
        if key.style is None and key.value.lower() in TRUTH:
            raise yaml.constructor.ConstructorError(None, None, f"to be quoted: {key.value}", key.start_mark)
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise yaml.constructor.ConstructorError(None, None, f"twice: {twice}", node.start_mark)
    return {key: loader.construct_object(value, deep=True) for key, (_, value) in zip(keys, node.value, strict=True)}


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
