"""The real HTTP mount: a fake system behind a socket.

The ``Date`` header comes from the sandbox's clock, because clients learn the server's time from
it. A response with ``drop`` closes the socket without an answer. A response that brings its own
``Content-Length`` keeps it, even a wrong one: that is how a truncated body is made.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator, Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from connector.sandbox.clock import Clock, RealClock
from connector.sandbox.content import CHUNK, Content
from connector.sandbox.faults import DELAY_HEADER
from connector.sandbox.http import App, Request, Response

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def wire_headers(response: Response, clock: Clock) -> tuple[dict[str, str], float]:
    """The headers as they go out (one ``Date``, one ``Content-Length``), and the delay asked."""
    given = {name.lower(): (name, value) for name, value in response.headers.items()}
    delay = float(given.pop(DELAY_HEADER.lower(), ("", "0"))[1])
    given.pop("date", None)
    headers = dict(given.values())
    headers["Date"] = format_datetime(clock.now(), usegmt=True)
    if "content-length" not in given and response.status not in (204, 304):
        headers["Content-Length"] = str(response.content.size)
    return headers, delay


class _Talk(BaseHTTPRequestHandler):
    """One connection, many requests."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.server.remember(self.connection)

    def finish(self) -> None:
        self.server.forget(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the console belongs to the program that mounted us."""

    def serve(self) -> None:
        """Read one request, answer it."""
        body = self._read_body()
        request = Request.of(self.command, self.path, dict(self.headers.items()), body)
        response = self.server.app.handle(request)
        if response.drop:
            self._hang_up()
            return
        headers, delay = wire_headers(response, self.server.clock)
        if delay:
            time.sleep(delay)
        self._answer(response, headers)

    def _answer(self, response: Response, headers: Mapping[str, str]) -> None:
        self.send_response_only(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        content = response.content
        for chunk in content.chunks():
            self.wfile.write(chunk)
        if headers.get("Content-Length", str(content.size)) != str(content.size):
            self.wfile.flush()
            self._hang_up()

    def _read_body(self) -> Content:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return Content.gathered(iter(self._read_chunk, b""))
        return Content.gathered(self._read_all(int(self.headers.get("Content-Length") or 0)))

    def _read_all(self, left: int) -> Iterator[bytes]:
        while left > 0:
            data = self.rfile.read(min(left, CHUNK))
            if not data:
                raise ConnectionAbortedError("the client went away in the middle of its request")
            left -= len(data)
            yield data

    def _read_chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0] or b"0", 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _hang_up(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the client was faster


for _method in _METHODS:
    setattr(_Talk, f"do_{_method}", _Talk.serve)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: App, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, _Talk)

    def remember(self, connection: socket.socket) -> None:
        """Know an open connection, so that closing the server ends it."""
        with self._lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        """The connection ended by itself."""
        with self._lock:
            self._open.discard(connection)

    def hang_up_all(self) -> None:
        """End every open connection."""
        with self._lock:
            connections = tuple(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # already gone

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; a mistake of ours must be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Server:
    """A running mount. ``url`` has no trailing slash."""

    def __init__(self, app: App, host: str, port: int, clock: Clock) -> None:
        self._listener = _Listener((host, port), app, clock)
        self.host = host
        self.port = int(self._listener.server_address[1])
        self.url = f"http://{host}:{self.port}"
        self._thread = Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._listener.shutdown()
        self._listener.hang_up_all()
        self._listener.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def serve(
    app: App, host: str = "127.0.0.1", port: int = 0, *, clock: Clock | None = None
) -> Server:
    """Mount an app on a socket; port 0 takes any free one."""
    return Server(app, host, port, clock or RealClock())
