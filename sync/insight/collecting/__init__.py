"""From both systems to facts."""

from __future__ import annotations
