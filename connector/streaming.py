"""Contents of files on their way, in memory of constant size.

What is fetched goes through a :class:`Sink`, which counts and hashes it; what is sent is a
:class:`Body`, which the HTTP library reads in blocks. A file may be larger than memory, so neither
ever holds more than a chunk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from connector.contents import File
from connector.errors import BrokenAnswer, ConnectorError

UNKNOWN = "application/octet-stream"
_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(; ?[\w-]+=[\w.-]+)*", re.ASCII)
CHUNK = 64 * 1024
WORDS = 64 * 1024
"""How much of a refusal's body is read."""


class Sink:
    """Where a content goes: an open file, from its present place on.

    The ``file`` says which length the side announced. Each :meth:`take` begins anew.
    """

    def __init__(self, into: BinaryIO, file: File, side: str) -> None:
        self._into = into
        self._size = file.size
        self._type = file.type.partition(";")[0].strip()
        self._side = side
        self._start = into.tell()
        self._fresh = True
        self.digest = ""

    def take(self, chunks: Iterable[bytes], where: str) -> None:
        """Write everything down. Raises ``BrokenAnswer`` for a content of another length."""
        self._rewind()
        found, count = hashlib.sha256(), 0
        for chunk in chunks:
            count += len(chunk)
            if count > self._size:
                raise self._wrong(where, "longer")
            found.update(chunk)
            self._into.write(chunk)
        if count < self._size:
            raise self._wrong(where, "shorter")
        self.digest = found.hexdigest()

    def is_page(self, kind: str | None) -> bool:
        """Whether this content type is that of a page, where a file of another type is due."""
        came = (kind or "").partition(";")[0].strip().lower()
        return came == "text/html" and self._type.lower() != came

    def _rewind(self) -> None:
        if not self._fresh:
            self._into.seek(self._start)
            self._into.truncate()
        self._fresh = False

    def _wrong(self, where: str, how: str) -> BrokenAnswer:
        what = f"the content of a file is {how} than its {self._size} bytes"
        return BrokenAnswer(what, side=self._side, where=where)


def content_type(told: str) -> str:
    """A content type that may stand in a header; what somebody wrote there is no command."""
    return told if _TYPE.fullmatch(told) else UNKNOWN


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on disk that goes out as a body, between two short pieces."""

    path: Path
    size: int
    type: str
    head: bytes = b""
    tail: bytes = b""

    @contextmanager
    def opened(self) -> Iterator[Body | bytes]:
        """The body, for one attempt."""
        with self.path.open("rb") as file:
            body = Body(file, self)
            # Without a length the HTTP library would send it in a way that not everybody reads.
            yield body if len(body) else b""

    def check(self, side: str) -> None:
        """Raise for a content on disk that is not what was announced."""
        try:
            there = self.path.stat().st_size
        except OSError:
            there = -1
        if there != self.size:
            what = f"the content of a file on this machine is not the {self.size} bytes it was"
            raise ConnectorError(what, side=side, remedy="It is fetched anew with the next pass.")


class Body:
    """What the HTTP library reads: head, content, tail; its length is known beforehand."""

    def __init__(self, file: BinaryIO, upload: Upload) -> None:
        self._file = file
        self._left = upload.size
        self._head, self._tail = upload.head, upload.tail
        self._length = len(upload.head) + upload.size + len(upload.tail)

    def __len__(self) -> int:
        return self._length

    def read(self, number: int = CHUNK) -> bytes:
        """The next bytes, none at the end. Raises ``OSError`` where the file ends early."""
        if self._head:
            piece, self._head = self._head[:number], self._head[number:]
            return piece
        if self._left:
            piece = self._file.read(min(number, self._left))
            if not piece:
                raise OSError("the content on disk became shorter while it was sent")
            self._left -= len(piece)
            return piece
        piece, self._tail = self._tail[:number], self._tail[number:]
        return piece

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")
