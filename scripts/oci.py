#!/usr/bin/env python3
"""usage: scripts/oci.py MODULE.wasm NAME VERSION FOLDER

Writes FOLDER, an OCI image layout that Istio and Envoy Gateway can load: an image manifest whose last
layer is a tar+gzip that holds `plugin.wasm`. The same input gives the same bytes. Prints the digest of
the manifest, which is what `sha256` means for an image in their resources.
"""

import gzip
import hashlib
import io
import json
import shutil
import sys
import tarfile
from pathlib import Path

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
# Pullers read the last layer, and of artifact types of one layer only this one.
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
# The only name they look for.
PLUGIN = "plugin.wasm"
LICENSE = Path(__file__).resolve().parent.parent / "LICENSE"


def main(module, name, version, folder):
    layout = Layout(Path(folder))
    manifest = write_image(layout, Path(module).read_bytes(), name, version)
    layout.finish(manifest, version)
    check(Path(folder), Path(module).read_bytes())
    print(f"{manifest['digest']} {name}:{version}")


def write_image(layout, module, name, version):
    archive = tar({"LICENSE": LICENSE.read_bytes(), PLUGIN: module})
    layer = layout.blob(LAYER, gzip.compress(archive, compresslevel=9, mtime=0))
    labels = {
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.title": name,
        "org.opencontainers.image.version": version,
    }
    config = layout.blob(CONFIG, canonical({
        "architecture": "wasm",
        "os": "wasip1",
        "config": {"Labels": labels},
        "rootfs": {"type": "layers", "diff_ids": [digest(archive)]},
    }))
    return layout.blob(MANIFEST, canonical({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config,
        "layers": [layer],
        "annotations": labels,
    }))


class Layout:
    """A folder of blobs that are named by their digest."""

    def __init__(self, folder):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "blobs" / "sha256").mkdir(parents=True)

    def blob(self, media_type, content):
        name = digest(content)
        blob_path(self.folder, name).write_bytes(content)
        return {"mediaType": media_type, "digest": name, "size": len(content)}

    def finish(self, manifest, tag):
        tagged = manifest | {"annotations": {"org.opencontainers.image.ref.name": tag}}
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [tagged]}
        (self.folder / "index.json").write_bytes(canonical(index))
        (self.folder / "oci-layout").write_bytes(canonical({"imageLayoutVersion": "1.0.0"}))


def check(folder, module):
    """Reads the layout back the way a proxy's agent does: what it gets must be the module."""
    index = json.loads((folder / "index.json").read_bytes())
    manifest = json.loads(verified(folder, index["manifests"][0]))
    verified(folder, manifest["config"])
    layer = manifest["layers"][-1]
    assert layer["mediaType"] == LAYER, layer
    with tarfile.open(fileobj=io.BytesIO(verified(folder, layer)), mode="r:gz") as archive:
        member = next(entry for entry in archive if Path(entry.name).name == PLUGIN)
        assert archive.extractfile(member).read() == module, "the layer holds another module"


def verified(folder, descriptor):
    content = blob_path(folder, descriptor["digest"]).read_bytes()
    assert digest(content) == descriptor["digest"], descriptor
    assert len(content) == descriptor["size"], descriptor
    return content


def tar(files):
    """Nothing of the machine that packs gets in: no time, no owner, no order of a directory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def blob_path(folder, name):
    return folder / "blobs" / name.replace(":", "/")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
