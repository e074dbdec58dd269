"""Who is calling, by the rules of each flavour.

Cloud takes ``email:token`` as basic credentials. With a wrong or revoked token it does *not*
refuse: the caller becomes anonymous, sees nothing, and only a header says why. A bearer token at
the site's own address is refused. Data Center takes a personal token as bearer, or name and
password, and answers wrong ones with 401: JSON for tokens, a page for passwords.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.sandbox.http import Request, Response
from connector.sandbox.jira.model import User
from connector.sandbox.jira.problems import Refusal
from connector.sandbox.jira.site import TOKEN
from connector.sandbox.jira.world import World
from connector.sandbox.people import DOMAIN, INTEGRATION

REASON = "X-Seraph-LoginReason"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated or anonymous caller, and headers that every answer to him carries."""

    user: User | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The user key; empty when anonymous."""
        return self.user.key if self.user else ""


@dataclass(slots=True)
class Access:
    """The door. ``revoked`` takes the integration's token back; ``token`` is what is right."""

    world: World
    token: str = TOKEN
    revoked: bool = False

    def who(self, request: Request) -> Caller:
        """The caller, or a refusal."""
        given = request.headers.get("authorization", "")
        scheme, _, secret = given.partition(" ")
        if self.world.site.cloud:
            return self._cloud(scheme.lower(), secret.strip())
        return self._data_center(scheme.lower(), secret.strip())

    def _cloud(self, scheme: str, secret: str) -> Caller:
        if scheme == "bearer":
            body = {"error": "Failed to parse Connect Session Auth Token"}
            raise Refusal(Response.of_json(403, body))
        if not scheme:
            return Caller(None)
        name, password = _pair(secret) if scheme == "basic" else ("", "")
        user = self._by_email(name)
        if user is None or not user.active or not self._right(user, password):
            return Caller(None, {REASON: "AUTHENTICATED_FAILED"})
        return Caller(user, {"X-AAccountId": user.key})

    def _data_center(self, scheme: str, secret: str) -> Caller:
        if not scheme:
            return Caller(None, {"X-AUSERNAME": "anonymous"})
        user = None
        if scheme == "bearer":
            me = self.world.users[self.world.site.me]
            user = me if self._right(me, secret) else None
        elif scheme == "basic":
            name, password = _pair(secret)
            known = self.world.users.get(name)
            user = known if known and self._right(known, password) else None
        if user is None or not user.active:
            raise self._login_needed(scheme)
        return Caller(user, {"X-AUSERNAME": user.key})

    def _login_needed(self, scheme: str) -> Refusal:
        headers = {"WWW-Authenticate": 'OAuth realm="jira"', REASON: "AUTHENTICATED_FAILED"}
        if scheme == "basic":
            page = b"<html><head><title>Unauthorized (401)</title></head><body>401</body></html>"
            return Refusal(Response(401, page, {**headers, "Content-Type": "text/html"}))
        body = {"message": "Client must be authenticated to access this resource."}
        return Refusal(Response.of_json(401, {**body, "status-code": 401}, headers))

    def _by_email(self, name: str) -> User | None:
        if name.lower() == f"{INTEGRATION}@{DOMAIN}":
            return self.world.users[self.world.site.me]
        return self.world.user_by_email(name)

    def _right(self, user: User, password: str) -> bool:
        if user.key == self.world.site.me:
            return password == self.token and not self.revoked
        return password == TOKEN


def _pair(secret: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password
