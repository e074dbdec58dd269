"""A loaded mapping: one pair of a table and a project, and how their fields relate. Frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from mappings.nodes import Problem
from mappings.relations import Relation
from mappings.sides import Flow, Side


class ConflictPolicy(StrEnum):
    """Who wins where both sides changed one field apart."""

    OWNER = "owner"
    SERVICENOW = "servicenow"
    JIRA = "jira"
    NEWEST = "newest"
    ASK = "ask"


class OnDelete(StrEnum):
    """What becomes of the twin of a record that is certainly deleted."""

    DETACH = "detach"
    CLOSE = "close"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class ServiceNowEnd:
    """Where the pair lives in ServiceNow; ``scope`` is an encoded query. It makes nothing on an
    instance that has the table ``unless``."""

    table: str
    scope: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class JiraEnd:
    """Where the pair lives in Jira; ``issue_types`` are alternatives, ``scope`` is JQL."""

    project: str
    issue_types: tuple[str, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class Create:
    """On which sides twins may be made; ``only_linked``: of records that refer to a linked one."""

    in_jira: bool = True
    in_servicenow: bool = False
    only_linked: bool = False


@dataclass(frozen=True, slots=True)
class CommentRules:
    """Which comments are carried, and who may read them there.

    ``work_notes``, ``comments`` and ``approvals`` (decisions about a change) are ``internal``,
    ``public`` or ``off``; ``jira`` names the ServiceNow lane for Jira's comments: ``work_notes``,
    ``comments`` or ``off``; with ``comments`` internal ones still become work notes. ``backlog``
    carries those older than the link, once. ``edits`` are told by a new entry (``note``) or not at
    all (``ignore``); so is that a carried one is no longer shown (``deletes``).
    """

    work_notes: str = "internal"
    comments: str = "internal"
    jira: str = "work_notes"
    backlog: bool = True
    edits: str = "note"
    approvals: str = "internal"
    deletes: str = "ignore"

    def lane(self, comment_lane: str, *, internal: bool) -> str | None:
        """Where a comment of this lane goes on the other side; ``None`` for nowhere.

        An internal comment of Jira's never gets to where customers read (reliability: I-22).
        """
        if comment_lane == "comment":
            wish = "work_notes" if internal and self.jira == "comments" else self.jira
            return None if wish == "off" else wish
        return None if self.wish(comment_lane) == "off" else "comment"

    def hidden(self, comment_lane: str) -> bool:
        """Whether a ServiceNow comment of this lane is internal in Jira."""
        return self.wish(comment_lane) != "public"

    def wish(self, comment_lane: str) -> str:
        """What becomes of a lane of ServiceNow in Jira: ``internal``, ``public`` or ``off``."""
        own = {"work_notes": self.work_notes, "approval": self.approvals}
        return own.get(comment_lane, self.comments)


@dataclass(frozen=True, slots=True)
class AttachmentRules:
    """Which files are carried.

    ``flow`` is a :class:`Flow`, or nothing for none at all. ``only`` and ``never`` are endings of
    names in lower case, without the dot; an empty ``only`` takes all. ``backlog`` carries those
    older than the link, once. ``follow``: a copy of ours goes where its original was deleted.
    """

    flow: Flow | None = None
    max_mb: int = 100
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    backlog: bool = True
    follow: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One field of a mapping; an ``optional`` one may be missing from the Jira project.

    One told ``once`` is told to a new twin and left alone afterwards.
    """

    name: str
    flow: Flow
    owner: Side
    conflict: ConflictPolicy
    relation: Relation
    optional: bool = False
    once: bool = False


@dataclass(frozen=True)  # without slots: what was worked out once is remembered
class MappingSpec:
    """One pair. ``raw`` is the effective content of its file, for showing and fingerprints.

    ``lines`` are the lines of its rules, for problems that only the live systems show; ``hints``
    tell what works otherwise than it may read. An ``optional`` pair is off where its table, its
    issue type or its kinds of link are missing.
    """

    pair: str
    servicenow: ServiceNowEnd
    jira: JiraEnd
    create: Create
    on_delete: OnDelete
    conflict: ConflictPolicy
    rules: tuple[Rule, ...]
    comments: CommentRules
    attachments: AttachmentRules
    raw: Mapping[str, Any]
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    hints: tuple[Problem, ...] = ()
    optional: bool = False

    def names(self, side: Side) -> frozenset[str]:
        """All native fields the rules read on a side."""
        return self._names[side]

    @cached_property
    def _names(self) -> Mapping[Side, frozenset[str]]:
        return {
            side: frozenset().union(*(rule.relation.names(side) for rule in self.rules))
            for side in Side
        }

    def fingerprint(self) -> str:
        """Changes whenever the effective content does."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        text = json.dumps(self.data(), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def data(self) -> dict[str, Any]:
        """The effective content as plain data."""
        return {**self.raw, "project": self.jira.project}
