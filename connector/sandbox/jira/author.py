"""Who writes, and in which API version his texts come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes. ``rich`` is the newer API version, with documents for long texts."""

    key: str
    rich: bool = False
