"""The people file: who is who where an e-mail does not tell, and who stands in for the rest. Pure.

One file beside the pair files, for all pairs. Its entries name one person on
each side and beat every other way to match; ``people.servicenow_field`` names a column of
ServiceNow's users that holds Jira's account ids; ``fallback`` says what a side gets for a person
without a counterpart. Whether an entry's people exist is for the live systems to say
(:mod:`sync.core.people`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from mappings.beside import PEOPLE, found, shaped
from mappings.nodes import Document, Path, Problem
from mappings.schema import Strict, Word
from mappings.sides import Side

NOBODY = "nobody"
"""A fallback: the person field is emptied."""
ASK = "ask"
"""A fallback: the field stays as it is, and a person is asked."""

Name = Annotated[Word, Field(min_length=1)]


class PersonPart(Strict):
    """One person: who it is on each side."""

    servicenow: Name = Field(description="Login, sys_id or e-mail.")
    jira: Name = Field(description="Account id (Cloud), user name (Data Center) or e-mail.")

    def of(self, side: Side) -> str:
        """What a side is told."""
        return self.servicenow if side is Side.SERVICENOW else self.jira


class DirectoryPart(Strict):
    """Where ServiceNow's own directory knows Jira's accounts."""

    servicenow_field: str = Field(
        "", pattern=r"^([a-z][a-z0-9_]*)?$", description="Column of sys_user with account ids."
    )


class FallbackPart(Strict):
    """What a side gets for somebody without a counterpart: a person, ``nobody`` or ``ask``."""

    servicenow: Name = Field(ASK, description="Login, sys_id or e-mail; nobody; ask.")
    jira: Name = Field(ASK, description="Account id, user name or e-mail; nobody; ask.")


class PeopleFile(Strict):
    """The people file of a mapping folder."""

    people: DirectoryPart = Field(default_factory=lambda: DirectoryPart(servicenow_field=""))
    map: list[PersonPart] = Field(default_factory=list, description="Who is who.")
    fallback: FallbackPart = Field(default_factory=lambda: FallbackPart(servicenow=ASK, jira=ASK))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the map; ``line`` is where it stands in the file."""

    servicenow: str
    jira: str
    line: int = 1

    def of(self, side: Side) -> str:
        """Whom it names on a side, in the words of the file."""
        return self.servicenow if side is Side.SERVICENOW else self.jira


@dataclass(frozen=True, slots=True)
class People:
    """What the people file says; without one, what holds then."""

    entries: tuple[Entry, ...] = ()
    servicenow_field: str = ""
    fallback: Mapping[Side, str] = field(default_factory=lambda: dict.fromkeys(Side, ASK))
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def said(self) -> bool:
        """Whether it says anything that would not hold anyway."""
        named = any(fallback != ASK for fallback in self.fallback.values())
        return bool(self.entries or self.servicenow_field or named)

    def stand_in(self, side: Side) -> str:
        """The person who stands in on a side, in the words of the file; empty for nobody."""
        named = self.fallback[side]
        return "" if named in (NOBODY, ASK) else named

    def place(self, line: int) -> str:
        """A line of the file, as messages name it."""
        return f"{self.file}:{line}"

    def problem(self, path: str, line: int, text: str, remedy: str) -> Problem:
        """Something that is wrong with a line of the file."""
        return Problem(self.file, line, path, text, remedy)

    def data(self) -> dict[str, object]:
        """What it says, as plain data: a change of it changes the mappings that use it."""
        return {
            "map": [[entry.servicenow, entry.jira] for entry in self.entries],
            "servicenow_field": self.servicenow_field,
            "fallback": {side.value: named for side, named in self.fallback.items()},
        }


def parsed(texts: Mapping[str, str]) -> tuple[People, list[Problem]]:
    """The people file among these texts, and everything that is wrong with it."""
    document = found(PEOPLE, texts)
    if document is None:
        return People(), []
    shape = shaped(document, PeopleFile, PEOPLE, "map")
    if shape is None:
        return People(file=document.file), document.problems
    _twice(document, shape)
    _stand_ins(document, shape)
    return _people(document, shape), document.problems


def _twice(document: Document, shape: PeopleFile) -> None:
    """A person named twice would have two counterparts."""
    for side in Side:
        first: dict[str, int] = {}
        for place, part in enumerate(shape.map):
            path: Path = ("map", place, side.value)
            earlier = first.setdefault(part.of(side).casefold(), place)
            if earlier != place:
                line = document.line(("map", earlier))
                told = f"{part.of(side)!r} stands in line {line} too"
                document.complain(path, told, f"Name each {side} person once.")


def _stand_ins(document: Document, shape: PeopleFile) -> None:
    """An entry cannot name a word that stands for no person."""
    for place, part in enumerate(shape.map):
        for side in Side:
            if part.of(side) in (NOBODY, ASK):
                path: Path = ("map", place, side.value)
                document.complain(
                    path, f"`{part.of(side)}` is no person", "Remove the entry, or name one."
                )


def _people(document: Document, shape: PeopleFile) -> People:
    return People(
        tuple(_entries(document, shape)),
        shape.people.servicenow_field,
        {Side.SERVICENOW: shape.fallback.servicenow, Side.JIRA: shape.fallback.jira},
        document.file,
        {
            "people.servicenow_field": document.line(("people", "servicenow_field")),
            **{f"fallback.{side}": document.line(("fallback", side.value)) for side in Side},
        },
    )


def _entries(document: Document, shape: PeopleFile) -> Iterator[Entry]:
    for place, part in enumerate(shape.map):
        yield Entry(part.servicenow, part.jira, document.line(("map", place)))
