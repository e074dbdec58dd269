"""Every story is played on both Jira flavours, and ends in peace.

After a story the program runs until it has nothing left to do, and the true contents of both
systems are compared: whatever else a story was about, nothing may be lost or left lying. A story
that ends otherwise says why in ``stage.unsettled``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.stage import FLAVOURS, Stage


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Both systems without tickets, and everybody at work."""
    found = Stage(request.param)
    yield found
    found.ends()
