"""Proving who we are to ServiceNow: basic, OAuth, API key, client certificate.

OAuth tokens come form-encoded from ``/oauth_token.do``. Until it expires the same token is handed
out again, so after a refusal one refresh is tried and no more: six wrong logins lock an account
(servicenow-api 4). After a refusal nothing is sent for a while that doubles each time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from connector.errors import AccessLost, BrokenAnswer, ConnectorError, RetryLater, Unreachable
from connector.retry import Odd, parse_retry_after
from connector.servicenow.answers import SIDE
from connector.settings import ServiceNowSettings

EARLY = 30.0
"""Seconds before its end at which a token is renewed."""

ENDPOINT = "POST /oauth_token.do"
SHORTEST_HOLD, LONGEST_HOLD = 60.0, 900.0
"""Seconds without another try after a refused login."""


class Hold:
    """Keeps a wrong login from being tried until the account is locked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._error: AccessLost | None = None
        self._until = 0.0
        self._length = SHORTEST_HOLD

    def check(self) -> None:
        """Raise what the last login was told, while its time is not over."""
        with self._lock:
            if self._error is not None and self._clock() < self._until:
                raise self._error

    def refused(self, error: AccessLost) -> None:
        """A login was refused; refusals under way side by side count as one."""
        with self._lock:
            now = self._clock()
            if self._error is not None and now < self._until:
                return
            self._length = min(LONGEST_HOLD, self._length * 2) if self._error else SHORTEST_HOLD
            self._error, self._until = error, now + self._length

    def accepted(self) -> None:
        """A login worked: nothing is held against it."""
        if self._error is not None:
            with self._lock:
                self._error = None


class ApiKey(AuthBase):
    """The header ``x-sn-apikey``."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["x-sn-apikey"] = self._key
        return request


class OAuth(AuthBase):
    """A bearer token, fetched once for all threads and renewed before it ends."""

    def __init__(
        self,
        settings: ServiceNowSettings,
        fetch: Callable[[dict[str, str]], requests.Response],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0
        self._tries = 0
        self._trouble: ConnectorError | None = None
        self._mine = threading.local()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def token(self) -> str:
        """The present token; one thread fetches, the others wait for what comes of it."""
        tries = self._tries
        with self._lock:
            if not self._token or self._clock() >= self._ends:
                if self._trouble is not None and self._tries != tries:
                    raise self._trouble
                self._try()
            self._mine.token = self._token
            return self._token

    def forget(self) -> None:
        """Fetch a new one next time, unless another thread has already."""
        with self._lock:
            if self._token == getattr(self._mine, "token", ""):
                self._token = ""

    def _try(self) -> None:
        self._trouble = None
        try:
            self._renew()
        except ConnectorError as error:
            self._trouble = error
            raise
        finally:
            self._tries += 1

    def _renew(self) -> None:
        try:
            answer = self._fetch(self._form())
        except requests.RequestException as error:
            what = f"no token: {type(error).__name__}"
            raise Unreachable(what, side=SIDE, where=ENDPOINT) from error
        status = answer.status_code
        if status in (400, 401, 403):
            raise AccessLost("no token for these OAuth credentials", side=SIDE, where=ENDPOINT)
        if status in (202, 429) or status >= 500:
            after = parse_retry_after(answer.headers.get("Retry-After"), None)
            what = f"no token: ServiceNow answered {status}"
            raise RetryLater(what, side=SIDE, where=ENDPOINT, after=after)
        try:
            value = answer.json()
            token, lasts = str(value["access_token"]), float(value.get("expires_in", 0))
        except (ValueError, KeyError, TypeError) as error:
            what = "the token answer makes no sense"
            raise Odd(BrokenAnswer(what, side=SIDE, where=ENDPOINT)) from error
        self._token, self._ends = token, self._clock() + max(0.0, lasts - EARLY)

    def _form(self) -> dict[str, str]:
        settings = self._settings
        form = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
        }
        if settings.auth == "oauth_client":
            return {"grant_type": "client_credentials", **form}
        password = settings.password.get_secret_value()
        return {"grant_type": "password", "username": settings.user, "password": password, **form}


def auth_of(
    settings: ServiceNowSettings, fetch: Callable[[dict[str, str]], requests.Response]
) -> AuthBase | None:
    """The way of access that the settings name; a certificate needs no header."""
    if settings.auth == "basic":
        password = settings.password.get_secret_value()
        return HTTPBasicAuth(settings.user.encode(), password.encode())
    if settings.auth == "api_key":
        return ApiKey(settings.api_key.get_secret_value())
    if settings.auth == "mtls":
        return None
    return OAuth(settings, fetch)
