"""Bytes of any length: what files hold, and long bodies on their way.

A short content lies in memory, a long one in a temporary file without a name, which is gone when
nobody holds it any more, whatever happens to the process. Nothing here needs more memory for a
longer content: it is taken in, searched, cut into parts and given out in chunks.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from functools import cached_property
from io import RawIOBase
from typing import Any

CHUNK = 64 * 1024
IN_MEMORY = 256 * 1024
"""Up to so many bytes are kept without a file."""


class _Spool:
    """A temporary file that many may read at once."""

    def __init__(self, first: Iterable[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with its last reader
        weakref.finalize(self, self._file.close)
        for chunk in first:
            self._file.write(chunk)
        self._file.flush()

    def read(self, start: int, number: int) -> bytes:
        """Some bytes, without moving anybody's place."""
        return os.pread(self._file.fileno(), number, start)


class Content:
    """Some bytes that never change."""

    def __init__(self, held: bytes | _Spool, start: int, size: int) -> None:
        self._held = held
        self._start = start
        self.size = size

    @classmethod
    def of(cls, data: bytes) -> Content:
        """Bytes at hand."""
        return cls(data, 0, len(data))

    @classmethod
    def gathered(cls, chunks: Iterable[bytes]) -> Content:
        """Everything that comes, in order."""
        rest, first, size = iter(chunks), [], 0
        for chunk in rest:
            first.append(chunk)
            size += len(chunk)
            if size > IN_MEMORY:
                return cls._spooled(first, rest)
        return cls.of(b"".join(first))

    @classmethod
    def _spooled(cls, first: list[bytes], rest: Iterator[bytes]) -> Content:
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            while first:
                size += len(first[0])
                yield first.pop(0)
            for chunk in rest:
                size += len(chunk)
                yield chunk

        spool = _Spool(counted())
        return cls(spool, 0, size)

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex."""
        found = hashlib.sha256()
        for chunk in self.chunks():
            found.update(chunk)
        return found.hexdigest()

    def read(self, start: int, number: int) -> bytes:
        """At most so many bytes from a place on."""
        at = self._start + start
        number = max(0, min(number, self.size - start))
        held = self._held
        return held[at : at + number] if isinstance(held, bytes) else held.read(at, number)

    def whole(self) -> bytes:
        """All bytes at once, for those that are known to be few."""
        return self.read(0, self.size)

    def chunks(self) -> Iterator[bytes]:
        """All bytes in runs of bounded length."""
        for start in range(0, self.size, CHUNK):
            yield self.read(start, CHUNK)

    def part(self, start: int, end: int) -> Content:
        """Some of the bytes, without a copy."""
        return Content(self._held, self._start + start, end - start)

    def find(self, wanted: bytes, start: int = 0) -> int:
        """Where these bytes first stand from a place on; -1 where they do not."""
        step = CHUNK + len(wanted) - 1
        for place in range(start, self.size, CHUNK):
            found = self.read(place, step).find(wanted)
            if found >= 0:
                return place + found
        return -1

    def opened(self) -> RawIOBase:
        """The bytes as a file to read from."""
        return _Reader(self)

    def __deepcopy__(self, _memo: Any) -> Content:
        return self


class _Reader(RawIOBase):
    def __init__(self, content: Content) -> None:
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        chunk = self._content.read(self._at, len(buffer))
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)
