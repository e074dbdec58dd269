"""Where insight is told: the desk's records, epics, problems for what recurs."""

from __future__ import annotations
