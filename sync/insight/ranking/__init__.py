"""Where open problems stand in the backlog."""

from __future__ import annotations
