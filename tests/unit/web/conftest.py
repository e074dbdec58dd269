"""A receiver on a store in memory."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.memory.store import MemoryStore
from tests.support.webhooks import Hooks

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def hooks() -> Hooks:
    return Hooks(MemoryStore(clock=lambda: NOON))
