"""The first schema: links, bases, inbox, intents, ledger, directory, leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STAMP = sa.String(27)
_WORD = sa.String(16)


def upgrade() -> None:
    """Make all tables, links first: others refer to them."""
    _link()
    _base()
    _comment_link()
    _conflict()
    _cursor()
    _fact()
    _history()
    _inbox()
    _intent()
    _lease()
    _meta()
    _pair()
    _parked()
    _person()
    _seen()


def _conflict() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("servicenow_value", sa.Text(), nullable=False),
        sa.Column("servicenow_author", sa.Text(), nullable=False),
        sa.Column("servicenow_at", _STAMP, nullable=True),
        sa.Column("jira_value", sa.Text(), nullable=False),
        sa.Column("jira_author", sa.Text(), nullable=False),
        sa.Column("jira_at", _STAMP, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("at", _STAMP, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conflict"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conflict_link_id", "conflict", ["link_id"], unique=False)
    op.create_index(
        "ux_conflict_open",
        "conflict",
        ["link_id", "field"],
        unique=True,
        sqlite_where=sa.text('"open" = 1'),
        postgresql_where=sa.text('"open"'),
    )


def _cursor() -> None:
    op.create_table(
        "cursor",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("side", _WORD, nullable=False),
        sa.Column("at", _STAMP, nullable=False),
        sa.PrimaryKeyConstraint("stream", name="pk_cursor"),
    )


def _fact() -> None:
    op.create_table(
        "fact",
        sa.Column("side", _WORD, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("side", "name", name="pk_fact"),
    )


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("side", _WORD, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", _STAMP, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_history_at", "history", ["at"], unique=False)
    op.create_index("ix_history_link_id", "history", ["link_id", "id"], unique=False)


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("side", _WORD, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", _STAMP, nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("since", _STAMP, nullable=False),
        sa.PrimaryKeyConstraint("side", "key", name="pk_inbox"),
    )
    op.create_index("ix_inbox_since", "inbox", ["since"], unique=False)


def _intent() -> None:
    op.create_table(
        "intent",
        sa.Column("marker", sa.String(length=80), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("side", _WORD, nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("sent_at", _STAMP, nullable=True),
        sa.Column("first_sent_at", _STAMP, nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("marker", name="pk_intent"),
    )
    op.create_index("ix_intent_state", "intent", ["state"], unique=False)


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("since", _STAMP, nullable=False),
        sa.Column("expires", _STAMP, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("servicenow_container", sa.Text(), nullable=False),
        sa.Column("servicenow_key", sa.Text(), nullable=False),
        sa.Column("servicenow_label", sa.Text(), nullable=False),
        sa.Column("servicenow_version", sa.Text(), nullable=False),
        sa.Column("servicenow_url", sa.Text(), nullable=False),
        sa.Column("jira_container", sa.Text(), nullable=False),
        sa.Column("jira_key", sa.Text(), nullable=False),
        sa.Column("jira_label", sa.Text(), nullable=False),
        sa.Column("jira_version", sa.Text(), nullable=False),
        sa.Column("jira_url", sa.Text(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("origin", _WORD, nullable=False),
        sa.Column("made_at", _STAMP, nullable=True),
        sa.Column("agreed_at", _STAMP, nullable=True),
        sa.Column("decorated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_jira_key", "link", ["jira_key"], unique=False)
    op.create_index("ix_link_jira_label", "link", ["jira_label"], unique=False)
    op.create_index("ix_link_pair_id", "link", ["pair", "id"], unique=False)
    op.create_index("ix_link_servicenow_key", "link", ["servicenow_key"], unique=False)
    op.create_index("ix_link_servicenow_label", "link", ["servicenow_label"], unique=False)
    op.create_index(
        "ix_link_undecorated",
        "link",
        ["id"],
        unique=False,
        sqlite_where=sa.text("decorated = 0"),
        postgresql_where=sa.text("NOT decorated"),
    )
    op.create_index(
        "ux_link_jira",
        "link",
        ["jira_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "ux_link_servicenow",
        "link",
        ["servicenow_container", "servicenow_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )


def _pair() -> None:
    op.create_table(
        "pair",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("first_run_done", sa.Boolean(), nullable=False),
        sa.Column("loaded", sa.Boolean(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair", name="pk_pair"),
    )


def _parked() -> None:
    op.create_table(
        "parked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("side", _WORD, nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", _STAMP, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_parked"),
        sqlite_autoincrement=True,
    )
    op.create_index("ux_parked_place", "parked", ["side", "key", "field"], unique=True)


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("side", _WORD, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("side", "key", name="pk_person"),
    )


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", _STAMP, nullable=False),
        sa.PrimaryKeyConstraint("stream", "key", "version", name="pk_seen"),
    )
    op.create_index("ix_seen_stream_at", "seen", ["stream", "at"], unique=False)


def _base() -> None:
    op.create_table(
        "base",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("servicenow", sa.Text(), nullable=False),
        sa.Column("jira", sa.Text(), nullable=False),
        sa.Column("servicenow_digest", sa.String(length=16), nullable=False),
        sa.Column("jira_digest", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name="fk_base_link_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "field", name="pk_base"),
    )
    op.create_index("ix_base_jira_digest", "base", ["jira_digest", "field"], unique=False)
    op.create_index(
        "ix_base_servicenow_digest", "base", ["servicenow_digest", "field"], unique=False
    )


def _comment_link() -> None:
    op.create_table(
        "comment_link",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("source", _WORD, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name="fk_comment_link_link_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "source", "source_id", name="pk_comment_link"),
    )
    op.create_index("ix_comment_link_copy_id", "comment_link", ["copy_id"], unique=False)
    op.create_index("ix_comment_link_source_id", "comment_link", ["source_id"], unique=False)
