"""Questions that a side answers with numbers, counted by itself, without handing out records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """How many records of a container a scope selects (empty scope: all).

    ``scope`` is an encoded query or JQL, as in a mapping. ``by`` is a column to count apart by its
    raw values (``sys_id`` for references); empty asks for the one total.
    """

    scope: str = ""
    by: str = ""


TOTAL = ""
"""The key of the only number of a question that counts nothing apart."""
