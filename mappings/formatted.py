"""The relation of a ServiceNow field that holds HTML and a Jira field that holds wiki markup. Pure.

Both are read into documents (:mod:`mappings.markup`) and compared as such: what looks the same is
the same, and formatting that one side cannot hold is no difference. The normal form of either is
the wiki markup of its document, so that a person and the store see one text for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.markup.cutting import begins, cut, put_back
from mappings.markup.document import Document, Paragraph, Words
from mappings.markup.html_reader import read_html
from mappings.markup.html_writer import write_html
from mappings.markup.normal import normal
from mappings.markup.plain_writer import write_plain
from mappings.markup.wiki_reader import read_jira, read_wiki
from mappings.markup.wiki_writer import write_wiki
from mappings.relations import OneField, naming, seats
from mappings.sides import Side
from mappings.text import named, size
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value


@dataclass(frozen=True, slots=True)
class Html(OneField):
    """Formatted text. ``limits`` are the longest texts a side takes, in its own form.

    A text cut at a side's limit counts as equal; where a person edits the cut text, the part that
    was never shown there is kept.
    """

    limits: Mapping[Side, int] = field(default_factory=dict)
    kind: str = "html"

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if isinstance(value, Unknown):
            return UNKNOWN
        if not isinstance(value, str):
            return None
        return _normal(_of_html(value) if side is Side.SERVICENOW else normal(read_jira(value)))

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        return self._alike(servicenow, jira) or self._alike(servicenow, _told(jira, lookup))

    def _alike(self, servicenow: Value, jira: Value) -> bool:
        if servicenow == jira:
            return True
        if not isinstance(servicenow, str) or not isinstance(jira, str):
            return False
        here, there = _of_wiki(servicenow), _of_wiki(jira)
        return self._is_cut(Side.SERVICENOW, here, there) or self._is_cut(Side.JIRA, there, here)

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        if to is Side.SERVICENOW:
            value = _told(value, lookup)
        else:
            current = _told(current, lookup)
        if not isinstance(value, str):
            return None
        if isinstance(current, str):
            whole = self._rejoined(to, _of_wiki(value), _of_wiki(current))
            if whole is not None and self.holds(*seats(to, value, whole), lookup):
                return whole
        return self._fitted(to, _of_wiki(value))

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        html = side is Side.SERVICENOW and isinstance(wanted, str)
        written = write_html(_of_wiki(str(wanted))) if html else wanted
        return Change(fields={self.ends.of(side): written})

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return write_plain(read_wiki(value)) if isinstance(value, str) else "-"

    def _fits(self, side: Side, document: Document) -> bool:
        return _size(side, document) <= self.limits[side]

    def _fitted(self, side: Side, document: Document) -> str | None:
        found = cut(document, lambda part: self._fits(side, part))
        return _normal(found.marked() if found.rest else document)

    def _is_cut(self, side: Side, short: Document, long: Document) -> bool:
        """Whether one is the other's beginning, and was cut rather than rewritten: it fills the
        field well, or is what we would show."""
        if not begins(short, long) or self._fits(side, long):
            return False
        filled = self.limits[side] // 2 < _size(side, short)
        return filled or self._fitted(side, long) == _normal(short)

    def _rejoined(self, to: Side, edited: Document, current: Document) -> str | None:
        """An edited beginning with the rest that had been cut away from it."""
        found = cut(current, lambda part: self._fits(to.other, part))
        whole = put_back(edited, found) if found.rest else None
        return None if whole is None else self._fitted(to, whole)


def _told(jira: Value, lookup: Lookup) -> Value:
    """Jira's text as ServiceNow is told it: people by their names."""
    if not isinstance(jira, str) or "@" not in jira:
        return jira
    return _normal(_of_wiki(named(jira, naming(lookup), _as_wiki)))


def _as_wiki(name: str) -> str:
    return write_wiki((Paragraph((Words(name),)),))


def _size(side: Side, document: Document) -> int:
    return size(write_html(document) if side is Side.SERVICENOW else write_wiki(document))


def _of_wiki(text: str) -> Document:
    return normal(read_wiki(text))


def _of_html(text: str) -> Document:
    """HTML, or plain lines that a program wrote into a field of HTML."""
    return read_html(text if "<" in text else text.replace("\n", "<br>"))


def _normal(document: Document) -> str | None:
    return write_wiki(document) or None
