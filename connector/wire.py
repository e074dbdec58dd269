"""What both clients hold about the wire: tame sessions, and what a broken connection means.

Terms: an *attempt* is one HTTP request; it ends in an answer, in :class:`NeverSent` (nothing
reached the side) or in :class:`NoAnswer` (something may have).
"""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlencode, urlsplit

import requests
import urllib3

from connector.errors import Unreachable

CONNECT_SECONDS = 10.0
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError)
"""What the HTTP libraries raise instead of an answer."""

_UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)
_UNSENDABLE = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)

_TOLD: tuple[tuple[type[BaseException], str], ...] = (
    (urllib3.exceptions.NameResolutionError, "nobody knows this host name"),
    (urllib3.exceptions.NewConnectionError, "it refuses connections or cannot be reached"),
    (urllib3.exceptions.ConnectTimeoutError, "it does not answer in time"),
    (requests.exceptions.ConnectTimeout, "it does not answer in time"),
    (requests.exceptions.Timeout, "it took too long"),
    (requests.exceptions.ChunkedEncodingError, "the connection closed in the middle of it"),
    (requests.exceptions.SSLError, "the encrypted connection failed"),
    (urllib3.exceptions.SSLError, "the encrypted connection failed"),
    (requests.exceptions.ConnectionError, "the connection closed before it"),
)


class NeverSent(Unreachable):
    """No connection came about, so nothing can have happened."""


class NoAnswer(Unreachable):
    """The connection broke or the time ran out: the request may have been carried out."""


def tame(session: requests.Session) -> None:
    """Nothing from the environment, and no cookies: they would serialise all requests."""
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def prepared(session: requests.Session, request: requests.Request) -> requests.PreparedRequest:
    """A request with the session's headers and credentials, ready to be sent.

    What the library would merge besides for each request is empty on a tame session: parameters and
    hooks of its own, and what the environment says.
    """
    found = requests.PreparedRequest()
    words = {name: value for name, value in (request.params or {}).items() if value is not None}
    found.prepare_method(request.method)
    found.prepare_url(request.url, urlencode(words))
    found.prepare_headers({**session.headers, **(request.headers or {})})
    found.prepare_cookies(session.cookies)
    found.prepare_body(request.data, request.files, request.json)
    found.prepare_auth(request.auth or session.auth, request.url)
    return found


def broken(error: Exception, side: str, where: str) -> NeverSent | NoAnswer:
    """Whether the request can have reached the side, as the library's exception tells.

    The message names the host and the kind of trouble only: the library's text would repeat the
    URL with its query.
    """
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    unsent = isinstance(reason, _UNSENT) or isinstance(error, _UNSENDABLE)
    # A refused certificate ends the handshake; other TLS trouble can come after the request.
    if unsent or "CERTIFICATE_VERIFY_FAILED" in str(reason):
        what = f"no connection{_host(error, 'to')}: {told(reason)}"
        return NeverSent(what, side=side, where=where)
    return NoAnswer(f"no whole answer{_host(error, 'from')}: {told(error)}", side=side, where=where)


def _host(error: Exception, word: str) -> str:
    url = getattr(getattr(error, "request", None), "url", None)
    return f" {word} {urlsplit(url).netloc}" if url else ""


def told(error: object) -> str:
    """The kind of trouble in words; an unknown one by its name."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "its certificate is not trusted"
    known = (words for kind, words in _TOLD if isinstance(error, kind))
    return next(known, type(error).__name__)
