"""Large files from the desk to Jira and back: the program needs no more memory for them.

A file of 1 MB and one of 100 MB take the same way, read back where they arrived: the content of the
large one is such that it is among those that are (:func:`sync.apply.verify.sampled`).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cost import Row
from tests.bench.moving import requests
from tests.bench.stand import Stand, stand

ROOM_MB = 20
"""How much more memory the large file may need than the small one."""

BLOCK = 1_000_000
EDGE = "tandem-bench-edge"


def files(*, quick: bool) -> Iterator[Row]:
    """One small and one large file each way; what arrives is compared with what was sent."""
    with stand(1) as place:
        place.tandem("sync", "--yes", "--json")
        [row] = place.told("SERVICENOW", "/api/now/table/incident?sysparm_limit=2")["result"]
        key, issue = row["sys_id"], row["correlation_display"]
        for way in ("desk to Jira", "Jira to desk"):
            small = 0.0
            for size in (1, 5 if quick else 100):
                path, digest = content(place.folder / f"{way} {size}.bin", size)
                if way == "desk to Jira":
                    to_desk(place, key, path)
                else:
                    to_jira(place, issue, path)
                path.unlink()
                ran = place.tandem("sync", "--yes", "--json")
                came = from_jira if way == "desk to Jira" else from_desk
                arrived = came(place, issue if came is from_jira else key, path.name)
                if arrived != digest:
                    raise RuntimeError(f"{path.name} arrived as {arrived}, not {digest}")
                bar = "" if not small else f"{ROOM_MB} MB above 1 MB's"
                held = ran.peak_mb - small <= ROOM_MB if small else None
                yield Row(
                    "file", f"{size} MB, {way}", ran.cpu, ran.wall, *requests(ran),
                    ran.peak_mb, bar, held,
                )  # fmt: skip
                small = ran.peak_mb


def content(path: Path, megabytes: int) -> tuple[Path, str]:
    """Bytes that nothing can make smaller, in a file, with their hash; it is read back."""
    # Imported here and not above: other benches need no part of the program in this process.
    from sync.apply.verify import sampled

    dice, found, size = random.Random(path.name), hashlib.sha256(), megabytes * BLOCK
    with path.open("wb") as file:
        for _ in range(megabytes - 1):
            block = dice.randbytes(BLOCK)
            found.update(block)
            file.write(block)
        block = dice.randbytes(BLOCK - 8)
        found.update(block)
        file.write(block)
        for number in range(100_000):
            end, whole = number.to_bytes(8, "big"), found.copy()
            whole.update(end)
            if sampled(size, whole.hexdigest()):
                file.write(end)
                return path, whole.hexdigest()
    raise RuntimeError("no content is read back")


def to_desk(place: Stand, key: str, path: Path) -> None:
    """A person attaches a file to a ticket."""
    name = path.name.replace(" ", "%20")
    where = f"table_name=incident&table_sys_id={key}&file_name={name}"
    with path.open("rb") as file, place.asked(
        "SERVICENOW", "POST", f"/api/now/attachment/file?{where}", file,
        Content_Type="application/x-thing", Content_Length=str(path.stat().st_size),
    ):  # fmt: skip
        pass


def to_jira(place: Stand, issue: str, path: Path) -> None:
    """A person attaches a file to an issue: a form with the file in it, made on disk."""
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        "Content-Type: application/x-thing\r\n\r\n"
    )
    form = path.with_suffix(".form")
    with form.open("wb") as into, path.open("rb") as file:
        into.write(head.encode())
        for block in iter(lambda: file.read(BLOCK), b""):
            into.write(block)
        into.write(f"\r\n--{EDGE}--\r\n".encode())
    with form.open("rb") as file, place.asked(
        "JIRA", "POST", f"/rest/api/3/issue/{issue}/attachments", file,
        Content_Type=f"multipart/form-data; boundary={EDGE}",
        Content_Length=str(form.stat().st_size), X_Atlassian_Token="no-check",
    ):  # fmt: skip
        form.unlink()


def from_jira(place: Stand, issue: str, name: str) -> str:
    """The hash of the one file of that name on an issue."""
    fields = place.told("JIRA", f"/rest/api/3/issue/{issue}?fields=attachment")["fields"]
    [id] = [one["id"] for one in fields["attachment"] if one["filename"] == name]
    return _hash(place, "JIRA", f"/rest/api/3/attachment/content/{id}?redirect=false")


def from_desk(place: Stand, key: str, name: str) -> str:
    """The hash of the one file of that name on a ticket."""
    told = place.told("SERVICENOW", f"/api/now/attachment?sysparm_query=table_sys_id={key}")
    [id] = [one["sys_id"] for one in told["result"] if one["file_name"] == name]
    return _hash(place, "SERVICENOW", f"/api/now/attachment/{id}/file")


def _hash(place: Stand, side: str, path: str) -> str:
    found = hashlib.sha256()
    with place.asked(side, "GET", path) as answer:
        for block in iter(lambda: answer.read(BLOCK), b""):
            found.update(block)
    return found.hexdigest()
