"""Attached files as values: one that a record has, and one to attach. All frozen.

The terms (container, key) are those of :mod:`connector.base`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """One attachment; ``size`` in bytes, ``type`` its content type, ``author`` as a comment's.

    ``digest`` is the SHA-256 in hex where the side tells it, else empty. ``inline``: an image that
    was pasted into a field's text. The name is the person's own and may occur twice.
    """

    container: str
    key: str
    id: str
    name: str
    size: int
    type: str
    author: str
    author_name: str
    created: datetime
    digest: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class FileDraft:
    """A file to attach; ``path`` holds its content, ``size`` bytes with this SHA-256."""

    container: str
    key: str
    name: str
    type: str
    path: Path
    size: int
    digest: str
