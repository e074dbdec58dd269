"""Issue links as sets: ``link:is blocked by`` are the issues that block this one, by id. Pure.

Terms: the *words* of a link are what people read on one of its ends, the type's outward text on
the issue that acts ("blocks") and its inward text on the other ("is blocked by"). Words are
compared without case. Where both texts are alike ("relates to"), both directions count as one.

Making or removing a link moves ``updated`` of both issues and stands in both histories (the source
of Jira's ``DefaultIssueLinkManager`` sets both dates, JRA-7156); a link that ends with the deletion
of the issue at its other end moves nothing. A link to an issue that we may not see is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.jira.fields import LINK, is_link
from connector.values import Patch


@dataclass(frozen=True, slots=True)
class LinkType:
    """One kind of link."""

    id: str
    name: str
    inward: str
    outward: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> LinkType:
        """From a row of the list of types, or the type inside a link."""
        return cls(*(str(row.get(name) or "") for name in ("id", "name", "inward", "outward")))


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A link to be made, or to be taken away."""

    name: str
    other: str
    wanted: bool


def apart(patch: Patch) -> tuple[Patch, list[LinkChange]]:
    """A patch without its links, and those: what goes, then what comes."""
    members = ((patch.remove, False), (patch.add, True))
    changes = [
        LinkChange(name, other, wanted)
        for rows, wanted in members
        for name, others in rows.items()
        if is_link(name)
        for other in others
    ]
    add, remove = (
        {name: values for name, values in rows.items() if not is_link(name)}
        for rows in (patch.add, patch.remove)
    )
    return replace(patch, add=add, remove=remove), changes


def linked(rows: Iterable[Any], name: str) -> tuple[str, ...]:
    """The ids of the issues that an issue's links name in these words, in the order of ids."""
    return tuple(sorted({other for _, other in _meant(rows, name)}, key=_order))


def numbers(rows: Iterable[Any], name: str, other: str) -> tuple[str, ...]:
    """The ids of the links between an issue and another one in these words."""
    return tuple(number for number, there in _meant(rows, name) if there == other)


def body(types: Iterable[LinkType], name: str, mine: str, other: str) -> dict[str, Any] | None:
    """The request for a link; ``None`` where no type has these words.

    With ``inwardIssue: A, outwardIssue: B`` of the type Blocks, A blocks B (jira-api.md section 8).
    """
    wanted = _words(name)
    for kind in types:
        texts = {kind.outward.casefold(): (mine, other), kind.inward.casefold(): (other, mine)}
        if wanted in texts:
            acts, suffers = texts[wanted]
            ends = {"inwardIssue": {"id": acts}, "outwardIssue": {"id": suffers}}
            return {"type": {"id": kind.id}, **ends}
    return None


def _meant(rows: Iterable[Any], name: str) -> Iterator[tuple[str, str]]:
    """Link id and other issue's id of the links that read so."""
    wanted = _words(name)
    for row in rows:
        kind = LinkType.of(row.get("type") or {})
        for side, text in (("outwardIssue", kind.outward), ("inwardIssue", kind.inward)):
            there = row.get(side)
            if isinstance(there, Mapping) and text.casefold() == wanted:
                yield str(row.get("id")), str(there.get("id"))


def _words(name: str) -> str:
    return name.removeprefix(LINK).casefold()


def _order(number: str) -> tuple[int, str]:
    return len(number), number
