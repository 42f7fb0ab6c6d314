"""What can be wrong with a token, each by its name."""

from __future__ import annotations

from ..drafts import Defect
from . import claims, headers, notations, signatures, texts

DEFECTS: dict[str, Defect] = claims.DEFECTS | headers.DEFECTS | signatures.DEFECTS | notations.DEFECTS | texts.DEFECTS
"""All of them. Their order is part of what a seed means."""
