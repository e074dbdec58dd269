"""Liveness and readiness probes: ``/healthz`` and ``/readyz``.

Liveness says that the process answers; readiness that the last pass reached both sides. Neither
tells anything about tickets, so they need no authentication.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

import uvicorn
from fastapi import FastAPI, Response

from sync.daemon import Health
from sync.errors import UserError
from sync.report import stamp


def build(health: Health) -> FastAPI:
    """The application with both probes."""
    app = FastAPI(
        title="Tandem", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "since": stamp(health.started) or ""}

    @app.get("/readyz")
    def readyz(response: Response) -> dict[str, Any]:
        if not health.ready:
            response.status_code = 503
        return {
            "status": "ready" if health.ready else "not ready",
            "last_pass": stamp(health.last_pass),
            "trouble": dict(health.trouble),
            "held": list(health.held),
        }

    return app


class HttpDoor:
    """Serves an application from a thread of its own. Raises ``UserError`` for a taken address."""

    def __init__(self, app: FastAPI, address: tuple[str, int]) -> None:
        bound = [_bound(*address)]
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False,
            timeout_keep_alive=5, timeout_graceful_shutdown=3,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=(bound,), daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.should_exit = True
        self._thread.join(timeout=5)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UserError(
            f"TANDEM_WEB__LISTEN: cannot listen on {host}:{port}: {error.strerror}. Name a free "
            "host:port of this machine, or off."
        ) from error
