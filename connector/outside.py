"""Reading from an address that nobody configured, because a side's answer leads there.

A redirect is text from outside: it must not make us knock at a neighbour's door, and it must never
carry who we are (security S-12, S-13). So everything here is without credentials, cookies and
ambient settings; the address must be as safe as the configured one, its host must be public unless
the configured one is not, and that is checked again on the connection itself, because a name may
mean something else a moment later. Only a few steps are followed.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from connector.errors import BrokenAnswer
from connector.wire import FAILURES, broken, tame

STEPS = 3
REDIRECTS = (301, 302, 303, 307, 308)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Take = Callable[[requests.Response], None]


def kind_of(address: Address) -> str:
    """``public``, ``loopback``, ``private``, or ``special``, which no content has any business at.

    What is packed inside an IPv6 address counts: that is where the packets go.
    """
    inner = _inside(address)
    if inner is not None:
        return kind_of(inner)
    if address.is_loopback:
        return "loopback"
    special = (address.is_link_local, address.is_multicast, address.is_unspecified)
    if any(special) or address.is_reserved:
        return "special"
    if address.is_private:
        return "private"
    return "public" if address.is_global else "special"


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def addresses(host: str) -> list[Address]:
    """Everything that a host name, or any spelling of a number, stands for."""
    number = _number(host)
    if number is not None:
        return [number]
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]


class Outside:
    """Reads contents from elsewhere for one side, whose configured address is ``base``."""

    def __init__(
        self,
        side: str,
        base: str,
        timeout: tuple[float, float],
        *,
        count: Callable[[], None],
        mount: BaseAdapter | None = None,
        resolve: Callable[[str], list[Address]] = addresses,
    ) -> None:
        self._side = side
        self._base = urlsplit(base)
        self._timeout = timeout
        self._count = count
        self._mount = mount
        self._resolve = resolve
        self._kinds: frozenset[str] | None = None

    def read(self, start: str, location: str, where: str, take: Take) -> None:
        """Follow ``location``, found at ``start``, to a content.

        ``take`` gets its answer, whose body is not read yet. Raises ``BrokenAnswer`` for an
        address that is not followed, or that leads on for ever.
        """
        url = start
        for _step in range(STEPS):
            if not location:
                raise self._refused("there is none", where)
            url = urljoin(url, location)
            self.check(url, where)
            self._count()
            with self._session() as session, closing(self._get(session, url, where)) as found:
                if found.status_code not in REDIRECTS:
                    take(found)
                    return
                location = found.headers.get("Location", "")
        raise self._refused("it leads on and on", where)

    def check(self, url: str, where: str) -> None:
        """Raise for an address that must not be asked."""
        parts = urlsplit(url)
        if parts.scheme not in ("https", self._base.scheme) or parts.scheme not in _SCHEMES:
            raise self._refused("it is not https", where)
        if parts.username is not None or parts.password is not None or not parts.hostname:
            raise self._refused("it is no plain address", where)
        number = _number(parts.hostname)
        if number is None and self._mount is not None:
            return  # names mean nothing to a fake
        found = self._resolve(parts.hostname) if number is None else [number]
        if not found:
            raise self._refused("nobody knows its host", where)
        if any(kind_of(address) not in self._allowed() for address in found):
            raise self._refused("its host is not public", where)

    def _allowed(self) -> frozenset[str]:
        """Where contents may lie: in public, or where the configured side itself lies."""
        if self._kinds is None:
            host = self._base.hostname or ""
            own = {kind_of(address) for address in self._resolve(host)}
            self._kinds = frozenset({"public", *(own - {"special"})})
        return self._kinds

    def _session(self) -> requests.Session:
        session = requests.Session()
        tame(session)
        session.headers.clear()
        session.headers.update(
            {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "tandem"}
        )
        adapter = self._mount or _Checked(self._check_peer)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def _get(self, session: requests.Session, url: str, where: str) -> requests.Response:
        try:
            return session.get(url, timeout=self._timeout, allow_redirects=False, stream=True)
        except NotPublic as error:
            raise self._refused("its host is not public", where) from error
        except FAILURES as error:
            raise broken(error, self._side, where) from error

    def _check_peer(self, name: str) -> None:
        address = ipaddress.ip_address(name.partition("%")[0])
        if kind_of(address) not in self._allowed():
            raise NotPublic(name)

    def _refused(self, why: str, where: str) -> BrokenAnswer:
        return BrokenAnswer(
            f"a content is said to lie at an address that is not followed: {why}",
            side=self._side,
            where=where,
            remedy="Check what answers for this side: a proxy or somebody else may do.",
        )


_SCHEMES = ("https", "http")


class NotPublic(Exception):
    """A connection came about with somebody who must not be asked."""


def _number(host: str) -> Address | None:
    """The address that a host spells, in any way that systems understand: ``127.1`` is one."""
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        try:
            return ipaddress.IPv6Address(host.partition("%")[0])
        except ValueError:
            return None


class _Checked(HTTPAdapter):
    """Looks at whom a connection came about with, before anything is said on it."""

    def __init__(self, check: Callable[[str], None]) -> None:
        self._check = check
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """The pools of the HTTP library, with connections of ours."""
        super().init_poolmanager(*args, **options)
        check = self._check

        class Plain(urllib3.connection.HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _looked_at(super()._new_conn(), check)

        class Secure(urllib3.connection.HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _looked_at(super()._new_conn(), check)

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _looked_at(connection: socket.socket, check: Callable[[str], None]) -> socket.socket:
    try:
        check(str(connection.getpeername()[0]))
    except BaseException:
        connection.close()
        raise
    return connection
