"""A client of HTTP/1.1 that sends bytes as they are, and reads answers whole."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .generate.workloads import WORKLOADS
from .reference.requests import Headers, Request

TIMEOUT = 10.0
"""Seconds without an answer: no request of the run waits for anything."""
REQUESTS_OF_A_CONNECTION = 40
"""Then a new one, which another worker may take."""


@dataclass(frozen=True)
class Response:
    """An answer as it came."""

    status: int
    headers: Headers
    body: bytes

    def values(self, name: str) -> list[str]:
        """All fields of that name, in their order."""
        return [value for key, value in self.headers if key.lower() == name]


class Client:
    """One connection at a time to one listener."""

    def __init__(self, port: int, certificates: Path | None) -> None:
        self._port, self._left, self._certificates = port, 0, certificates
        self._workload: tuple[str, ...] | None = None
        self._socket: socket.socket | None = None

    def send(self, request: Request, extra: Headers) -> Response:
        """Sends one request, with more fields behind its own, and reads the answer."""
        if self._left == 0 or request.workload != self._workload:
            self._workload = request.workload
            self._connect()
        self._left -= 1
        fields = request.headers + extra + ([("Content-Length", str(len(request.body)))] if request.body else [])
        lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
        head = "".join(f"{line}\r\n" for line in [*lines, ""])
        self._socket.sendall(head.encode("latin-1") + request.body)
        return self._read(request.method)

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if self._socket:
            self._socket.close()
        self._socket, self._left = None, 0

    def _connect(self) -> None:
        self.close()
        self._socket = socket.create_connection(("127.0.0.1", self._port), TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._certificates:
            context = _context(self._certificates, self._workload)
            self._socket = context.wrap_socket(self._socket, server_hostname="localhost")
        self._file = self._socket.makefile("rb")
        self._left = REQUESTS_OF_A_CONNECTION

    def _read(self, method: str) -> Response:
        line = self._file.readline()
        if not line:
            raise ConnectionError("the proxy closed the connection without an answer")
        status, headers = int(line.split()[1]), self._fields()
        response = Response(status, headers, b"")
        if method != "HEAD":
            response = Response(status, headers, self._body(response))
        if "close" in response.values("connection"):
            self.close()
        return response

    def _fields(self) -> Headers:
        found: Headers = []
        while line := self._file.readline().rstrip(b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            found.append((name, value.strip(" \t")))
        return found

    def _body(self, response: Response) -> bytes:
        if response.values("transfer-encoding") == ["chunked"]:
            body = b""
            while size := int(self._file.readline().split(b";")[0], 16):
                body += self._file.read(size)
                self._file.readline()
            self._fields()
            return body
        return self._file.read(int((response.values("content-length") or ["0"])[0]))


@cache
def _context(folder: Path, workload: tuple[str, ...] | None) -> ssl.SSLContext:
    """TLS with the certificate of a workload, or without one."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    for name, uris in WORKLOADS.items():
        if uris == workload:
            context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context
