"""Knowledge articles over the Table API: records named by their number, and their ties to tasks.

The terms are those of :mod:`connector.articles`. Each call works on the rows behind the numbers it
is given; the row that a write goes to is the one it was decided on, named in the version token.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector import articles
from connector.articles import ARTICLE, BASE, PROBLEM, TIE, Tie
from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    Gone,
    NotThere,
    Rejected,
)
from connector.outcomes import Lost, outcome
from connector.servicenow.answers import SIDE
from connector.servicenow.door import Door
from connector.servicenow.lists import by_id, by_time, page_of
from connector.servicenow.query import chunks, joined, one_of, searchable, term
from connector.servicenow.translate import PLAIN, columns, moment, needed, payload, record, version
from connector.values import (
    Done,
    Draft,
    Move,
    NotSent,
    Patch,
    Record,
    Refused,
    Sighting,
    Unclear,
    WriteResult,
)

_MOVED = "sys_id,number,sys_mod_count,sys_updated_on"
_TIED = "sys_id,task,kb_knowledge,kb_knowledge.number,task.sys_class_name,sys_created_on"
_CLOSED = (AccessLost, NotThere, Rejected)
"""What an instance answers that keeps a table from us."""

Row = dict[str, Any]


class Articles:
    """Articles of one account."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._bases: dict[str, str] = {}

    # ---- reading

    def listed(
        self, table: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All articles of which a row is selected."""
        told: set[str] = set()
        for rows in by_id(self._door, table, articles.as_scope(scope), "sys_id,number"):
            numbers = {needed(row, "number") for row in rows} - told
            told |= numbers
            yield tuple(self.read(table, sorted(numbers), fields).values())

    def read(self, table: str, keys: Collection[str], fields: Collection[str]) -> dict[str, Record]:
        """Articles by number; what is gone or hidden is absent."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows(table, keys, columns(articles.columns_of(fields))):
            found[needed(row, "number")].append(row)
        loose = [key for key, rows in found.items() if not articles.speaking(rows).get("source")]
        homes = self._homes(loose) if articles.SOURCE in fields else {}
        return {
            key: self._record(rows, fields, homes.get(key)) for key, rows in sorted(found.items())
        }

    def in_scope(self, table: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these have a row that a scope selects."""
        found: set[str] = set()
        for part in chunks(searchable(sorted(keys))):
            query = joined(articles.as_scope(scope), one_of("number", part))
            for rows in by_id(self._door, table, query, "sys_id,number"):
                found.update(needed(row, "number") for row in rows)
        return frozenset(found & set(keys))

    def find(self, table: str, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Articles among whose words is one of these marks."""
        found: dict[str, tuple[Record, ...]] = {}
        for part in chunks(searchable(sorted(marks)), size=20):
            query = "^OR".join(term(articles.META, "LIKE", mark) for mark in part)
            rows = [row for page in by_id(self._door, table, query, "sys_id,number,meta")
                    for row in page]  # fmt: skip
            read = self.read(table, {needed(row, "number") for row in rows}, ("correlation_id",))
            for mark in part:
                numbers = {needed(r, "number") for r in rows if mark in articles.words(r["meta"])}
                if numbers:
                    found[mark] = tuple(read[number] for number in sorted(numbers & read.keys()))
        return found

    def moved(self, since: datetime) -> Iterator[tuple[Sighting, ...]]:
        """Rows that moved, by the number of their article."""
        for rows in by_time(self._door, ARTICLE, (), "sys_updated_on", since, _MOVED):
            yield tuple(
                Sighting(ARTICLE, needed(row, "number"), _version(row), _at(row)) for row in rows
            )

    def attached(self, since: datetime) -> Iterator[tuple[Sighting, ...]]:
        """Problems that an article was attached to."""
        base = (term("task.sys_class_name", "=", PROBLEM),)
        for rows in by_time(self._door, TIE, base, "sys_created_on", since, _TIED):
            yield tuple(
                Sighting(
                    PROBLEM, needed(row, "task"), needed(row, "sys_id"),
                    moment(needed(row, "sys_created_on")),
                )
                for row in rows
            )  # fmt: skip

    def author(self, key: str) -> tuple[str, datetime]:
        """Login and time of an article's last change. Raises ``Gone``."""
        held = self.read(ARTICLE, [key], ()).get(key)
        if held is None:
            raise Gone("the article is not visible", side=SIDE)
        return held.updated_by, held.updated

    def closed(self) -> str:
        """Why articles cannot be worked with here, in words; empty where they can."""
        try:
            page_of(self._door, ARTICLE, "", "sys_id,number", limit=1)
            page_of(self._door, TIE, "", "sys_id", limit=1)
            return "" if self._known_bases() else articles.NO_BASE
        except _CLOSED as error:
            return error.what

    # ---- ties

    def ties(self, tasks: Collection[str]) -> tuple[Tie, ...]:
        """Articles that hang on these tasks; one that only names its task has no row of its own."""
        found: dict[tuple[str, str], Tie] = {}
        for part in chunks(searchable(sorted(tasks))):
            for row in self._all(TIE, one_of("task", part), _TIED):
                task, number = needed(row, "task"), str(row.get("kb_knowledge.number") or "")
                found[(task, number)] = Tie(task, number)
            fields = f"sys_id,number,{articles.SOURCE}"
            for row in self._all(ARTICLE, one_of(articles.SOURCE, part), fields):
                place = (needed(row, articles.SOURCE), needed(row, "number"))
                found.setdefault(place, Tie(*place, written=False))
        return tuple(found[place] for place in sorted(found))

    def tie(self, tie: Tie) -> WriteResult:
        """One row that ties a task and an article; never sent again when its fate is unclear."""
        return outcome(lambda: self._tie(tie))

    def _tie(self, tie: Tie) -> WriteResult:
        rows = self._rows(ARTICLE, [tie.article], columns((articles.STATE,)))
        if not rows:
            return NotSent(Gone("the article is not visible", side=SIDE, where=tie.article))
        body = {"task": tie.task, "kb_knowledge": needed(articles.speaking(rows), "sys_id")}
        row = self._door.write("POST", f"/table/{TIE}", body, {**PLAIN, "sysparm_fields": "sys_id"})
        if not isinstance(row, dict) or not row.get("sys_id"):
            raise Lost(BrokenAnswer("the answer to a tie names no row", side=SIDE))
        return Done(str(row["sys_id"]))

    # ---- writing

    def create(self, draft: Draft) -> WriteResult:
        """One new draft; never sent again when its fate is unclear."""
        return outcome(lambda: self._insert(draft))

    def _insert(self, draft: Draft) -> WriteResult:
        body = payload({k: v for k, v in draft.fields.items() if k not in articles.MARKS})
        body[articles.META] = draft.mark
        if "kb_knowledge_base" not in body:
            body["kb_knowledge_base"] = self._base()
        fields = articles.columns_of(draft.fields)
        params = {**PLAIN, "sysparm_fields": columns(fields)}
        row = self._door.write("POST", f"/table/{ARTICLE}", body, params)
        if not isinstance(row, dict) or not row.get("number"):
            raise Lost(BrokenAnswer("the answer to a create names no article", side=SIDE))
        number = str(row["number"])
        return Done(number, number, self._shown([row], draft.fields))

    def patch(self, patch: Patch, fields: Collection[str]) -> WriteResult:
        """Change the row that the patch was decided on."""
        if patch.add or patch.remove or patch.properties:
            return Refused(Rejected("articles have no labels and no entity properties", side=SIDE))
        written = self._patched(patch.key, patch.version, payload(patch.fields))
        if not isinstance(written, dict):
            return written
        stored = self._read_back(patch.key, fields)
        before, after = _count(patch.version), str(written.get("sys_mod_count") or "")
        crowded = bool(before) and after.isdigit() and int(after) > int(before) + 1
        label = stored.label if stored else patch.key
        return Done(patch.key, label, stored, intruded=crowded)

    def move(self, move: Move, fields: Collection[str]) -> WriteResult:
        """Bring an article into another state; where that is the flow's alone it is refused."""
        names = {*fields, move.name}
        try:
            held = move.present or self.read(ARTICLE, [move.key], names).get(move.key)
        except ConnectorError as error:
            return NotSent(error)
        if held is None:
            return NotSent(Gone("the article is not visible", side=SIDE, where=move.key))
        if held.fields.get(move.name) in move.targets:
            return Done(move.key, held.label, held)
        wanted = move.targets[0]
        written = self._patched(move.key, held.version, {move.name: wanted, **payload(move.fields)})
        if not isinstance(written, dict):
            return written
        if written.get(move.name) != wanted:
            return Refused(
                Rejected(articles.KEPT, side=SIDE, field=move.name, remedy=articles.HOW_MOVED)
            )
        return Done(move.key, move.key, self._read_back(move.key, names), (wanted,))

    # ---- inside

    def _patched(self, key: str, token: str, body: Mapping[str, str]) -> Row | WriteResult:
        try:
            row_id = token.partition(":")[0] or self._speaking_id(key)
            params = {**PLAIN, "sysparm_fields": columns({*body})}
            row = self._door.write("PATCH", f"/table/{ARTICLE}/{row_id}", body, params)
        except Lost as lost:
            return Unclear(lost.error)
        except Rejected as error:
            error.remedy = articles.HOW_MOVED
            return Refused(error)
        except ConnectorError as error:
            return NotSent(error)
        return row if isinstance(row, dict) else Done(key)

    def _speaking_id(self, key: str) -> str:
        rows = self._rows(ARTICLE, [key], columns((articles.STATE,)))
        if not rows:
            raise Gone("the article is not visible", side=SIDE, where=key)
        return needed(articles.speaking(rows), "sys_id")

    def _read_back(self, key: str, fields: Collection[str]) -> Record | None:
        """The write is done all the same where it cannot be read."""
        try:
            return self.read(ARTICLE, [key], fields).get(key)
        except ConnectorError:
            return None

    def _shown(self, rows: Sequence[Row], fields: Collection[str]) -> Record | None:
        try:
            return self._record(rows, fields, None)
        except ConnectorError:
            return None

    def _rows(self, table: str, keys: Collection[str], fields: str) -> list[Row]:
        def part(some: Sequence[str]) -> list[Row]:
            return self._all(table, one_of("number", some), fields)

        lists = self._door.parallel(part, list(chunks(searchable(sorted(keys)))))
        wanted = set(keys)
        return [row for one in lists for row in one if row.get("number") in wanted]

    def _all(self, table: str, query: str, fields: str) -> list[Row]:
        return [row for page in by_id(self._door, table, query, fields) for row in page]

    def _homes(self, numbers: Collection[str]) -> dict[str, str]:
        """The problems that articles hang on, the earliest of several."""
        found: dict[str, str] = {}
        rows: list[Row] = []
        try:
            for part in chunks(searchable(sorted(numbers))):
                theirs = one_of("kb_knowledge.number", part)
                query = joined(theirs, term("task.sys_class_name", "=", PROBLEM))
                rows += self._all(TIE, query, _TIED)
        except _CLOSED:
            return {}
        for row in sorted(rows, key=lambda row: (row["sys_created_on"], row["sys_id"])):
            found.setdefault(str(row.get("kb_knowledge.number")), needed(row, "task"))
        return found

    def _record(self, rows: Sequence[Row], fields: Collection[str], home: str | None) -> Record:
        row, begun = articles.speaking(rows), articles.first(rows)
        own = [name for name in fields if name not in articles.MARKS]
        shown = record(ARTICLE, dict(row), own, self._door.url)
        values = dict(shown.fields)
        if articles.SOURCE in values:
            values[articles.SOURCE] = values[articles.SOURCE] or home
        if articles.OUT in values:
            values[articles.OUT] = articles.out(rows)
        mark = articles.correlation(row.get(articles.META))
        if mark and "correlation_id" in fields:
            values["correlation_id"] = mark
        number = needed(row, "number")
        return replace(
            shown,
            key=number,
            label=number,
            version=_version(row),
            created=moment(needed(begun, "sys_created_on")),
            created_by=str(begun.get("sys_created_by") or ""),
            url=f"{self._door.url}/kb_view.do?sysparm_article={number}",
            fields=values,
        )

    def _known_bases(self) -> dict[str, str]:
        if not self._bases:
            query = term("active", "=", "true")
            rows = self._all(BASE, query, "sys_id,title")
            self._bases = {needed(row, "sys_id"): str(row.get("title") or "") for row in rows}
        return self._bases

    def _base(self) -> str:
        known = self._known_bases()
        chosen = articles.chosen_base(known)
        if chosen is None:
            self._bases = {}
            what = articles.WHICH_BASE if known else articles.NO_BASE
            raise Rejected(what, side=SIDE, field="kb_knowledge_base", remedy=articles.NAME_BASE)
        return chosen


def _version(row: Mapping[str, Any]) -> str:
    return f"{row.get('sys_id', '')}:{version(row)}"


def _count(token: str) -> str:
    """The number of writes inside a version token."""
    found = token.partition(":")[2].partition("/")[0]
    return found if found.isdigit() else ""


def _at(row: Mapping[str, Any]) -> datetime:
    return moment(needed(row, "sys_updated_on"))
