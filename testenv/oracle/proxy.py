"""A real Envoy with the shipped module: a listener for each configuration of a batch, all in one VM per worker."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from contextlib import ExitStack

from .bootstrap import Places, bootstrap
from .generate import workloads
from .generate.world import World
from .observation import parse_log_line

START = 120.0
"""Seconds until the listeners must answer: V8 compiles the module, and many configurations are read."""
LOG = 20.0
"""Seconds until the access log must have every line."""
OPTIONS = [
    *("--concurrency", "2"),
    "--disable-hot-restart",
    *("--file-flush-interval-msec", "20"),
    *("--log-level", "warning"),
    *("--component-log-level", "wasm:warning"),
]


class Proxy:
    """Starts with the object, ends with `stop`."""

    def __init__(self, envoy: str, places: Places, worlds: list[World]) -> None:
        self.folder = places.folder
        workloads.write(self.folder)
        self._log, self._read, self.lines = places.log, 0, {}
        self._output = self.folder / "envoy.log"
        self._admin, *ports = _free_ports(len(worlds) + 1)
        self.ports = {world.number: port for world, port in zip(worlds, ports, strict=True)}
        configuration = self.folder / "envoy.json"
        configuration.write_text(json.dumps(bootstrap(worlds, self.ports, self._admin, places)))
        secrets = {name: value for world in worlds for name, value in world.environment.items()}
        with self._output.open("wb") as output:
            command = [envoy, "-c", str(configuration), *OPTIONS]
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | secrets)
        try:
            self._wait()
        except BaseException:
            # Also where somebody interrupts: nothing of it stays behind.
            self.stop()
            raise

    def stop(self) -> None:
        """Ends this Envoy."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log_of(self, cases: list[str]) -> dict[str, tuple[str, dict]]:
        """Details and record of each of these cases, as soon as the log has them all."""
        end = time.monotonic() + LOG
        while not all(case in self.lines for case in cases):
            if time.monotonic() > end:
                missing = [case for case in cases if case not in self.lines]
                raise TimeoutError(f"no line in the access log: {missing}")
            self._read_log()
        return {case: self.lines[case] for case in cases}

    def reloads(self) -> int:
        """Reloads of the VM: each would be a trap."""
        text = _get(self._admin, "/stats?filter=vm_reload")
        return sum(int(number) for number in re.findall(r": (\d+)", text))

    def _read_log(self) -> None:
        with self._log.open("r", encoding="utf-8") as log:
            log.seek(self._read)
            text = log.read()
        whole, newline, _ = text.rpartition("\n")
        if not newline:
            time.sleep(0.01)
            return
        self._read += len((whole + newline).encode())
        for case, details, record in map(parse_log_line, whole.split("\n")):
            self.lines[case] = details, record

    def _wait(self) -> None:
        end = time.monotonic() + START
        while "LIVE" not in _get(self._admin, "/ready"):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("Envoy does not start:\n" + self._output.read_text(errors="replace")[-3000:])
            time.sleep(0.1)


def _get(port: int, path: str) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")
    except OSError:
        return ""


def _free_ports(number: int) -> list[int]:
    """Held together, so that none is found twice."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
