"""Where one record is, for whoever only has to name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """The container and the key of a record; the terms are those of :mod:`connector.base`."""

    container: str
    key: str
