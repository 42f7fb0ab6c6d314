"""Reads what cargo says of a build (--message-format json) and lists the tests in it, a line for each.

usage: tests_of.py MESSAGES

A line has four fields with tabs between: the crate, its folder, what is tested (`beside` the code, or the name of a
test with a file of its own), and the program.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path


def tests(messages: str) -> Iterator[tuple[str, str, str, str]]:
    """The tests, as cargo names them."""
    for line in messages.splitlines():
        message = json.loads(line)
        if message["reason"] != "compiler-artifact" or not message["profile"]["test"] or not message["executable"]:
            continue
        target = message["target"]
        manifest = Path(message["manifest_path"])
        yield (
            package_name(message["package_id"], manifest),
            str(manifest.parent),
            target["name"] if "test" in target["kind"] else "beside",
            message["executable"],
        )


def package_name(identity: str, manifest: Path) -> str:
    """The name in `path+file:///folder#name@version`, or in `path+file:///name#version`."""
    fragment = identity.rpartition("#")[2]
    return fragment.partition("@")[0] if "@" in fragment else manifest.parent.name


def main() -> None:
    """Prints them, in a steady order."""
    for fields in sorted(tests(Path(sys.argv[1]).read_text())):
        print("\t".join(fields))


if __name__ == "__main__":
    main()
