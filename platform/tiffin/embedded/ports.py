"""Loopback ports for what cannot be reached by a unix socket: chosen free, then kept."""

from __future__ import annotations

import socket

from tiffin.embedded.errors import PortInUse
from tiffin.embedded.home import Home, read_json, write_json

LOOPBACK = "127.0.0.1"
INNER = ("postgres", "redis", "web")


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether one could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def is_open(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free(port: int) -> None:
    """Raises PortInUse."""
    if port and not is_free(port):
        raise PortInUse(
            f"Port {port} is in use by another program; "
            f"end it or choose another with script/up --port {port + 1}."
        )


def inner_ports(home: Home) -> dict[str, int]:
    """The ports of this data folder's services, as chosen at its first start."""
    path = home.run / "ports.json"
    kept = read_json(path)
    ports = {name: int(kept.get(name) or free_port()) for name in INNER}
    if ports != kept:
        write_json(path, ports)
    return ports


def renew_taken(home: Home) -> dict[str, int]:
    """Choose again where another program took a port meanwhile; only while none of ours runs."""
    ports = {name: port if is_free(port) else free_port() for name, port in inner_ports(home).items()}
    write_json(home.run / "ports.json", ports)
    return ports
