"""Knowledge articles for the direct adapter: what the real one gets, without the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from connector import articles
from connector.articles import ARTICLE, BASE, PROBLEM, TIE, Tie
from connector.errors import AccessLost, ConnectorError, Gone, NotThere, Rejected
from connector.outcomes import outcome
from connector.sandbox.servicenow.direct_shapes import plain, version
from connector.sandbox.servicenow.direct_writes import Shown, Writes, gone
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Wire
from connector.values import (
    Done,
    Draft,
    Move,
    NotSent,
    Patch,
    Record,
    Refused,
    Sighting,
    WriteResult,
)

_SIDE = "servicenow"
_PATH = "/api/now/table"
Select = Callable[[str, str, int], list[Row]]


class DirectArticles:
    """Articles of one account. ``select`` is a query on a table for so many keys."""

    def __init__(
        self, world: World, wire: Wire, writes: Writes, select: Select, shown: Shown
    ) -> None:
        self._world = world
        self._wire = wire
        self._writes = writes
        self._select = select
        self._row_shown = shown

    # ---- reading

    def listed(self, scope: str, fields: Collection[str]) -> tuple[Record, ...]:
        """All articles of which a row is selected."""
        rows = self._select(ARTICLE, articles.as_scope(scope), 1)
        return tuple(self.read({row["number"] for row in rows}, fields).values())

    def read(self, keys: Collection[str], fields: Collection[str]) -> dict[str, Record]:
        """Articles by number; hidden and gone ones are absent."""
        if not keys:
            return {}
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._select(ARTICLE, _among("number", keys), len(keys)):
            found[row["number"]].append(row)
        loose = [key for key, rows in found.items() if not articles.speaking(rows).get("source")]
        homes = self._homes(loose) if loose and articles.SOURCE in fields else {}
        return {key: self._shown(found[key], fields, homes.get(key)) for key in sorted(found)}

    def in_scope(self, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these have a row that a scope selects."""
        if not keys:
            return frozenset()
        rows = self._select(ARTICLE, articles.as_scope(scope), len(keys))
        return frozenset(row["number"] for row in rows) & frozenset(keys)

    def find(self, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Articles among whose words is one of these marks."""
        if not marks:
            return {}
        query = "^OR".join(f"{articles.META}LIKE{mark}" for mark in sorted(marks))
        rows = self._select(ARTICLE, query, len(marks))
        read = self.read({row["number"] for row in rows}, ("correlation_id",))
        found = {}
        for mark in marks:
            numbers = {r["number"] for r in rows if mark in articles.words(r.get(articles.META))}
            if numbers:
                found[mark] = tuple(read[number] for number in sorted(numbers & read.keys()))
        return found

    def closed(self) -> str:
        """Why articles cannot be worked with here; empty where they can."""
        try:
            self._select(ARTICLE, "", 1)
            self._select(TIE, "", 1)
            return "" if self._bases() else articles.NO_BASE
        except (AccessLost, NotThere) as error:
            return error.what

    def author(self, key: str) -> tuple[str, str]:
        """Login and stamp of an article's last change. Raises ``Gone``."""
        rows = self._select(ARTICLE, _among("number", [key]), 1)
        if not rows:
            raise Gone("The article is gone or hidden", side=_SIDE, where=key)
        row = articles.speaking(rows)
        return str(row["sys_updated_by"]), str(row["sys_updated_on"])

    # ---- ties

    def ties(self, tasks: Collection[str]) -> tuple[Tie, ...]:
        """Articles that hang on these tasks; one that only names its task has no row of its own."""
        if not tasks:
            return ()
        found: dict[tuple[str, str], Tie] = {}
        for row in self._select(TIE, _among("task", tasks), len(tasks)):
            article = self._world.row(ARTICLE, row["kb_knowledge"])
            hidden = article is None or self._world.is_hidden(article)
            number = "" if article is None or hidden else article["number"]
            found[(row["task"], number)] = Tie(row["task"], number)
        for row in self._select(ARTICLE, _among(articles.SOURCE, tasks), len(tasks)):
            place = (row["source"], row["number"])
            found.setdefault(place, Tie(*place, written=False))
        return tuple(found[place] for place in sorted(found))

    def tie(self, me: Caller, tie: Tie) -> WriteResult:
        """One row that ties a task and an article."""
        try:
            rows = self._select(ARTICLE, _among("number", [tie.article]), 1)
        except ConnectorError as error:
            return NotSent(error)
        if not rows:
            return NotSent(gone(tie.article))
        values = {"task": tie.task, "kb_knowledge": str(articles.speaking(rows)["sys_id"])}
        path = f"{_PATH}/{TIE}"

        def do() -> WriteResult:
            return Done(self._world.insert(TIE, values, me)["sys_id"])

        return self._wire.write("POST", path, lambda: self._writes.attempt(path, do))

    # ---- writing

    def create(self, me: Caller, draft: Draft) -> WriteResult:
        """One new draft."""
        return outcome(lambda: self._create(me, draft))

    def _create(self, me: Caller, draft: Draft) -> WriteResult:
        values = plain({k: v for k, v in draft.fields.items() if k not in articles.MARKS})
        values[articles.META] = draft.mark
        if "kb_knowledge_base" not in values:
            values["kb_knowledge_base"] = self._base()
        path = f"{_PATH}/{ARTICLE}"

        def do() -> WriteResult:
            row = self._world.insert(ARTICLE, values, me)
            return Done(row["number"], row["number"], self._shown([row], draft.fields, None))

        return self._wire.write("POST", path, lambda: self._writes.attempt(path, do))

    def patch(self, me: Caller, patch: Patch, fields: Collection[str]) -> WriteResult:
        """Change the row that the patch was decided on."""
        if patch.add or patch.remove or patch.properties:
            what = "ServiceNow has no labels and no properties"
            return Refused(Rejected(what, side=_SIDE))
        written = self._written(me, (patch.key, patch.version), plain(patch.fields))
        if not isinstance(written, Done):
            return written
        stored = self._read_back(patch.key, fields)
        return Done(patch.key, patch.key, stored)

    def move(self, me: Caller, move: Move, fields: Collection[str]) -> WriteResult:
        """Bring an article into another state."""
        names = {*fields, move.name}
        try:
            held = move.present or self.read([move.key], names).get(move.key)
        except ConnectorError as error:
            return NotSent(error)
        if held is None:
            return NotSent(gone(move.key))
        if held.fields.get(move.name) in move.targets:
            return Done(move.key, held.label, held)
        wanted = move.targets[0]
        values = {move.name: wanted, **plain(move.fields)}
        written = self._written(me, (move.key, held.version), values)
        if not isinstance(written, Done):
            return written
        row = self._world.true_row(written.key) or {}
        if row.get(move.name) != wanted:
            return Refused(
                Rejected(articles.KEPT, side=_SIDE, field=move.name, remedy=articles.HOW_MOVED)
            )
        return Done(move.key, move.key, self._read_back(move.key, names), (wanted,))

    # ---- inside

    def _written(self, me: Caller, place: tuple[str, str], values: dict[str, str]) -> WriteResult:
        """The edit of a row; ``Done.key`` is the row's."""
        key, token = place
        row_id = token.partition(":")[0]
        if not row_id:
            rows = self._select(ARTICLE, _among("number", [key]), 1)
            row_id = str(articles.speaking(rows)["sys_id"]) if rows else ""
        path = f"{_PATH}/{ARTICLE}/{row_id}"

        def do() -> WriteResult:
            self._world.update(ARTICLE, row_id, values, me)
            return Done(row_id)

        result = self._wire.write("PATCH", path, lambda: self._writes.attempt(path, do))
        if isinstance(result, Refused):
            result.error.remedy = articles.HOW_MOVED
        return result

    def _read_back(self, key: str, fields: Collection[str]) -> Record | None:
        try:
            return self.read([key], fields).get(key)
        except ConnectorError:
            return None

    def _homes(self, numbers: Collection[str]) -> dict[str, str]:
        """The problems that articles hang on, the earliest of several."""
        found: dict[str, str] = {}
        query = f"{_among('kb_knowledge.number', numbers)}^task.sys_class_name={PROBLEM}"
        try:
            rows = self._select(TIE, query, len(numbers))
        except AccessLost:
            return {}
        for row in sorted(rows, key=lambda row: (row["sys_created_on"], row["sys_id"])):
            article = self._world.row(ARTICLE, row["kb_knowledge"])
            if article is not None:
                found.setdefault(article["number"], row["task"])
        return found

    def _shown(self, rows: Sequence[Row], fields: Collection[str], home: str | None) -> Record:
        row, begun = articles.speaking(rows), articles.first(rows)
        own = [name for name in fields if name not in articles.MARKS]
        shown = self._row_shown(dict(_text(row)), own)
        values = dict(shown.fields)
        if articles.SOURCE in values:
            values[articles.SOURCE] = values[articles.SOURCE] or home
        if articles.OUT in values:
            values[articles.OUT] = articles.out(rows)
        mark = articles.correlation(row.get(articles.META))
        if mark and "correlation_id" in fields:
            values["correlation_id"] = mark
        number = str(row["number"])
        host = shown.url.partition("/nav_to.do")[0]
        return replace(
            shown,
            container=ARTICLE,
            key=number,
            label=number,
            version=f"{row['sys_id']}:{version(_text(row))}",
            created=moment(str(begun["sys_created_on"])),
            created_by=str(begun["sys_created_by"]),
            url=f"{host}/kb_view.do?sysparm_article={number}",
            fields=values,
        )

    def _bases(self) -> dict[str, str]:
        rows = self._select(BASE, "active=true", 1)
        return {row["sys_id"]: row.get("title", "") for row in rows}

    def _base(self) -> str:
        known = self._bases()
        chosen = articles.chosen_base(known)
        if chosen is None:
            what = articles.WHICH_BASE if known else articles.NO_BASE
            raise Rejected(what, side=_SIDE, field="kb_knowledge_base", remedy=articles.NAME_BASE)
        return chosen


def sighting(row: Row, *, tied: bool) -> Sighting:
    """A row of the two streams about knowledge."""
    if tied:
        return Sighting(PROBLEM, row["task"], row["sys_id"], moment(row["sys_created_on"]))
    token = f"{row['sys_id']}:{version(row)}"
    return Sighting(ARTICLE, row["number"], token, moment(row["sys_updated_on"]))


def _among(name: str, keys: Collection[str]) -> str:
    return f"{name}IN{','.join(sorted(keys))}"


def _text(row: Mapping[str, object]) -> Row:
    return {name: str(value) for name, value in row.items()}
