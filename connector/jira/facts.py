"""What is known about the site between calls: flavour, fields, projects, workflows.

Facts are read when first needed and kept in the adapter's
:class:`~connector.base.Memory` with the server's time of the reading, so that a fresh process asks
nothing that an earlier one has learned. They are read anew after :data:`KEEP`, or at once when a
refusal shows that they have changed.

Create metadata is kept per project and issue type: two projects may use one type name with
different ids, and a team-managed project always does.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from connector.base import Memory
from connector.errors import BrokenAnswer, Gone, NotThere, Rejected
from connector.jira.answers import SIDE
from connector.jira.door import Door, issue_path
from connector.jira.fields import FieldTable
from connector.jira.links import LinkType
from connector.jira.translate import Dialect, status_of
from connector.jira.workflow import Graph, Status

KEEP = timedelta(hours=24)
PAGE = 100
GATEWAY = "/ex/jira/"


class Facts:
    """Reads facts once, forgets them on demand. Safe for several threads."""

    def __init__(self, door: Door, memory: Memory, flavour: str) -> None:
        self._door = door
        self._memory = memory
        self._flavour = flavour
        self._held: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._epics: dict[str, str] = {}

    @property
    def cloud(self) -> bool:
        """Whether the site is Jira Cloud."""
        if self._flavour == "auto":
            return str(self.site().get("deploymentType", "")).lower() == "cloud"
        return self._flavour == "cloud"

    def site(self) -> Mapping[str, Any]:
        """``serverInfo``: what is used of it never changes while the URL stays."""
        return self._kept("site", self._server_info, keep=None)  # type: ignore[no-any-return]

    @property
    def browse(self) -> str:
        """Where people open issues: the gateway's URL is for programs only."""
        if GATEWAY in self._door.url:
            return str(self.site().get("baseUrl", self._door.url)).rstrip("/")
        return self._door.url

    def dialect(self, names: Iterable[str] = (), *, schema: bool = False) -> Dialect:
        """The dialect for these native names; the field list is read only if they need it."""
        names = list(names)
        table = self._held.get("table") or FieldTable()
        needs = table.needs_list(names, schema=schema)
        if needs or (not self.cloud and "parent" in names and not table.complete):
            table = FieldTable.of_rows(self._kept("fields", lambda: self._door.read("field")))
            self._held["table"] = table
        return Dialect(self.cloud, self.browse, table)

    def historic(self, names: Iterable[str]) -> FieldTable:
        """The fields that a history speaks of: Data Center's calls those of people by the display
        name, also where we know one by its id."""
        return self.dialect(names, schema=not self.cloud).table

    def link_types(self) -> list[LinkType]:
        """The site's kinds of issue links; none where issue linking is switched off."""
        return [LinkType(**row) for row in self._kept("link types", self._link_types)]

    def project(self, key: str) -> Mapping[str, Any]:
        """A project's id and type. Raises ``NotThere``."""
        return self._kept(f"project:{key}", lambda: self._project(key))  # type: ignore[no-any-return]

    def is_service(self, key: str) -> bool:
        """Whether customers read along in this project."""
        return bool(self.project(key).get("type") == "service_desk")

    def upload_limit(self) -> int:
        """The largest attachment in bytes, 0 where the site takes none."""
        return int(self._kept("attachments", self._upload_limit))

    def types(self, key: str) -> list[dict[str, Any]]:
        """The issue types that can be created in a project. Raises ``NotThere``."""
        path = f"issue/createmeta/{quote(key, safe='')}/issuetypes"
        return self._kept(f"types:{key}", lambda: self._meta(path, key))  # type: ignore[no-any-return]

    def type_id(self, key: str, kind: str) -> str:
        """The id of an issue type by its name in that project. Raises ``NotThere``."""
        found = self._type_id(key, kind)
        if found is None:
            self.forget(f"types:{key}")
            found = self._type_id(key, kind)
        if found is None:
            offered = ", ".join(sorted(str(row.get("name")) for row in self.types(key)))
            what = f"project {key} has no issue type {kind!r} (it has: {offered})"
            raise NotThere(what, side=SIDE)
        return found

    def screen(self, key: str, type_id: str) -> dict[str, dict[str, Any]]:
        """The fields on the create screen, by field id."""
        path = f"issue/createmeta/{quote(key, safe='')}/issuetypes/{type_id}"
        rows = self._kept(f"screen:{key}:{type_id}", lambda: self._meta(path, key))
        return {str(row.get("fieldId") or row.get("key")): row for row in rows}

    def statuses(self, key: str) -> dict[str, list[Status]]:
        """The statuses of a project by issue type id."""
        path = f"project/{quote(key, safe='')}/statuses"
        rows = self._kept(f"statuses:{key}", lambda: self._door.read(path))
        return {str(row["id"]): [status_of(each) for each in row["statuses"]] for row in rows}

    def graph(self, key: str, type_id: str) -> Graph:
        """What was learned of a workflow."""
        return Graph.of_text(self._memory.get(self._name(f"workflow:{key}:{type_id}")))

    def learn(self, key: str, type_id: str, change: Callable[[Graph], Graph]) -> Graph:
        """Change and keep a workflow graph."""
        with self._lock:
            before = self.graph(key, type_id)
            after = change(before)
            if after != before:
                self._memory.put(self._name(f"workflow:{key}:{type_id}"), after.text())
            return after

    def epics(self, keys: Iterable[str]) -> dict[str, str]:
        """Epic ids by epic key; hidden ones are left out."""
        missing = [key for key in keys if key not in self._epics]
        for key, found in zip(missing, self._door.parallel(self._epic_id, missing), strict=True):
            if found:
                self._epics[key] = found
        return {key: self._epics[key] for key in keys if key in self._epics}

    def saw(self, key: str, label: str) -> None:
        """Remember which id a key stands for, from any issue that was read."""
        self._epics[label] = key

    def forget(self, *names: str) -> None:
        """Read these facts anew when next needed."""
        with self._lock:
            for name in names:
                self._held.pop(name, None)
                self._memory.put(self._name(name), "")

    def barred(self, what: str) -> bool:
        """Whether Jira said lately that this account may not do that."""
        name = f"barred:{what}"
        held = self._held.get(name) or self._remembered(name)
        return held is not None and not self._stale(held["at"], KEEP)

    def bar(self, what: str) -> None:
        """Remember that this account may not do that; it is tried again another day."""
        name = f"barred:{what}"
        with self._lock:
            self._held[name] = {"fact": True, "at": self._door.clock_now().isoformat()}
            self._memory.put(self._name(name), json.dumps(self._held[name]))

    def forget_screen(self, key: str, type_id: str) -> None:
        """A create was refused: its metadata may have changed."""
        self.forget(f"screen:{key}:{type_id}")

    def _name(self, name: str) -> str:
        return f"jira:{self._door.url}:{name}"

    def _kept(self, name: str, read: Callable[[], Any], keep: timedelta | None = KEEP) -> Any:
        with self._lock:  # held while reading, or every worker would ask for the same fact
            held = self._held.get(name) or self._remembered(name)
            if held is None or (keep is not None and self._stale(held["at"], keep)):
                held = {"fact": read(), "at": self._door.clock_now().isoformat()}
                self._memory.put(self._name(name), json.dumps(held))
            self._held[name] = held
            return held["fact"]

    def _remembered(self, name: str) -> Any:
        text = self._memory.get(self._name(name))
        return json.loads(text) if text else None

    def _stale(self, at: str, keep: timedelta) -> bool:
        now = self._door.clock_seen()
        return now is not None and now - datetime.fromisoformat(at) > keep

    def _server_info(self) -> dict[str, Any]:
        info = self._door.read("serverInfo")
        if not isinstance(info, Mapping) or "deploymentType" not in info:
            raise BrokenAnswer("serverInfo says nothing about a Jira", side=SIDE)
        return {name: info.get(name) for name in ("deploymentType", "baseUrl", "version")}

    def _upload_limit(self) -> int:
        row = self._door.read("attachment/meta")
        if not isinstance(row, Mapping) or "enabled" not in row:
            raise BrokenAnswer("the settings of attachments do not say whether any are taken",
                               side=SIDE)  # fmt: skip
        return int(row.get("uploadLimit") or 0) if row["enabled"] else 0

    def _link_types(self) -> list[dict[str, str]]:
        try:
            answer = self._door.read("issueLinkType")
        except NotThere:
            return []
        rows = answer.get("issueLinkTypes") if isinstance(answer, Mapping) else None
        if not isinstance(rows, list):
            raise BrokenAnswer("no list of link types", side=SIDE, where="GET issueLinkType")
        return [asdict(LinkType.of(row)) for row in rows]

    def _project(self, key: str) -> dict[str, Any]:
        row = self._door.read(f"project/{quote(key, safe='')}")
        return {"id": row.get("id"), "type": row.get("projectTypeKey"), "style": row.get("style")}

    def _type_id(self, key: str, kind: str) -> str | None:
        rows = self.types(key)
        exact = [row for row in rows if row.get("name") == kind]
        alike = [row for row in rows if str(row.get("name")).casefold() == kind.casefold()]
        return str((exact or alike)[0]["id"]) if exact or alike else None

    def _meta(self, path: str, key: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self._meta_page(path, key, len(rows))
            found = next(
                (page[name] for name in ("issueTypes", "fields", "values") if name in page), None
            )
            if found is None:
                raise BrokenAnswer("create metadata without its rows", side=SIDE)
            rows.extend(found)
            if not found or page.get("isLast") or len(rows) >= int(page.get("total", 0)):
                return rows

    def _meta_page(self, path: str, key: str, start: int) -> Mapping[str, Any]:
        params = {"startAt": str(start), "maxResults": str(PAGE)}
        try:
            page = self._door.read(path, params=params)
        except Rejected as error:
            raise NotThere(f"project {key}: {error.what}", side=SIDE) from error
        return page if isinstance(page, Mapping) else {}

    def _epic_id(self, key: str) -> str | None:
        try:
            issue = self._door.read(issue_path(key), params={"fields": "issuetype"})
        except Gone:
            return None
        return str(issue["id"])
