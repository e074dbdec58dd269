"""Who is calling: basic, bearer and API key, and the token endpoint.

Six wrong passwords lock an account. Until it expires, the same access token is handed out again,
so ``expires_in`` shrinks.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from connector.sandbox.http import Request, Response
from connector.sandbox.people import INTEGRATION, PASSWORD
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.world import World

CLIENT_ID = "tandem-client"
CLIENT_SECRET = "tandem-secret"  # noqa: S105 - the fake instance's one public client
API_KEY = "tandem-api-key"
LIFETIME = timedelta(seconds=1799)
_LOCK_AFTER = 6


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    refresh: str
    login: str
    until: datetime


class Auth:
    """The accounts' passwords, tokens and keys."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: dict[tuple[str, str], _Token] = {}
        self._failures: Counter[str] = Counter()
        self._made = 0
        self.passwords: dict[str, str] = {}
        self.api_keys: dict[str, str] = {API_KEY: INTEGRATION}
        self.basic_allowed = True

    def caller(self, request: Request) -> Caller:
        """The account behind a request; raises the 401."""
        login = self._login(request)
        if login is None or not self._active(login):
            raise Refusal(401, "User Not Authenticated", "Required to provide Auth information")
        return self._world.caller(login)

    def revoke(self) -> None:
        """Make every token that was given out worthless."""
        self._tokens.clear()

    def token(self, request: Request) -> Response:
        """The token endpoint: form-encoded only."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if request.method != "POST" or kind != "application/x-www-form-urlencoded":
            return _oauth_error("server_error", "access_denied")
        form = dict(parse_qsl(request.body.decode()))
        client = (form.get("client_id", ""), form.get("client_secret", ""))
        if client == ("", ""):
            client = _basic(request) or client
        if client != (CLIENT_ID, CLIENT_SECRET):
            return _oauth_error("invalid_client", "access_denied")
        grant = form.get("grant_type", "")
        login = self._granted(grant, form)
        if login is None:
            return _oauth_error("server_error", "access_denied")
        return self._answer(self._token_for(grant, login), grant)

    def _login(self, request: Request) -> str | None:
        key = request.headers.get("x-sn-apikey")
        if key is not None:
            return self.api_keys.get(key)
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(rest.strip())
        pair = _basic(request)
        if pair is None or not self.basic_allowed:
            return None
        return pair[0] if self._password_fits(*pair) else None

    def _bearer(self, text: str) -> str | None:
        now = self._world.clock.now()
        fitting = (t.login for t in self._tokens.values() if t.text == text and now < t.until)
        return next(fitting, None)

    def _password_fits(self, login: str, password: str) -> bool:
        if self._failures[login] >= _LOCK_AFTER:
            return False
        if password == self.passwords.get(login, PASSWORD) and self._world.user_id(login):
            self._failures[login] = 0
            return True
        self._failures[login] += 1
        return False

    def _active(self, login: str) -> bool:
        row = self._world.true_row(self._world.user_id(login))
        return row is not None and row.get("active") == "true"

    def _granted(self, grant: str, form: dict[str, str]) -> str | None:
        if grant == "client_credentials":
            return INTEGRATION
        if grant == "refresh_token":
            wanted = form.get("refresh_token", "")
            return next((t.login for t in self._tokens.values() if t.refresh == wanted), None)
        login = form.get("username", "")
        if grant == "password" and self._password_fits(login, form.get("password", "")):
            return login
        return None

    def _token_for(self, grant: str, login: str) -> _Token:
        place = ("client" if grant == "client_credentials" else "user", login)
        known = self._tokens.get(place)
        now = self._world.clock.now()
        if known is None or known.until <= now:
            self._made += 1
            text = hashlib.sha256(f"{place}{self._made}".encode()).hexdigest()
            refresh = known.refresh if known else hashlib.sha256(text.encode()).hexdigest()
            known = self._tokens[place] = _Token(text, refresh, login, now + LIFETIME)
        return known

    def _answer(self, token: _Token, grant: str) -> Response:
        left = int((token.until - self._world.clock.now()).total_seconds())
        answer: dict[str, object] = {
            "access_token": token.text,
            "scope": "useraccount",
            "token_type": "Bearer",
            "expires_in": left,
        }
        if grant != "client_credentials":
            answer["refresh_token"] = token.refresh
        return Response.of_json(200, answer)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        login, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except ValueError:
        return None
    return login, password


def _oauth_error(error: str, text: str) -> Response:
    return Response.of_json(401, {"error_description": text, "error": error})
