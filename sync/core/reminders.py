"""Names of bases that are none: what a link has to remember about a field beside its base. Pure."""

from __future__ import annotations

WAITS = " waits"
"""Stands in the name: a reference that cannot be told before its record has a twin is kept under
it, so that its link is found again when there is one."""


def waits_for(name: str, member: str) -> str:
    """An issue that is linked and has no twin yet."""
    return f"{name}{WAITS} {member}"


OLD_COPY = "@old copy"
"""This link was not shown when its store was found to be an old copy, so what is written here may
be older than what both sides hold once they are. A reference that could not be told then has a
reminder of its own, :func:`old_copy_of`."""


def old_copy_of(name: str) -> str:
    """What this reference tells once it can may be old."""
    return f"{OLD_COPY} {name}"


REFUSED = "@refused"
"""Begins the name that :func:`refused_of` gives."""


def refused_of(name: str) -> str:
    """The first value of this reference was refused: where its link came from still tells it."""
    return f"{REFUSED} {name}"
