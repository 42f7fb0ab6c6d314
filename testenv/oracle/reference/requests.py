"""A request as it stands on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """Method, target and header fields; a character of them stands for a byte."""

    method: str
    target: str
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    client: str = "127.0.0.1"
    workload: tuple[str, ...] | None = None
    """The URI names of the certificate of the connection; None without a certificate."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str | None:
        """What stands behind the first `?`; None where there is none."""
        _, mark, query = self.target.partition("?")
        return query if mark else None

    def values(self, name: str) -> list[str]:
        """All fields of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def host(self) -> str:
        """As routes compare it: in lower case, without port."""
        return (self.values("host") or [""])[0].lower().rsplit(":", 1)[0]
