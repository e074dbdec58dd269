"""What the fake ServiceNow testifies to the direct adapter: the same as the real one finds out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from connector.articles import ARTICLE
from connector.errors import AccessLost, NotThere
from connector.sandbox.servicenow.direct_removing import Graves
from connector.sandbox.servicenow.direct_shapes import plain
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import Broken, parse
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.values import Patch, Replaced, Trace

_SIDE = "servicenow"
PREFERENCES = "sys_user_preference"


class DirectWitness:
    """Answers from the world itself; ``ask`` counts a request and lets the weather strike."""

    def __init__(
        self,
        world: World,
        me: Callable[[], Caller],
        ask: Callable[[str, str], None],
        articles: Callable[[], str],
    ) -> None:
        self._articles = articles
        self._world = world
        self._me = me
        self._ask = ask
        self._graves = Graves(world, me, ask)

    def memo(self, name: str) -> str | None:
        """The value of a preference of our account, the latest of that name."""
        self._ask("GET", f"/api/now/table/{PREFERENCES}")
        rows = self._preferences(name)
        return rows[0].get("value", "") if rows else None

    def keep_memo(self, name: str, text: str) -> None:
        """Set a preference of our account."""
        self._ask("POST", f"/api/now/table/{PREFERENCES}")
        with self._world.lock:
            rows, me = self._preferences(name), self._me()
            for row in rows:
                self._world.update(PREFERENCES, row["sys_id"], {"value": text}, me)
            if not rows:
                values = {"user": me.sys_id, "name": name, "value": text, "type": "string"}
                self._world.insert(PREFERENCES, values, me)

    def heed(self, container: str, scope: str) -> None:
        """Raise for a condition that the instance would pass over."""
        self._ask("GET", f"/api/now/table/{container}")
        known = self._world.schema.columns(container)
        strange = [name for name in _fields(scope) if name.split(".")[0] not in known]
        if not strange or self._world.knobs.invalid_query == "no_rows":
            return
        if self._world.knobs.invalid_query == "forbidden":
            raise AccessLost("Insufficient rights to query records", side=_SIDE)
        raise NotThere(f"the condition on {strange[0]} in {container} is ignored", side=_SIDE)

    def empty(self, container: str, name: str, keys: Collection[str]) -> frozenset[str]:
        """Records whose column is empty, whatever access rules show of it."""
        for _question in ("is it empty", "is it not"):
            self._ask("GET", f"/api/now/table/{container}")
        with self._world.lock:
            if container == ARTICLE:
                held = [row for row in self._world.rows(ARTICLE) if row["number"] in keys]
                return frozenset(row["number"] for row in held if not row.get(name))
            rows = [self._world.row(container, key) for key in keys]
            return frozenset(row["sys_id"] for row in rows if row and not row.get(name))

    def trace(self, patch: Patch, called: Mapping[str, str]) -> Trace | None:
        """What the audit shows of a patch whose answer was lost; of a table that is not audited,
        what the record itself shows."""
        del called  # this history names others by their ids
        self._ask("GET", "/api/now/table/sys_audit")
        if patch.container == ARTICLE:
            return None  # not audited, and no row bears the number of an article as its id
        wanted, me = plain(patch.fields), self._me().login
        before = int(patch.version.split("/")[0] or 0)
        graded = {"impact", "urgency"} & wanted.keys()  # the priority is calculated of these
        concerned = {*wanted, "priority"} if graded else {*wanted}
        with self._world.lock:
            rows = [
                row
                for row in self._world.rows("sys_audit")
                if row["documentkey"] == patch.key
                and row["fieldname"] in concerned
                and int(row["record_checkpoint"]) > before
            ]
        if not rows:
            return self._held(patch, wanted, before)
        ours = [
            int(row["record_checkpoint"])
            for row in rows
            if row["user"] == me and row["newvalue"] == wanted.get(row["fieldname"])
        ]
        if not ours:
            return None
        last = max(ours)
        written = {row["fieldname"] for row in rows if int(row["record_checkpoint"]) == last}
        return Trace(frozenset(written), _replaced(rows, last))

    def _held(self, patch: Patch, wanted: dict[str, str], before: int) -> Trace | None:
        """A record that we wrote last and that holds the values has taken them."""
        self._ask("GET", f"/api/now/table/{patch.container}")
        with self._world.lock:
            row = self._world.row(patch.container, patch.key)
        if row is None or row["sys_updated_by"] != self._me().login:
            return None
        count = int(row["sys_mod_count"])
        taken = wanted == {name: row.get(name, "") for name in wanted}
        if not taken or count <= before:
            return None
        return Trace(frozenset(wanted), intruded=count > before + 1)

    def deleted(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Keys with a line in ``sys_audit_delete``, where our account may read it."""
        return self._graves.deleted(container, keys)

    def returned(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Keys with a line of their return in ``sys_audit``, where our account may read it."""
        return self._graves.returned(container, keys)

    def silent(self, container: str) -> str:
        """Whether our account may read that table."""
        del container
        self._ask("GET", "/api/now/table/sys_audit_delete")
        return self._graves.silent()

    def shows(self, container: str) -> bool:
        """Whether a record of the table is visible."""
        return self._graves.shows(container)

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404."""
        return self._graves.missing_files(numbers)

    def missing_comments(
        self, container: str, key: str, lane: str, numbers: Collection[str]
    ) -> frozenset[str]:
        """Entries that a query for them does not name."""
        return self._graves.missing_comments(container, key, lane, numbers)

    def closed(self, container: str) -> str:
        """Whether articles can be worked with; every other table is taken to be open."""
        return self._articles() if container == ARTICLE else ""

    def manner(self, container: str) -> str:
        """How problems are moved; the other tables have nothing of the kind."""
        return "states go through the Table API" if container == "problem" else ""

    def _preferences(self, name: str) -> list[Row]:
        me, rows = self._me().sys_id, self._world.rows(PREFERENCES)
        mine = [row for row in rows if row.get("user") == me and row.get("name") == name]
        return sorted(mine, key=lambda row: row["sys_updated_on"], reverse=True)


def _replaced(rows: list[Row], last: int) -> dict[str, Replaced]:
    """What the write with this count replaced, and who had put it there."""
    found = {}
    for row in rows:
        if int(row["record_checkpoint"]) == last:
            theirs = [
                one
                for one in rows
                if one["fieldname"] == row["fieldname"]
                and int(one["record_checkpoint"]) < last
                and one["newvalue"] == row["oldvalue"]
            ]
            by = theirs[-1]["user"] if theirs else ""
            at = moment(theirs[-1]["sys_created_on"]) if theirs else None
            found[row["fieldname"]] = Replaced(row["oldvalue"] or None, by, at)
    return found


def _fields(scope: str) -> Iterator[str]:
    for groups in parse(scope).alternatives:
        for group in groups:
            for part in group:
                yield part.text if isinstance(part, Broken) else part.field
