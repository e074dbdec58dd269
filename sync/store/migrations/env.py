"""What Alembic runs for every command: our connection, already in its transaction.

There is no ini file and no mode without a connection; :mod:`sync.store.schema` is the only caller.
"""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    version_table="tandem_schema",
    # SQLite can undo DDL, too; we begin the transaction by hand.
    transactional_ddl=True,
)
context.run_migrations()
