"""What keeps coming back in other words."""

from __future__ import annotations
