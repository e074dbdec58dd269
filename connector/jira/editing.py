"""Changing fields, labels and properties of issues.

Jira has no compare-and-set: the last writer wins field by field, so only what is named is sent, and
labels are added and removed one by one, never set, lest a person's label is lost. An edit is all or
nothing. Cloud returns the issue with the edit; Data Center is read afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from connector.errors import ConnectorError, RetryLater
from connector.jira.door import Door, issue_path
from connector.jira.facts import Facts
from connector.jira.records import Records
from connector.jira.screens import Epics, placed
from connector.jira.translate import asked, encoded
from connector.outcomes import Lost, outcome
from connector.values import Done, Patch, Record, WriteResult


class Editing:
    """Applies patches, parallel across issues."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """One result for each patch, with the issue as stored."""
        epics = Epics(self._facts, self._records)
        return self._door.parallel(
            lambda patch: outcome(lambda: self._one(patch, fields, epics)), patches
        )

    def _one(self, patch: Patch, fields: Collection[str], epics: Epics) -> Done:
        body = self._body(patch, epics)
        issue = self._edit(patch.key, body) if body else None
        try:
            for name, value in patch.properties.items():
                # The same value again does no harm, so a property may be sent until it is known.
                self._door.rewrite("PUT", issue_path(patch.key, "properties", name), value)
        except ConnectorError as error:
            if body or isinstance(error, RetryLater):
                raise Lost(error) from error  # the fields are written: "not done" would be wrong
            raise
        after = self._stored(patch.key, issue, fields)
        return Done(patch.key, after.label if after else "", after)

    def _edit(self, key: str, body: Mapping[str, Any]) -> Any:
        params = {"returnIssue": "true"} if self._facts.cloud else None
        return self._door.write("PUT", issue_path(key), body, params=params)

    def _stored(self, key: str, issue: Any, fields: Collection[str]) -> Record | None:
        """The read-back. The write is done whatever becomes of this read."""
        try:
            if not (isinstance(issue, Mapping) and isinstance(issue.get("fields"), Mapping)):
                issue = self._records.issue(key, asked(fields, self._facts.dialect(fields)))
            return self._records.of_issues([issue], fields)[0]
        except ConnectorError:
            return None

    def _body(self, patch: Patch, epics: Epics) -> dict[str, Any]:
        dialect = self._facts.dialect([*patch.fields, *patch.add, *patch.remove], schema=True)
        fields: dict[str, Any] = {}
        for name, value in patch.fields.items():
            spec, own = placed(name, value, dialect, epics)
            fields[spec.id] = encoded(spec, own, dialect)
        update: dict[str, list[dict[str, Any]]] = {}
        for verb, members in (("add", patch.add), ("remove", patch.remove)):
            for name, values in members.items():
                spec, _ = placed(name, None, dialect, epics)
                shaped = encoded(spec, tuple(values), dialect)
                update.setdefault(spec.id, []).extend({verb: one} for one in shaped)
        body: dict[str, Any] = {}
        if fields:
            body["fields"] = fields
        if any(update.values()):
            body["update"] = {name: verbs for name, verbs in update.items() if verbs}
        return body
