"""A part of Jira's description as a field of ServiceNow: what stands under a heading. Pure.

A heading is a line ``h1.`` to ``h6.``, or a line that is bold as a whole. Its section ends at the
next heading of its own rank or above; a bold line ranks below all others. What stands inside code
blocks is no heading. Text that came from ServiceNow is escaped, so it makes no heading either.

It flows to ServiceNow only. A description without the heading, or with nothing under it, says
nothing: what stands in ServiceNow is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mappings.relations import OneField
from mappings.sides import Side
from mappings.text import canonical_text, cut, from_wiki, is_cut
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value

_BLOCK = re.compile(r"\{(?P<kind>code|noformat)(?::[^{}\n]*)?\}.*?\{(?P=kind)\}", re.DOTALL)
_HEADING = re.compile(
    r"^[ \t]*(?:h(?P<rank>[1-6])\.[ \t]+(?P<text>\S[^\n]*)|\*(?P<bold>[^*\n]+)\*[ \t]*:?[ \t]*)$",
    re.MULTILINE,
)
_LOWEST = 7
"""The rank of a bold line."""


@dataclass(frozen=True, slots=True)
class Section(OneField):
    """What stands under one of these headings of Jira's text; ``limit`` is ServiceNow's."""

    headings: tuple[str, ...]
    limit: int
    kind: str = "section"

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if isinstance(value, Unknown):
            return UNKNOWN
        if not isinstance(value, str):
            return None
        return canonical_text(value) if side is Side.SERVICENOW else section(value, self.headings)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        if jira is None or servicenow == jira:
            return True
        return isinstance(servicenow, str) and is_cut(servicenow, str(jira), self.limit)

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if to is Side.JIRA or self.holds(current, value, lookup):
            return current
        return cut(str(value), self.limit)

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        return Change() if side is Side.JIRA else Change(fields={self.ends.servicenow: wanted})


def section(wiki: str, headings: tuple[str, ...]) -> str | None:
    """The plain text under the first of these headings that has any."""
    text = wiki.replace("\r\n", "\n").replace("\r", "\n")
    wanted = {_name(one) for one in headings}
    found = list(_headings(text))
    for place, (rank, name, _, start) in enumerate(found):
        if name not in wanted:
            continue
        end = next((at for other, _, at, _ in found[place + 1 :] if other <= rank), len(text))
        inside = from_wiki(text[start:end]).strip("\n")
        if inside:
            return inside
    return None


def _headings(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Rank, name, first and last place of each heading outside code blocks."""
    blocks = [block.span() for block in _BLOCK.finditer(text)]
    for match in _HEADING.finditer(text):
        if not any(start <= match.start() < end for start, end in blocks):
            rank = int(match["rank"] or _LOWEST)
            yield rank, _name(match["text"] or match["bold"]), match.start(), match.end()


def _name(heading: str) -> str:
    """A heading as it is compared: without markup, case, blanks and a colon at its end."""
    plain = from_wiki(heading).strip("*_+ \t:")
    return " ".join(plain.split()).casefold()
