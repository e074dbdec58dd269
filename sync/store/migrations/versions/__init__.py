"""The steps, oldest first by name."""

from __future__ import annotations
