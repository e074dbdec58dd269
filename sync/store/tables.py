"""The schema, as tables of SQLAlchemy Core. The way to it is ``migrations/``; a test compares.

A row stands for one value of :mod:`sync.core.model`, column names are its attribute names. Where a
value nests another (the ends of a link, the seats of a conflict), the nested one's side is the
prefix: ``servicenow_key``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from mappings.sides import Side
from sync.core.model import IntentKind, IntentState, LinkState
from sync.store.types import BaseText, Canonical, Dictionary, Strings, Utc, Word, Words

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

META = Table(
    "meta",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)

PAIR = Table(
    "pair",
    METADATA,
    Column("pair", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("first_run_done", Boolean, nullable=False),
    Column("loaded", Boolean, nullable=False),
    Column("extra", Dictionary, nullable=False),
)

# Conditions stand as SQLAlchemy writes them for that database: only then are partial indexes used.
_LIVE: dict[str, Any] = {
    name: text("state <> 'ended'") for name in ("sqlite_where", "postgresql_where")
}
_BARE: dict[str, Any] = {
    "sqlite_where": text("decorated = 0"),
    "postgresql_where": text("NOT decorated"),
}

LINK = Table(
    "link",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("pair", Text, nullable=False),
    Column("servicenow_container", Words, nullable=False),
    Column("servicenow_key", Words, nullable=False),
    Column("servicenow_label", Words, nullable=False),
    Column("servicenow_version", Words, nullable=False),
    Column("servicenow_url", Words, nullable=False),
    Column("jira_container", Words, nullable=False),
    Column("jira_key", Words, nullable=False),
    Column("jira_label", Words, nullable=False),
    Column("jira_version", Words, nullable=False),
    Column("jira_url", Words, nullable=False),
    Column("state", Word(LinkState), nullable=False),
    Column("origin", Word(Side), nullable=False),
    Column("made_at", Utc),
    Column("agreed_at", Utc),
    Column("decorated", Boolean, nullable=False),
    Index("ix_link_pair_id", "pair", "id"),
    Index("ix_link_servicenow_key", "servicenow_key"),
    Index("ix_link_jira_key", "jira_key"),
    Index("ix_link_servicenow_label", "servicenow_label"),
    Index("ix_link_jira_label", "jira_label"),
    # Of the ended ones there may be many: a record can be linked, detached and linked again.
    Index("ux_link_servicenow", "servicenow_container", "servicenow_key", unique=True, **_LIVE),
    Index("ux_link_jira", "jira_key", unique=True, **_LIVE),
    Index("ix_link_undecorated", "id", **_BARE),
    # Ids never come back, not even after the newest row was deleted: history speaks of them.
    sqlite_autoincrement=True,
)

BASE = Table(
    "base",
    METADATA,
    Column("link_id", ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("servicenow", Canonical, nullable=False),
    Column("jira", Canonical, nullable=False),
    # Values may be longer than an index can hold; their digests are what is looked up.
    Column("servicenow_digest", String(16), nullable=False),
    Column("jira_digest", String(16), nullable=False),
    Index("ix_base_servicenow_digest", "servicenow_digest", "field"),
    Index("ix_base_jira_digest", "jira_digest", "field"),
)

CURSOR = Table(
    "cursor",
    METADATA,
    Column("stream", Text, primary_key=True),
    Column("side", Word(Side), nullable=False),
    Column("at", Utc, nullable=False),
)

SEEN = Table(
    "seen",
    METADATA,
    Column("stream", Text, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("version", Words, primary_key=True),
    Column("at", Utc, nullable=False),
    Index("ix_seen_stream_at", "stream", "at"),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("side", Word(Side), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("container", Words, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Utc),
    Column("turn", Integer, nullable=False),
    Column("since", Utc, nullable=False),
    Index("ix_inbox_since", "since"),
)

INTENT = Table(
    "intent",
    METADATA,
    Column("marker", String(80), primary_key=True),
    Column("pair", Text, nullable=False),
    Column("kind", Word(IntentKind), nullable=False),
    Column("side", Word(Side), nullable=False),
    Column("container", Words, nullable=False),
    Column("source_key", Words, nullable=False),
    Column("parent", Words, nullable=False),
    Column("state", Word(IntentState), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("sent_at", Utc),
    Column("first_sent_at", Utc),
    Column("result", Words, nullable=False),
    Index("ix_intent_state", "state"),
)

SENT_PATCH = Table(
    "sent_patch",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("pair", Text, nullable=False),
    Column("link_id", Integer, nullable=False),
    Column("side", Word(Side), nullable=False),
    Column("container", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("version", Words, nullable=False),
    Column("fields", Text, nullable=False),
    Column("writes", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("sent_at", Utc, nullable=False),
    Column("overtaken", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

COMMENT_LINK = Table(
    "comment_link",
    METADATA,
    Column("link_id", ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    Column("source", Word(Side), primary_key=True),
    Column("source_id", Words, primary_key=True),
    Column("copy_id", Words, nullable=False),
    Column("lane", Text, nullable=False),
    Column("stamp", Text, nullable=False, server_default=text("''")),
    Column("digest", Text, nullable=False, server_default=text("''")),
    Column("parts", Integer, nullable=False, server_default=text("1")),
    Index("ix_comment_link_source_id", "source_id"),
    Index("ix_comment_link_copy_id", "copy_id"),
)

FILE_LINK = Table(
    "file_link",
    METADATA,
    Column("link_id", ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    Column("source", Word(Side), primary_key=True),
    Column("source_id", Words, primary_key=True),
    Column("copy_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_file_link_source_id", "source_id"),
    Index("ix_file_link_copy_id", "copy_id"),
)

ABSENCE = Table(
    "absence",
    METADATA,
    Column("link_id", ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    Column("side", Word(Side), primary_key=True),
    Column("since", Utc),
    Column("looks", Integer, nullable=False),
    Column("looked_at", Utc),
    Column("due", Utc),
    Column("word", Words, nullable=False),
    Column("back_at", Utc),
    Column("closed", Boolean, nullable=False),
    Index("ix_absence_due", "due"),
)

_OPEN: dict[str, Any] = {"sqlite_where": text('"open" = 1'), "postgresql_where": text('"open"')}

CONFLICT = Table(
    "conflict",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("pair", Text, nullable=False),
    Column("link_id", Integer, nullable=False),
    Column("number", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("field", Text, nullable=False),
    Column("base", BaseText),
    Column("servicenow_value", Canonical, nullable=False),
    Column("servicenow_author", Words, nullable=False),
    Column("servicenow_at", Utc),
    Column("jira_value", Canonical, nullable=False),
    Column("jira_author", Words, nullable=False),
    Column("jira_at", Utc),
    Column("decision", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_conflict_link_id", "link_id"),
    Index("ux_conflict_open", "link_id", "field", unique=True, **_OPEN),
    sqlite_autoincrement=True,
)

PARKED = Table(
    "parked",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("pair", Text, nullable=False),
    Column("side", Word(Side), nullable=False),
    Column("container", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("field", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("remedy", Words, nullable=False),
    Column("offered", Strings, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ux_parked_place", "side", "key", "field", unique=True),
    sqlite_autoincrement=True,
)

HISTORY = Table(
    "history",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("pair", Text, nullable=False),
    Column("link_id", Integer, nullable=False),
    Column("side", Word(Side), nullable=False),
    Column("label", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("old", Canonical, nullable=False),
    Column("new", Canonical, nullable=False),
    Column("reason", Words, nullable=False),
    Column("plan", Text, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_history_link_id", "link_id", "id"),
    Index("ix_history_at", "at"),
    sqlite_autoincrement=True,
)

PERSON = Table(
    "person",
    METADATA,
    Column("side", Word(Side), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("login", Words, nullable=False),
)

FACT = Table(
    "fact",
    METADATA,
    Column("side", Word(Side), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

INSIGHT = Table(
    "insight",
    METADATA,
    Column("kind", String(40), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("data", Dictionary, nullable=False),
    Index("ix_insight_at", "kind", "at"),
)

LEASE = Table(
    "lease",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("holder", Words, nullable=False),
    Column("process", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("since", Utc, nullable=False),
    Column("expires", Utc),
)
