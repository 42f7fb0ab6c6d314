"""usage: python scripts/manifests WATCHWORD NODE_MODULES

Judges every manifest that we ship, and every one that our chart and our overlays make: by the schemas of
`WATCHWORD check`, and by the models of NODE_MODULES. Then breaks them in one place each, and sees who notices.
WATCHWORD is the command line tool. `scripts/test manifests` installs the rest and runs this.
"""

from __future__ import annotations

import sys
from pathlib import Path

import agreement
import chart
import mutations
import overlays
from judges import UNFINISHED, Models, Schemas
from manifest import Manifest, files, read
from report import Report

FOLDER = Path("target/manifests")


def main(watchword: str, node_modules: str) -> None:
    """Judges everything. Ends the process: badly when something fails."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    schemas, models = Schemas(watchword, FOLDER), Models(node_modules)
    report = Report()
    shipped = [manifest for file in files() for manifest in read(file)]
    made = chart.rendered(report) + overlays.built(report)
    judge_files(report, files(), schemas)
    judge(report, made, schemas)
    judge(report, shipped + made, models)
    agreement.check(report, shipped + made)
    chart.check(report)
    mutations.check(report, schemas, models)
    report.close()


def judge_files(report: Report, shipped: list[Path], schemas: Schemas) -> None:
    """The files as they lie, with their anchors and comments."""
    for file, complaint in zip(shipped, schemas.complaints(shipped, UNFINISHED), strict=True):
        report.case("manifests", f"{schemas.name}: {file}", complaint)


def judge(report: Report, manifests: list[Manifest], judged: Schemas | Models) -> None:
    """One case for each manifest that is judged at all."""
    for manifest, complaint in judged.judge(manifests):
        report.case("manifests", f"{judged.name}: {manifest.name}", complaint)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
