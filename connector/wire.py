"""What both clients hold about the wire: tame sessions, and what a broken connection means.

Terms: an *attempt* is one HTTP request; it ends in an answer, in :class:`NeverSent` (nothing
reached the side) or in :class:`NoAnswer` (something may have).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote_plus, urlsplit

import requests
import urllib3
from requests.cookies import RequestsCookieJar

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


class _NoCookies(RequestsCookieJar):
    """A jar that stays empty; what a side wants to put in is not even taken apart."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave them."""


def tame(session: requests.Session) -> None:
    """Nothing from the environment, and no cookies: they would serialise all requests."""
    session.trust_env = False
    session.cookies = _NoCookies(DefaultCookiePolicy(allowed_domains=[]))


def sent(
    session: requests.Session,
    request: requests.Request,
    timeout: tuple[float, float],
    *,
    stream: bool = False,
) -> requests.Response:
    """One attempt: no redirect is followed, no proxy is looked for."""
    ready = prepared(session, request)
    return session.send(ready, timeout=timeout, stream=stream, allow_redirects=False, proxies={})


def prepared(session: requests.Session, request: requests.Request) -> requests.PreparedRequest:
    """What ``Session.prepare_request`` makes for a tame session, at a fraction of its cost.

    A tame session adds its headers and who we are, nothing else: no cookies, no parameters, no
    hooks. The library merges all of them for each request, and takes the whole URL apart twice.
    """
    found = requests.PreparedRequest()
    found.prepare_method(request.method)
    found.url = _address(str(request.url)) + _query(request.params)
    found.prepare_headers({**session.headers, **request.headers})
    found._cookies = session.cookies  # type: ignore[attr-defined]
    found.prepare_body(request.data, request.files, request.json)
    found.prepare_auth(session.auth if request.auth is None else request.auth, found.url)
    return found


@lru_cache(maxsize=1024)
def _address(url: str) -> str:
    """A URL without a query as the library writes it; raises what the library raises."""
    found = requests.PreparedRequest()
    found.prepare_url(url, None)
    return str(found.url)


def _query(params: Mapping[str, Any] | None) -> str:
    """Parameters as the library writes them: one for each value of a list, never ``None``."""
    pairs = [(name, each) for name, value in (params or {}).items() for each in _each(value)]
    text = "&".join(f"{_quoted(name)}={_quoted(str(each))}" for name, each in pairs)
    return f"?{text}" if text else ""


def _each(value: Any) -> Iterable[Any]:
    values = value if isinstance(value, list | tuple) else (value,)
    return (one for one in values if one is not None)


_quoted = lru_cache(maxsize=512)(quote_plus)
"""Most names and values are those of the request before."""


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
