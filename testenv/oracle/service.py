"""The service behind the proxy: it answers every request with the head that it has received."""

from __future__ import annotations

import socketserver
import threading


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while head := self._head():
            self.rfile.read(_length(head))
            method = head.split(b" ", 1)[0]
            body = b"" if method == b"HEAD" else head
            # Of a HEAD request the head goes back where it fits: in a field.
            echo = b"x-head: %s\r\n" % head.hex().encode() if method == b"HEAD" else b""
            start = b"HTTP/1.1 200 OK\r\nx-service: oracle\r\n"
            self.wfile.write(b"%s%scontent-length: %d\r\n\r\n%s" % (start, echo, len(body), body))

    def _head(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            lines.append(line)
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def start() -> int:
    """Starts the service for as long as the program runs. Returns its port on the loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
