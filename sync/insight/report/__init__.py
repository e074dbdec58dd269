"""The same for readers elsewhere: a page, a table, data."""

from __future__ import annotations
