"""Files that were carried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; an older program carried no files."""
    op.create_table(
        "file_link",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name="fk_file_link_link_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "source", "source_id", name="pk_file_link"),
    )
    op.create_index("ix_file_link_source_id", "file_link", ["source_id"])
    op.create_index("ix_file_link_copy_id", "file_link", ["copy_id"])
