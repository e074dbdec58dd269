"""What ServiceNow can testify about itself: memos, heeded conditions, hidden columns, deletions.

A condition on a column that does not exist is ignored by default, which widens the result; a column
that an access rule hides reads as empty. Both are found by asking for something that cannot be: a
row that is empty and not empty at once, a row that shows nothing and is not empty (servicenow-api
1.2).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from connector.articles import ARTICLE
from connector.errors import AccessLost, NotThere, Rejected
from connector.outcomes import Lost
from connector.sense import sensible
from connector.servicenow.answers import SIDE
from connector.servicenow.articles import Articles
from connector.servicenow.audit import Audit, Silent, count_of
from connector.servicenow.door import Door
from connector.servicenow.facts import Facts
from connector.servicenow.lists import page_of
from connector.servicenow.problems import PROBLEM, ProblemStates
from connector.servicenow.query import chunks, joined, one_of, searchable, term
from connector.servicenow.removing import Removing
from connector.servicenow.translate import PLAIN, payload
from connector.values import Patch, Trace

PREFERENCES = "sys_user_preference"
_FIELD = re.compile(r"(?:OR|NQ)?(?P<name>[a-z][a-z0-9_.]*)")


@sensible(SIDE)
class Witness:
    """Memos live among our own account's preferences, which every user may write."""

    def __init__(
        self, door: Door, facts: Facts, problems: ProblemStates, user: str, articles: Articles
    ) -> None:
        self._articles = articles
        self._door = door
        self._removing = Removing(door)
        self._facts = facts
        self._problems = problems
        self._user = user
        self._audit = Audit(door)

    def memo(self, name: str) -> str | None:
        """The value of a preference of ours: the latest, where a lost request made a second one."""
        rows = self._preferences(name)
        return str(rows[0].get("value") or "") if rows else None

    def keep_memo(self, name: str, text: str) -> None:
        """Set a preference of ours, and every other one of that name."""
        try:
            self._keep(name, text)
        except Lost as lost:
            raise lost.error from lost

    def _keep(self, name: str, text: str) -> None:
        rows = self._preferences(name)
        if not rows:
            body = {"user": self._me(), "name": name, "value": text, "type": "string"}
            self._door.write("POST", f"/table/{PREFERENCES}", body, PLAIN)
        for row in rows:
            if row.get("value") != text:
                path = f"/table/{PREFERENCES}/{row['sys_id']}"
                self._door.write("PATCH", path, {"value": text}, PLAIN)

    def heed(self, container: str, scope: str) -> None:
        """Ask for what cannot be: a row that comes back all the same shows an ignored condition."""
        names = fields_of(scope)
        if names and self._impossible(container, names):
            bad = next((name for name in names if self._impossible(container, [name])), names[0])
            raise NotThere(
                f"ServiceNow passes over the condition on {bad} in {container}",
                side=SIDE,
                remedy="Correct the scope in the mapping: as it stands it selects far too much.",
            )

    def empty(self, container: str, name: str, keys: Collection[str]) -> frozenset[str]:
        """Records that are named when asked for an empty column, and not when asked for a filled
        one; a condition that is ignored or forbidden answers otherwise."""
        try:
            empty = self._with(container, f"{name}ISEMPTY", keys)
            return empty - self._with(container, f"{name}ISNOTEMPTY", empty)
        except (AccessLost, Rejected):
            return frozenset()

    def trace(self, patch: Patch, called: Mapping[str, str]) -> Trace | None:
        """What the audit shows of it. Where it shows nothing, a record that we wrote last and that
        holds the values has taken them; more than one write since hides what was replaced."""
        del called  # this history names others by their ids
        me = self._facts.myself(self._user)
        if me is None or patch.container == ARTICLE:
            return None  # articles are not audited under their number
        try:
            return self._audit.trace(patch, me.login)
        except (Silent, AccessLost, Rejected, NotThere):
            return self._held(patch, me.login)

    def _held(self, patch: Patch, login: str) -> Trace | None:
        wanted = payload(patch.fields)
        query = term("sys_id", "=", patch.key)
        columns = ",".join(("sys_id", "sys_mod_count", "sys_updated_by", *wanted))
        rows, _ = page_of(self._door, patch.container, query, columns, limit=1)
        row = dict(rows[0]) if rows else {}
        before, count = count_of(patch.version), str(row.get("sys_mod_count") or "")
        taken = wanted == {name: str(row.get(name) or "") for name in wanted}
        ours = taken and row.get("sys_updated_by") == login
        if not ours or before is None or not count.isdigit() or int(count) <= before:
            return None
        return Trace(frozenset(wanted), intruded=int(count) > before + 1)

    def deleted(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Keys with a line in ``sys_audit_delete``, where the account may read it."""
        return self._removing.deleted(container, keys)

    def returned(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Keys with a line ``RECOVERED`` in ``sys_audit``, where the account may read it."""
        return self._removing.returned(container, keys)

    def silent(self, container: str) -> str:
        """Whether the account may read that table."""
        del container
        return self._removing.silent()

    def shows(self, container: str) -> bool:
        """Whether a record of the table is visible."""
        return self._removing.shows(container)

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404."""
        return self._removing.missing_files(numbers)

    def missing_comments(
        self, container: str, key: str, lane: str, numbers: Collection[str]
    ) -> frozenset[str]:
        """Entries that a query for them does not name, where any entry of their lane is shown."""
        return self._removing.missing_comments(container, key, lane, numbers)

    def closed(self, container: str) -> str:
        """Whether articles can be worked with; every other table is taken to be open."""
        return self._articles.closed() if container == ARTICLE else ""

    def manner(self, container: str) -> str:
        """How problems are moved; the other tables have nothing of the kind."""
        return self._problems.told() if container == PROBLEM else ""

    def _with(self, container: str, condition: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these records meet a condition."""
        key = "number" if container == ARTICLE else "sys_id"
        found: set[str] = set()
        for part in chunks(searchable(sorted(keys))):
            query = joined(one_of(key, part), condition)
            rows, _ = page_of(self._door, container, query, f"sys_id,{key}")
            found.update(str(row.get(key)) for row in rows)
        return frozenset(found & set(keys))

    def _impossible(self, container: str, names: Collection[str]) -> bool:
        query = "^NQ".join(f"{name}ISEMPTY^{name}ISNOTEMPTY" for name in names)
        rows, more = page_of(self._door, container, query, "sys_id", limit=1)
        return bool(rows) or more

    def _preferences(self, name: str) -> list[Mapping[str, object]]:
        """All preferences of ours of a name, the latest first. Nothing keeps a name single: the
        vendor's page on user preferences leaves that to administrators."""
        query = joined(
            term("user", "=", self._me()), term("name", "=", name), "ORDERBYDESCsys_updated_on"
        )
        rows, _ = page_of(self._door, PREFERENCES, query, "sys_id,value")
        return list(rows)

    def _me(self) -> str:
        me = self._facts.myself(self._user)
        if me is None:
            raise AccessLost("the instance does not show us our own account", side=SIDE)
        return me.key


def fields_of(scope: str) -> list[str]:
    """The columns an encoded query speaks of, each once, in order."""
    parts = (part for part in scope.split("^") if not part.startswith(("ORDERBY", "EQ", "RLQUERY")))
    found = (_FIELD.match(part) for part in parts)
    return list(dict.fromkeys(match["name"] for match in found if match))
