"""Proving who we are to ServiceNow: basic, OAuth, API key, client certificate.

OAuth tokens come form-encoded from ``/oauth_token.do``. Until it expires the same token is handed
out again, so after a refusal one refresh is tried and no more: six wrong logins lock an account
(servicenow-api 4).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from connector.errors import AccessLost, BrokenAnswer, Unreachable
from connector.servicenow.answers import SIDE
from connector.settings import ServiceNowSettings

EARLY = 30.0
"""Seconds before its end at which a token is renewed."""


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

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def token(self) -> str:
        """The present token; one thread fetches, the others wait."""
        with self._lock:
            if not self._token or self._clock() >= self._ends:
                self._renew()
            return self._token

    def forget(self) -> None:
        """Fetch a new one next time."""
        with self._lock:
            self._token = ""

    def _renew(self) -> None:
        where = "POST /oauth_token.do"
        try:
            answer = self._fetch(self._form())
        except requests.RequestException as error:
            what = f"no token: {type(error).__name__}"
            raise Unreachable(what, side=SIDE, where=where) from error
        if answer.status_code in (400, 401, 403):
            raise AccessLost("no token for these OAuth credentials", side=SIDE, where=where)
        try:
            value = answer.json()
            self._token = str(value["access_token"])
            self._ends = self._clock() + max(0.0, float(value.get("expires_in", 0)) - EARLY)
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenAnswer("the token answer makes no sense", side=SIDE, where=where) from error

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
        return HTTPBasicAuth(settings.user, settings.password.get_secret_value())
    if settings.auth == "api_key":
        return ApiKey(settings.api_key.get_secret_value())
    if settings.auth == "mtls":
        return None
    return OAuth(settings, fetch)
