"""Whether a store can be used at all, told before a driver's error would tell it worse.

File permissions are judged by their bits as well as by asking the system: the administrator's
account may write everything, yet whoever took the write bits away meant it.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from sync.errors import StoreUnusable

MAGIC = b"SQLite format 3\x00"
SETTING = "TANDEM_STORE__URL"
_WRITE_BITS = 0o222


def parse(url: str) -> URL:
    """The URL with the driver we use, or why it cannot be ours."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        # The text is not repeated: what cannot be parsed may still hold a password.
        raise StoreUnusable(
            "this is not a database URL",
            where=SETTING,
            remedy="Write it as sqlite:///tandem.db or postgresql://user@host/database.",
        ) from error
    if backend == "sqlite" and parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed.set(drivername="sqlite")
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreUnusable(
        f"{parsed.drivername} is not supported",
        where=SETTING,
        remedy="Use sqlite:///FILE or postgresql://user@host/database.",
    )


def is_memory(url: URL) -> bool:
    """Whether this is SQLite without a file."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def check_file(url: URL, *, create: bool) -> None:
    """Refuse a SQLite file that cannot serve; make a missing one, readable for its owner only."""
    path = Path(str(url.database))
    place = str(path)
    _check_folder(path.parent if path.parent != Path() else Path.cwd(), place)
    if path.is_dir():
        raise StoreUnusable(
            "this is a directory", where=place, remedy=f"Name a file inside it in {SETTING}."
        )
    if path.exists():
        _check_existing(path)
    elif create:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    else:
        raise StoreUnusable(
            "there is no such file", where=place, remedy="Run `tandem db upgrade` to make it."
        )


def _check_folder(folder: Path, place: str) -> None:
    if not folder.is_dir():
        raise StoreUnusable(
            f"the directory {folder} does not exist",
            where=place,
            remedy=f"Make it (mkdir -p {folder}) or name another place in {SETTING}.",
        )
    if not _writable(folder):
        raise StoreUnusable(
            f"the directory {folder} is read-only, and the database keeps files beside its own",
            where=place,
            remedy=f"Give this user write access to {folder} or name another place in {SETTING}.",
        )


def _check_existing(path: Path) -> None:
    if not os.access(path, os.R_OK):
        raise StoreUnusable(
            "the file cannot be read",
            where=str(path),
            remedy=f"Give this user read and write access: chmod u+rw {path} as its owner.",
        )
    if not _writable(path):
        raise StoreUnusable(
            "the file is read-only",
            where=str(path),
            remedy=f"Give this user write access: chmod u+w {path} as its owner.",
        )
    with path.open("rb") as stream:
        head = stream.read(len(MAGIC))
    if head not in (b"", MAGIC):
        raise StoreUnusable(
            "the file is not a SQLite database",
            where=str(path),
            remedy=f"Restore a backup over it, or name another file in {SETTING}.",
        )


def _writable(path: Path) -> bool:
    return bool(path.stat().st_mode & _WRITE_BITS) and os.access(path, os.W_OK)


_REMEDIES = (
    ("locked", "Another process is writing for a long time: end it, then run again."),
    ("readonly", "Give this user write access to the file and its directory."),
    ("read-only", "Give this user write access to the database."),
    ("disk is full", "Make room on the disk; nothing was sent that the store does not know of."),
    ("not a database", f"Restore a backup over it, or name another file in {SETTING}."),
    ("malformed", "Stop Tandem, restore the latest backup and run `tandem db check`."),
    ("password", f"Check user and password in {SETTING}."),
    ("permission denied", "Give the database user the rights of an owner on its schema."),
    ("does not exist", f"Create it (createdb) or correct its name in {SETTING}."),
)


def remedy_of(words: str, sqlite: bool) -> str:
    """The next step for a driver's message."""
    lowered = words.lower()
    for sign, remedy in _REMEDIES:
        if sign in lowered:
            return remedy
    if sqlite:
        return "Check the disk and the file, then run `tandem db check`."
    return f"Check that the database server runs and that {SETTING} names its host and port."
