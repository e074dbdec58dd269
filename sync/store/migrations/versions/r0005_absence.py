"""Linked records that are not shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; what an older program missed is looked for anew."""
    op.create_table(
        "absence",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("since", sa.String(27)),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.String(27)),
        sa.Column("due", sa.String(27)),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("back_at", sa.String(27)),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name="fk_absence_link_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "side", name="pk_absence"),
    )
    op.create_index("ix_absence_due", "absence", ["due"])
