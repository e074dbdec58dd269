"""Changing fields, labels, links and properties of issues.

Jira has no compare-and-set: the last writer wins field by field, so only what is named is sent, and
labels are added and removed one by one, never set, lest a person's label is lost. Properties ride
in the same request; links have requests of their own. An edit is all or nothing. Cloud returns the
issue with the edit, Data Center is read afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from connector.errors import ConnectorError, Rejected
from connector.jira.answers import SIDE, Forbidden
from connector.jira.boards import Ids
from connector.jira.changelog import replaced
from connector.jira.door import Door, issue_path
from connector.jira.facts import Facts
from connector.jira.linking import Linking
from connector.jira.links import apart
from connector.jira.records import Records
from connector.jira.screens import Place, names_of, placed
from connector.jira.translate import asked, encoded
from connector.outcomes import Lost, outcome
from connector.values import Done, Patch, Record, Replaced, WriteResult

HISTORY = {"expand": "changelog"}
"""Asks for the newest history entries too: they tell what an edit replaced."""


class Editing:
    """Applies patches, parallel across issues."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records
        self._linking = Linking(door, facts, records)

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """One result for each patch, with the issue as stored."""
        ids = Ids(self._door, self._records)
        return self._door.parallel(
            lambda patch: outcome(lambda: self._one(patch, fields, ids)), patches
        )

    def _one(self, patch: Patch, fields: Collection[str], ids: Ids) -> Done:
        """Links go first: what stops on the way has then replaced nothing."""
        patch, links = apart(patch)
        body = self._body(patch, ids)
        self._linking.change(patch.key, links)
        issue = self._edit(patch.key, body, halfway=bool(links)) if body else None
        seen = self._seen(patch.key, issue, fields)
        after = self._record(seen, fields)
        label = after.label if after else ""
        return Done(patch.key, label, after, replaced=self._replaced(patch, seen))

    def _record(self, issue: Mapping[str, Any] | None, fields: Collection[str]) -> Record | None:
        """The read-back; the write is done whatever becomes of it."""
        try:
            return self._records.of_issues([issue], fields)[0] if issue else None
        except ConnectorError:
            return None

    def _replaced(self, patch: Patch, issue: Any) -> dict[str, Replaced]:
        log = issue.get("changelog") if isinstance(issue, Mapping) else None
        entries = log.get("histories") if isinstance(log, Mapping) else None
        return replaced(list(entries or ()), patch.fields, self._facts.historic(patch.fields))

    def _edit(self, key: str, body: Mapping[str, Any], *, halfway: bool) -> Any:
        """The edit. After links were changed one that is not done leaves the whole in doubt."""
        params = {"returnIssue": "true", **HISTORY} if self._facts.cloud else None
        try:
            return self._door.write("PUT", issue_path(key), body, params=params)
        except Rejected as error:
            raise self._explained(key, error) from error
        except ConnectorError as error:
            if halfway:
                raise Lost(error) from error
            raise

    def _explained(self, key: str, error: Rejected) -> Rejected:
        """A refusal with what its field would take instead, where its screen lists that."""
        if not error.field or isinstance(error, Forbidden):
            return error
        try:
            meta = self._door.read(issue_path(key, "editmeta"))
        except ConnectorError:
            return error
        rows = meta.get("fields") if isinstance(meta, Mapping) else None
        row = rows.get(error.field) if isinstance(rows, Mapping) else None
        offered = names_of(row.get("allowedValues")) if isinstance(row, Mapping) else []
        if not offered:
            return error
        what = f"{error.what}; allowed are: {', '.join(offered)}"
        told = {"side": SIDE, "where": error.where, "remedy": error.remedy, "field": error.field}
        return Rejected(what, offered=tuple(offered), **told)

    def _seen(self, key: str, issue: Any, fields: Collection[str]) -> Mapping[str, Any] | None:
        """The issue with its history. The write is done whatever becomes of this read."""
        if isinstance(issue, Mapping) and isinstance(issue.get("fields"), Mapping):
            return issue
        wanted = asked(fields, self._facts.dialect(fields))
        try:
            return self._records.issue(key, wanted, HISTORY)
        except ConnectorError:
            return None

    def _body(self, patch: Patch, ids: Ids) -> dict[str, Any]:
        dialect = self._facts.dialect([*patch.fields, *patch.add, *patch.remove], schema=True)
        place = Place(patch.container, dialect, ids)
        fields: dict[str, Any] = {}
        for name, value in patch.fields.items():
            spec, own = placed(name, value, place)
            fields[spec.id] = encoded(spec, own, dialect)
        update: dict[str, list[dict[str, Any]]] = {}
        for verb, members in (("add", patch.add), ("remove", patch.remove)):
            for name, values in members.items():
                spec, _ = placed(name, None, place)
                shaped = encoded(spec, tuple(values), dialect)
                update.setdefault(spec.id, []).extend({verb: one} for one in shaped)
        body: dict[str, Any] = {}
        if fields:
            body["fields"] = fields
        if any(update.values()):
            body["update"] = {name: verbs for name, verbs in update.items() if verbs}
        if patch.properties:
            rows = patch.properties.items()
            body["properties"] = [{"key": name, "value": value} for name, value in rows]
        return body
