"""What the program can do stands where people look for it: README and the example file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import SecretStr

from sync.cli import app
from sync.origins import CONFIG, SECRETS_DIR, names, variable
from sync.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy" / "config.example.toml").read_text(encoding="utf-8")
SETTINGS = list(names(Settings))


def commands(command: Any, above: str = "tandem") -> Iterator[str]:
    """Every command that does something, as it is typed."""
    if hasattr(command, "commands"):
        if command.invoke_without_command:
            yield above
        for name, inner in command.commands.items():
            yield from commands(inner, f"{above} {name}")
    else:
        yield above


COMMANDS = sorted(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", SETTINGS, ids=variable)
def test_every_setting_stands_in_the_readme(path: tuple[str, ...]) -> None:
    assert re.search(rf"`{variable(path)}`", README)


@pytest.mark.parametrize("name", [CONFIG, SECRETS_DIR])
def test_the_places_of_settings_stand_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    known = {variable(path) for path in SETTINGS} | {CONFIG, SECRETS_DIR}
    assert set(re.findall(r"TANDEM_[A-Z_]+[A-Z]", README)) <= known


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"`{command}" in README


def test_there_are_commands() -> None:
    assert "tandem sync" in COMMANDS


def test_the_example_file_holds_every_setting_with_its_default() -> None:
    bare = re.sub(r"(?m)^#(?=\w+ = )", "", EXAMPLE)
    written = tomllib.loads(bare)
    expected: dict[str, dict[str, Any]] = {}
    for group, name in SETTINGS:
        value = getattr(getattr(Settings(), group), name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        expected.setdefault(group, {})[name] = plain
    assert written == expected


def test_the_example_file_changes_nothing_as_it_stands() -> None:
    assert not any(tomllib.loads(EXAMPLE).values())
