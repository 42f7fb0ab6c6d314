#!/usr/bin/env python3
"""usage: scripts/linked.py sbom|notices NAME MODULE.wasm VERSION EPOCH

Says what is linked into the module NAME, from what cargo would link: `sbom` as CycloneDX 1.5 in JSON,
`notices` as the texts of the licences of what is not ours. EPOCH is the time of the commit, in seconds. The
same commit gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
TARGET = "wasm32-wasip1"
# What a package calls the texts that must go along with it.
NOTICE = re.compile(r"^(licen[cs]e|copying|notice|copyright|unlicense)", re.IGNORECASE)


def main(kind: str, name: str, module: str, version: str, epoch: str) -> None:
    """Prints what the arguments ask for."""
    packages = linked(name)
    if kind == "sbom":
        print(json.dumps(sbom(packages, name, Path(module), version, int(epoch)), indent=1, sort_keys=True))
    else:
        print(notices([package for package in packages if package["source"]], name), end="")


def linked(name: str) -> list[dict]:
    """The packages that cargo would link, without what only runs while it builds; ours among them."""
    form = ["--edges", "normal,no-proc-macro", "--target", TARGET, "--prefix", "none", "--format", "{p}"]
    lines = cargo("tree", "--locked", "--package", name, *form).splitlines()
    wanted = {tuple(line.split()[:2]) for line in lines if line}
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET))
    edges = {node["id"]: node["deps"] for node in metadata["resolve"]["nodes"]}
    packages = [package for package in metadata["packages"] if key(package) in wanted]
    missing = wanted - {key(package) for package in packages}
    assert not missing, f"not in the metadata: {missing}"
    own = {package["id"] for package in packages}
    for package in packages:
        package["links"] = sorted(dep["pkg"] for dep in edges[package["id"]] if dep["pkg"] in own)
    return sorted(packages, key=key)


def key(package: dict) -> tuple[str, str]:
    """Name and version, as `cargo tree` writes them."""
    return package["name"], "v" + package["version"]


def sbom(packages: list[dict], name: str, module: Path, version: str, epoch: int) -> dict:
    """The list as CycloneDX 1.5."""
    checksums = {(p["name"], p["version"]): p.get("checksum") for p in lock()["package"]}
    refs = {package["id"]: purl(package) for package in packages}
    main_package = next(package for package in packages if package["name"] == name)
    digest = hashlib.sha256(module.read_bytes()).hexdigest()
    subject = component(main_package, digest) | {"type": "application", "version": version}
    others = [package for package in packages if package is not main_package]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name}@{version}#{digest}")),
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": subject,
        },
        "components": [component(p, checksums.get((p["name"], p["version"]))) for p in others],
        "dependencies": [
            {"ref": refs[p["id"]], "dependsOn": sorted({refs[link] for link in p["links"]})} for p in packages
        ],
    }


def component(package: dict, digest: str | None) -> dict:
    """One package of the list; the digest is of what was built or packed."""
    described = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
        "licenses": [{"expression": expression(package)}],
    }
    if package["description"]:
        described["description"] = " ".join(package["description"].split())
    if package["repository"]:
        described["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    if digest:
        described["hashes"] = [{"alg": "SHA-256", "content": digest}]
    return described


def expression(package: dict) -> str:
    """Old packages write `/` where SPDX has `OR`."""
    written = package["license"]
    assert written, f"{package['name']} {package['version']} names no licence"
    return " OR ".join(part.strip() for part in written.split("/"))


def purl(package: dict) -> str:
    """The URL of a package."""
    return f"pkg:cargo/{quote(package['name'])}@{quote(package['version'])}"


def notices(packages: list[dict], name: str) -> str:
    """Each package with its licence, then each text with all packages that carry it."""
    texts = {}
    for package in packages:
        for path in notice_files(package):
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            texts.setdefault(text, []).append(f"{package['name']} {package['version']}: {path.name}")
    parts = [f"{name}.wasm contains what follows, beside what is its own (Apache-2.0).\n"]
    for package in packages:
        where = package["repository"] or package["homepage"] or ""
        missing = "" if notice_files(package) else "; the package carries no text of it"
        parts.append(f"{package['name']} {package['version']}: {expression(package)}{missing} {where}".rstrip() + "\n")
    for text, owners in sorted(texts.items(), key=lambda item: item[1]):
        parts.append("\n" + "-" * 78 + "\n" + "\n".join(owners) + "\n\n" + text + "\n")
    return "".join(parts)


def notice_files(package: dict) -> list[Path]:
    """The texts that a package carries."""
    folder = Path(package["manifest_path"]).parent
    return sorted(path for path in folder.iterdir() if path.is_file() and NOTICE.match(path.name))


def lock() -> dict:
    """What Cargo.lock says."""
    return tomllib.loads((ROOT / "Cargo.lock").read_text())


def cargo(*arguments: str) -> str:
    """What cargo prints. Raises CalledProcessError."""
    return subprocess.run(["cargo", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    if len(sys.argv) != 6 or sys.argv[1] not in ("sbom", "notices"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
