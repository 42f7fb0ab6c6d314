"""What Envoy starts with: a listener for each configuration, all of one VM, and the service behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .generate.world import World

_TYPE = "type.googleapis.com/"
_HTTP_FILTERS = f"{_TYPE}envoy.extensions.filters.http."


@dataclass(frozen=True)
class Places:
    """Where an Envoy finds what it needs, and leaves what it makes."""

    folder: Path
    """Of this Envoy alone."""
    module: Path
    example: Path
    """A shipped configuration, for the capabilities that it allows."""
    service: int
    """The port of the service."""

    @property
    def log(self) -> Path:
        """The access log."""
        return self.folder / "access.log"


def bootstrap(worlds: list[World], ports: dict[int, int], admin: int, places: Places) -> dict:
    """The whole configuration of Envoy; `ports` by the number of a world."""
    secrets = {name for world in worlds for name in world.environment}
    vm = {
        "vm_id": "watchword",
        "runtime": "envoy.wasm.runtime.v8",
        "code": {"local": {"filename": str(places.module)}},
        "capability_restriction_config": {"allowed_capabilities": _capabilities(places.example)},
        "environment_variables": {"host_env_keys": sorted(secrets)},
    }
    listeners = [_listener(world, ports[world.number], vm, places) for world in worlds]
    return {
        "node": {"id": "oracle", "cluster": "oracle"},
        "admin": {"address": _address(admin)},
        "static_resources": {"listeners": listeners, "clusters": [_cluster(places.service)]},
    }


def _capabilities(example: Path) -> dict[str, dict]:
    """What the shipped configuration allows the module."""
    _, _, rest = example.read_text().partition("allowed_capabilities:\n")
    names = re.match(r"(?:\s+\w+: \{\}\n)+", rest)
    return {name: {} for name in re.findall(r"(\w+): \{\}", names.group(0))}


def _address(port: int) -> dict:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _cluster(port: int) -> dict:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": _address(port)}}]}]
    return {
        "name": "service",
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": "service", "endpoints": endpoints},
    }


def _listener(world: World, port: int, vm: dict, places: Places) -> dict:
    name = f"oracle-{world.number}"
    manager = _manager(name, places.log, [_filter(name, world, vm), _router()])
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    if world.sidecar:
        chain["transport_socket"] = _tls(places.folder)
    return {"name": name, "address": _address(port), "filter_chains": [chain]}


def _manager(name: str, log: Path, filters: list[dict]) -> dict:
    everything = {"match": {"prefix": "/"}, "route": {"cluster": "service"}}
    return {
        "@type": f"{_TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "use_remote_address": True,
        "always_set_request_id_in_response": True,
        "server_header_transformation": "PASS_THROUGH",
        "stream_idle_timeout": "5s",
        "max_request_headers_kb": 96,
        "access_log": [_access_log(log)],
        "http_filters": filters,
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [everything]}]},
    }


def _filter(name: str, world: World, vm: dict) -> dict:
    plugin = {
        "name": name,
        "root_id": name,
        "failure_policy": "FAIL_RELOAD",
        "vm_config": vm,
        "configuration": {"@type": f"{_TYPE}google.protobuf.Struct", "value": world.configuration},
    }
    return {"name": "watchword", "typed_config": {"@type": f"{_HTTP_FILTERS}wasm.v3.Wasm", "config": plugin}}


def _router() -> dict:
    return {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{_HTTP_FILTERS}router.v3.Router"}}


def _tls(folder: Path) -> dict:
    """Mutual TLS, without resumed sessions (docs/identity.md); who has no certificate is for the filter to refuse."""
    chain, key, authority = ({"filename": str(folder / name)} for name in ("proxy.pem", "proxy.key", "ca.pem"))
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": f"{_TYPE}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "disable_stateless_session_resumption": True,
            "disable_stateful_session_resumption": True,
            "common_tls_context": {
                "tls_certificates": [{"certificate_chain": chain, "private_key": key}],
                "validation_context": {"trusted_ca": authority},
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
            "@type": f"{_TYPE}envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": str(path),
            "log_format": {"json_format": fields},
        },
    }
