"""The store in plain Python memory, for tests that ask it thousands of times.

:class:`MemoryStore` answers as :class:`sync.store.Store` does on SQLite, call for call; the tests
in ``tests/unit/store`` hold it to that. Nothing of it outlives the process.
"""

from __future__ import annotations

from tests.support.memory.store import MemoryStore
from tests.support.memory.tables import Copy

__all__ = ["Copy", "MemoryStore"]
