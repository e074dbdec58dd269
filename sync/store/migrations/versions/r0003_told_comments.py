"""Comment links know what of a comment was told: its stamp, the text's digest, the parts.

What was carried before has neither stamp nor digest: it counts as told as it stands.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns more."""
    for name in ("stamp", "digest"):
        op.add_column(
            "comment_link",
            sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")),
        )
    op.add_column(
        "comment_link",
        sa.Column("parts", sa.Integer(), nullable=False, server_default=sa.text("1")),
    )
