#!/usr/bin/env python3
"""usage: PYTHON scripts/sbom_valid.py FILE.json...

Holds lists of what is linked against the strict schema of CycloneDX 1.5, by the library that its makers
publish (`setup_cyclonedx` gives a PYTHON that has it).
"""

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

faulty = 0
for file in sys.argv[1:]:
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(Path(file).read_text())
    if error:
        faulty += 1
        print(f"{file}: {error}", file=sys.stderr)
print(f"lists of what is linked: {len(sys.argv) - 1 - faulty} good, {faulty} not")
sys.exit(1 if faulty or len(sys.argv) < 2 else 0)
