"""The engine: :class:`Engine` runs passes; see ``sync/README.md`` for one record's way through."""

from __future__ import annotations

from sync.engine.engine import Engine, Orders, Progress, Summary

__all__ = ["Engine", "Orders", "Progress", "Summary"]
