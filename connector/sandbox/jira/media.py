"""Where Cloud keeps contents: addresses that prove themselves, for a while, to whoever has one.

The real one is another host. Credentials of Jira have no business there, so a request that brings
some is refused loudly, and remembered in ``leaks``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.sandbox.content import Content
from connector.sandbox.http import Request, Response

ROOT = "/media-store/"
SECRETS = ("authorization", "cookie", "proxy-authorization", "x-atlassian-token")


@dataclass(slots=True)
class Media:
    """Signed addresses. ``seconds`` is how long one lasts."""

    seconds: float = 60.0
    leaks: list[str] = field(default_factory=list)
    _given: dict[str, tuple[datetime, Content, str]] = field(default_factory=dict, repr=False)
    _signed: int = 0

    def sign(self, content: Content, kind: str, now: datetime) -> str:
        """A path with its signature."""
        self._given = {one: row for one, row in self._given.items() if row[0] >= now}
        self._signed += 1
        told = f"{self._signed} {content.digest} {now.isoformat()}"
        token = hashlib.sha256(told.encode()).hexdigest()
        self._given[token] = (now + timedelta(seconds=self.seconds), content, kind)
        return f"{ROOT}file/{token[:16]}/binary?token={token}"

    def answer(self, request: Request, now: datetime) -> Response:
        """The content, to anybody with a good address and nothing else."""
        brought = [name for name in SECRETS if name in request.headers]
        if brought:
            self.leaks.append(f"{request.method} {request.path}: {', '.join(brought)}")
            return Response(400, b"credentials were sent to the media store", _PLAIN)
        known = self._given.get(request.param("token") or "")
        if request.method != "GET" or known is None or now > known[0]:
            return Response(403, b"this address is not valid, or no longer", _PLAIN)
        return Response(200, b"", {"Content-Type": known[2]}, file=known[1])


_PLAIN = {"Content-Type": "text/plain;charset=UTF-8"}
