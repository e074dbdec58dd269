"""What the engine remembers, and the only place with queries.

:class:`Store` is the door (``facade.py``); each repository has a module of its own. ``tables.py``
is the schema, ``migrations/`` the way to it, ``database.py`` connections and transactions for
SQLite and PostgreSQL.
"""

from __future__ import annotations

from sync.store.facade import Store
from sync.store.values import Lease, QueuedRow, SentIntent

__all__ = ["Lease", "QueuedRow", "SentIntent", "Store"]
