"""A real Envoy with the shipped module: a listener for each configuration of a batch, all in one VM per worker."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from .generate import workloads
from .generate.world import World
from .observation import parse_log_line

START = 120.0
"""Seconds until the listeners must answer: V8 compiles the module, and many configurations are read."""
LOG = 20.0
"""Seconds until the access log must have every line."""
_TYPE = "type.googleapis.com/"


class Proxy:
    """Starts with the object, ends with `stop`."""

    def __init__(
        self, envoy: str, module: Path, example: Path, folder: Path, worlds: list[World], service: int
    ) -> None:
        self.folder = folder
        workloads.write(folder)
        self._log, self._read, self.lines = folder / "access.log", 0, {}
        self._output = folder / "envoy.log"
        self._admin, *ports = _free_ports(len(worlds) + 1)
        self.ports = {world.number: port for world, port in zip(worlds, ports)}
        secrets = {name: value for world in worlds for name, value in world.environment.items()}
        bootstrap = _bootstrap(
            worlds, self.ports, self._admin, service, module, self._log, sorted(secrets), _capabilities(example)
        )
        (folder / "envoy.json").write_text(json.dumps(bootstrap))
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    envoy,
                    "-c",
                    str(folder / "envoy.json"),
                    "--concurrency",
                    "2",
                    "--disable-hot-restart",
                    "--file-flush-interval-msec",
                    "20",
                    "--log-level",
                    "warning",
                    "--component-log-level",
                    "wasm:warning",
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | secrets,
            )
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
                raise TimeoutError(f"no line in the access log: {[case for case in cases if case not in self.lines]}")
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


def _capabilities(example: Path) -> dict[str, dict]:
    """What the shipped configuration allows the module."""
    _, _, rest = example.read_text().partition("allowed_capabilities:\n")
    names = re.match(r"(?:\s+\w+: \{\}\n)+", rest)
    return {name: {} for name in re.findall(r"(\w+): \{\}", names.group(0))}


def _bootstrap(
    worlds: list[World],
    ports: dict[int, int],
    admin: int,
    service: int,
    module: Path,
    log: Path,
    secrets: list[str],
    capabilities: dict,
) -> dict:
    vm = {
        "vm_id": "watchword",
        "runtime": "envoy.wasm.runtime.v8",
        "code": {"local": {"filename": str(module)}},
        "capability_restriction_config": {"allowed_capabilities": capabilities},
        "environment_variables": {"host_env_keys": secrets},
    }
    return {
        "node": {"id": "oracle", "cluster": "oracle"},
        "admin": {"address": _address(admin)},
        "static_resources": {
            "listeners": [_listener(world, ports[world.number], vm, log) for world in worlds],
            "clusters": [
                {
                    "name": "service",
                    "type": "STATIC",
                    "connect_timeout": "5s",
                    "load_assignment": {
                        "cluster_name": "service",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(service)}}]}],
                    },
                }
            ],
        },
    }


def _address(port: int) -> dict:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _listener(world: World, port: int, vm: dict, log: Path) -> dict:
    name = f"oracle-{world.number}"
    filters = [
        {
            "name": "watchword",
            "typed_config": {
                "@type": _TYPE + "envoy.extensions.filters.http.wasm.v3.Wasm",
                "config": {
                    "name": name,
                    "root_id": name,
                    "failure_policy": "FAIL_RELOAD",
                    "vm_config": vm,
                    "configuration": {"@type": _TYPE + "google.protobuf.Struct", "value": world.configuration},
                },
            },
        },
        {
            "name": "envoy.filters.http.router",
            "typed_config": {"@type": _TYPE + "envoy.extensions.filters.http.router.v3.Router"},
        },
    ]
    manager = {
        "@type": _TYPE + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "use_remote_address": True,
        "always_set_request_id_in_response": True,
        "server_header_transformation": "PASS_THROUGH",
        "stream_idle_timeout": "5s",
        "max_request_headers_kb": 96,
        "access_log": [_access_log(log)],
        "http_filters": filters,
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "service"}}],
                }
            ]
        },
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]} | (
        {"transport_socket": _tls(log.parent)} if world.sidecar else {}
    )
    return {"name": name, "address": _address(port), "filter_chains": [chain]}


def _tls(folder: Path) -> dict:
    """Mutual TLS, without resumed sessions (docs/identity.md); who has no certificate is for the filter to refuse."""
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": _TYPE + "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "disable_stateless_session_resumption": True,
            "disable_stateful_session_resumption": True,
            "common_tls_context": {
                "tls_certificates": [
                    {
                        "certificate_chain": {"filename": str(folder / "proxy.pem")},
                        "private_key": {"filename": str(folder / "proxy.key")},
                    }
                ],
                "validation_context": {"trusted_ca": {"filename": str(folder / "ca.pem")}},
            },
        },
    }


def _access_log(path: Path) -> dict:
    fields = {
        "case": "%REQ(X-CASE)%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "decision": "%FILTER_STATE(wasm.watchword.decision:PLAIN)%",
    }
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": _TYPE + "envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": str(path),
            "log_format": {"json_format": fields},
        },
    }
