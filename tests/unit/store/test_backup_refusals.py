"""Backups that cannot be made say why, and leave nothing half-done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.errors import UserError
from sync.store import Store


def test_a_postgresql_store_names_the_tool(
    postgres_url: str, opened: Callable[[str], Store], tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="pg_dump"):
        opened(postgres_url).maintenance.backup(tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_not_overwritten(
    tmp_path: Path, opened: Callable[[str], Store]
) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(UserError, match="exists"):
        opened("sqlite://").maintenance.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_missing_directory_is_named(tmp_path: Path, opened: Callable[[str], Store]) -> None:
    with pytest.raises(UserError, match="no does not exist"):
        opened("sqlite://").maintenance.backup(tmp_path / "no" / "copy.db")
