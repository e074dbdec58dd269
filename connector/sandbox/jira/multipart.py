"""The parts of a form, without holding their contents (RFC 7578)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from connector.sandbox.content import Content

LONGEST_HEAD = 16 * 1024
_LINE = re.compile(r"^([\w-]+):[ \t]*(.*?)\r$", re.MULTILINE)
_PARAMETER = re.compile(r';\s*(\w+)="([^"]*)"')


class Malformed(Exception):
    """This is no form."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form."""

    name: str
    filename: str
    type: str
    content: Content


def boundary_of(content_type: str) -> str:
    """The boundary that a header names. Raises ``Malformed``."""
    message = Message()
    message["Content-Type"] = content_type
    found = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(found, str):
        raise Malformed("no multipart/form-data with a boundary")
    return found


def parts(body: Content, boundary: str) -> Iterator[Part]:
    """The fields in their order. Raises ``Malformed``."""
    mark = b"--" + boundary.encode()
    place = 0
    if body.read(0, len(mark)) != mark:
        raise Malformed("the body does not begin with its boundary")
    while True:
        place += len(mark)
        if body.read(place, 2) == b"--":
            return
        start = body.find(b"\r\n\r\n", place)
        end = body.find(b"\r\n" + mark, start + 2) if start >= 0 else -1
        if end < 0 or start - place > LONGEST_HEAD:
            raise Malformed("a part has no end")
        yield _part(
            body.read(place + 2, start + 2 - place), body.part(start + 4, max(end, start + 4))
        )
        place = end + 2


def _part(head: bytes, content: Content) -> Part:
    # Names come as UTF-8 with only quotes and line ends escaped, as browsers send them.
    text = head.decode("utf-8", "replace")
    about = {name.lower(): value for name, value in _LINE.findall(text)}
    params = dict(_PARAMETER.findall(about.get("content-disposition", "")))
    kind = about.get("content-type", "application/octet-stream").partition(";")[0].strip()
    return Part(params.get("name", ""), params.get("filename", ""), kind, content)
