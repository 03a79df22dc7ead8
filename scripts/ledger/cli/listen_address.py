"""Whether the preview can be served at an address, found out before a build starts."""

from __future__ import annotations

import socket


def check_listen_address(host: str, port: int) -> str | None:
    """Why nothing can be served at an address, and what to do; None where it can."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "no such port"
        return f"cannot serve at {host}:{port} ({reason}); choose another address: make serve ADDR=127.0.0.1:8123"
    return None
