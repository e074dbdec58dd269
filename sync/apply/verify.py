"""Whether a file stands on the other side as it was sent (reliability: I-10).

ServiceNow tells the hash of what it stored with its answer. Jira tells none, so a small file is
read back, and of the larger ones a hundredth, chosen by their content.
"""

from __future__ import annotations

from pathlib import Path

from connector.contents import File
from connector.errors import ConnectorError
from connector.values import Done
from sync.core.plan import Attach
from sync.runtime import Runtime, log

SMALL = 1_000_000
"""Bytes up to which every file is read back."""

SAMPLE = 100
"""Of larger files one in so many is."""


def damaged(runtime: Runtime, action: Attach, digest: str, result: Done, folder: Path) -> bool:
    """Whether a copy is known to differ from what was sent, which had this digest.

    One that cannot be read back now is not known to.
    """
    if result.digest.lower() == digest:
        return False
    # A hash that differs may be of something else than the content: the content itself decides.
    if not result.digest and not sampled(action.file.size, digest):
        return False
    back = folder / f"back {result.key}"
    try:
        with back.open("xb") as into:
            found = runtime.adapters[action.side].fetch(copy_of(runtime, action, result), into)
    except ConnectorError as error:
        log.info("not read back", action="file.unverified", name=action.name, why=error.what)
        return False
    finally:
        back.unlink(missing_ok=True)
    return found != digest


def sampled(size: int, digest: str) -> bool:
    """Whether a file of that size and content is read back."""
    return size <= SMALL or int(digest[:8] or "0", 16) % SAMPLE == 0


def copy_of(runtime: Runtime, action: Attach, result: Done) -> File:
    """The copy that was just made."""
    end, file = action.link.end(action.side), action.file
    return File(
        end.container, end.key, result.key, result.label or action.name, file.size, file.type,
        "", "", runtime.adapters[action.side].server_now(),
    )  # fmt: skip
