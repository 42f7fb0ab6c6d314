"""What the generator knows of a configuration beyond its text: private keys, keys of API, schema and policies."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..reference.schemas import Rules
from .private_keys import PrivateKey


@dataclass
class World:
    """A configuration, and the secrets that requests for it are made with."""

    number: int
    configuration: dict = field(default_factory=dict)
    signers: dict[str, dict[str, PrivateKey]] = field(default_factory=dict)
    """By provider and `kid`; with an empty `kid` where keys have none."""
    api_keys: dict[str, list[str]] = field(default_factory=dict)
    """Whole keys that are configured, good and ended ones, by their set."""
    rules: Rules | None = None
    environment: dict[str, str] = field(default_factory=dict)
    sidecar: bool = False
    """Whether it is of an inbound listener in a mesh, with TLS."""
    edge: PrivateKey | None = None
    """The key that signs internal tokens."""
