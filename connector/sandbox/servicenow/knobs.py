"""What can be turned on the fake instance, and who is calling it.

Instances differ in release, rights and habits; each knob is one documented difference. Tests and
scenarios set them directly; nothing of this is reachable through a vendor route.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Door(StrEnum):
    """Which way a write comes in: some rules hold for REST only, some not for the platform."""

    REST = "rest"
    SCREEN = "screen"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with which roles and through which door."""

    login: str
    sys_id: str = ""
    roles: frozenset[str] = frozenset()
    door: Door = Door.REST

    def has(self, *roles: str) -> bool:
        """Whether the caller has one of these roles; admin has all, the platform needs none."""
        if self.door is Door.SYSTEM or "admin" in self.roles:
            return "nobody" not in roles
        return not self.roles.isdisjoint(roles)


SYSTEM = Caller("system", door=Door.SYSTEM)
"""The platform's own account: jobs, business rules, seeding."""


@dataclass(slots=True)
class Knobs:
    """The settings of one fake instance.

    invalid_query
        what becomes of a condition on an unknown column: ``ignored`` (default), ``no_rows`` or
        ``forbidden``.
    problem_state
        ``ignored``: REST does not move a problem's state, silently; ``stepwise``: it does, one
        step at a time.
    problem_resource
        path of a scripted REST API that moves problems, as ``deploy/servicenow`` brings it; empty:
        the instance has none.
    register_state
        ``ignored``: REST does not move an improvement initiative's state, silently; ``direct``: it
        does.
    task_steps
        whether a problem task takes one step at a time.
    knowledge_state
        ``ignored``: REST does not move an article's state, silently; ``direct``: it does.
    knowledge_versions
        whether a published article is edited by a new version, a row of its own.
    closed_bases
        knowledge bases (by sys_id) whose criteria keep everybody from contributing.
    change_close_policy
        whether a data policy demands close code and notes of a closed change.
    notes_touch_parent
        whether a journal entry bumps its record.
    late_visibility
        seconds until a write becomes visible to readers, for writers in ``late_logins`` (nobody
        named: everybody). The stamp is that of the write.
    hidden_rows, hidden_fields, locked_fields
        rows that an access rule hides (by sys_id), columns that read as empty, columns whose
        writes are dropped (both as ``table.column``).
    hidden_lanes
        journals (``work_notes``, ``comments``) of which an access rule hides every entry.
    denied_tables
        tables that cannot be queried at all.
    no_range
        columns (``table.column``) whose range queries and sorting are forbidden.
    max_rate
        Table API requests an hour before 429; None is no rule.
    batch_serves
        how many items of a batch are served before its time is up; None is all.
    batch_loses_last
        whether the first unserved item of a cut batch was done all the same.
    largest_file, file_endings
        the bytes an attachment may have (``com.glide.attachment.max_size`` in megabytes), and the
        only endings of names that are taken (``glide.attachment.extensions``); empty is any.
    scans_files
        whether a new file is held back until :func:`.attachments.scanned` says what it is.
    session_limit
        waiting requests of one session before further ones are thrown away with 202.
    time_zone_hours
        the callers' offset, seen only in display values.
    """

    invalid_query: str = "ignored"
    problem_state: str = "ignored"
    problem_resource: str = ""
    register_state: str = "ignored"
    task_steps: bool = False
    knowledge_state: str = "ignored"
    knowledge_versions: bool = True
    closed_bases: set[str] = field(default_factory=set)
    change_close_policy: bool = False
    notes_touch_parent: bool = True
    late_visibility: float = 0.0
    late_logins: set[str] = field(default_factory=set)
    hidden_rows: set[str] = field(default_factory=set)
    hidden_fields: set[str] = field(default_factory=set)
    locked_fields: set[str] = field(default_factory=set)
    hidden_lanes: set[str] = field(default_factory=set)
    denied_tables: set[str] = field(default_factory=set)
    no_range: set[str] = field(default_factory=set)
    max_rate: int | None = None
    batch_serves: int | None = None
    batch_loses_last: bool = False
    largest_file: int = 1024 * 1024 * 1024
    file_endings: tuple[str, ...] = ()
    scans_files: bool = False
    session_limit: int = 10
    time_zone_hours: int = -8
