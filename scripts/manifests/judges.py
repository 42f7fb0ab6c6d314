"""Who judges a manifest."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from manifest import Manifest

Verdict = tuple[Manifest, object]
"""A manifest, and what is wrong with it, or None."""

HERE = Path(__file__).parent
# Kinds that have a schema of ours. Of others `check` says no more than whether there is such a kind.
KINDS = {"EnvoyExtensionPolicy", "EnvoyFilter", "TrafficExtension", "WasmPlugin"}
# What a manifest that is to be filled in may have, and one that is filled in may not.
UNFINISHED = frozenset({"digest-placeholder"})


class Schemas:
    """Our own: `watchword check`, on files, as a user runs it."""

    name = "schema"

    def __init__(self, watchword: str, folder: Path) -> None:
        self.watchword, self.folder = watchword, folder

    def judge(self, manifests: list[Manifest]) -> list[Verdict]:
        """Those of our kinds."""
        return self.judge_all([manifest for manifest in manifests if manifest.kind in KINDS])

    def judge_all(self, manifests: list[Manifest]) -> list[Verdict]:
        """Each as a file of its own. JSON is YAML, and one reader takes both."""
        files = [self.folder / f"{number}.yaml" for number in range(len(manifests))]
        for file, manifest in zip(files, manifests, strict=True):
            file.write_text(json.dumps(manifest.document, indent=2))
        return list(zip(manifests, self.complaints(files), strict=True))

    def complaints(self, files: list[Path], allowed: frozenset[str] = frozenset()) -> list[list[str] | None]:
        """What errors and warnings each of the files has; nothing for a good one."""
        command = [self.watchword, "check", "--format", "json", *map(str, files)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        findings = [one for one in json.loads(done.stdout)["findings"] if counts(one, allowed)]
        told = {str(file): [] for file in files}
        for finding in findings:
            told[finding["file"]].append(": ".join(str(finding[name]) for name in ("line", "rule", "field", "message")))
        return [told[str(file)] or None for file in files]


def counts(finding: dict, allowed: frozenset[str]) -> bool:
    """Whether a finding is a complaint."""
    return finding["severity"] != "note" and finding["rule"] not in allowed


class Models:
    """Models of the resources that others have generated from their definitions, and publish on npm."""

    name = "models"

    def __init__(self, node_modules: str) -> None:
        self.node_modules = node_modules

    def judge(self, manifests: list[Manifest]) -> list[Verdict]:
        """Those of a kind that there is a model of; says of which there is none."""
        verdicts = list(zip(manifests, self.ask(manifests), strict=True))
        unknown = sorted({manifest.kind for manifest, verdict in verdicts if not verdict["known"]})
        print(f"there are no models of {', '.join(unknown)}")
        return [(manifest, verdict["complaint"]) for manifest, verdict in verdicts if verdict["known"]]

    def ask(self, manifests: list[Manifest]) -> list[dict]:
        """Whether there is a model of each of them, and what that complains of."""
        documents = json.dumps([manifest.document for manifest in manifests])
        command = ["node", str(HERE / "models.mjs"), self.node_modules]
        done = subprocess.run(command, input=documents, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)
