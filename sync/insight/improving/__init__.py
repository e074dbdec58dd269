"""Improvements: what they have to have, and what came of them."""

from __future__ import annotations
