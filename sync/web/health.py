"""Liveness and readiness probes: ``/healthz`` and ``/readyz``.

Liveness says that the process answers; readiness that the last pass reached both sides. Neither
tells anything about tickets, so they need no authentication.
"""

from __future__ import annotations

import threading
from typing import Any

import uvicorn
from fastapi import FastAPI, Response

from sync.daemon import Health
from sync.report import stamp


def build(health: Health) -> FastAPI:
    """The application with both probes."""
    app = FastAPI(title="Tandem", docs_url=None, redoc_url=None, openapi_url=None)

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


class HealthServer:
    """Serves the probes from a thread of its own."""

    def __init__(self, health: Health, listen: str) -> None:
        host, _, port = listen.rpartition(":")
        config = uvicorn.Config(
            build(health), host=host.strip("[]"), port=int(port), log_config=None, access_log=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
