"""From facts to figures: the scorecard, and incident trends."""

from __future__ import annotations
