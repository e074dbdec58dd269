"""What the program can do stands where people look for it: README and the example file."""

from __future__ import annotations

import functools
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import SecretStr

from connector.base import Adapter
from connector.errors import ConnectorError
from sync.cli import app
from sync.cli.app import DONE, HELD, OPEN, UNEXPECTED, UNREACHABLE, USAGE
from sync.core.plan import Create
from sync.engine.cases import Candidate
from sync.errors import SyncError
from sync.origins import CONFIG, SECRETS_DIR, names, variable
from sync.settings import Settings
from sync.store.inbox import Inbox

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


PROGRAM = typer.main.get_command(app)
COMMANDS = sorted(commands(PROGRAM))
EVERYWHERE = {"--json", "--help"}
WELL_KNOWN = {one.__name__: one for one in (Adapter, Candidate, Create, Inbox)}
PACKAGE_PAGES = (
    *("connector/README.md", "connector/sandbox/README.md", "mappings/README.md"),
    *("sync/README.md", "deploy/README.md", "CONTRIBUTING.md"),
)
LATER = {"tandem.toml", "people.yaml", "insight.yaml", "policy.yaml", "improvement.yaml"}
"""Files that people make themselves."""


def found_command(command: str) -> Any:
    """What stands behind a command as it is typed."""
    return functools.reduce(lambda above, name: above.commands[name], command.split()[1:], PROGRAM)


def options(command: str) -> set[str]:
    """All that may be given to it by name."""
    given = {name for one in found_command(command).params for name in one.opts}
    return {name for name in given if name.startswith("--")} | {"--help"}


def descendants(kind: type[Any]) -> Iterator[type[Any]]:
    """All kinds of an error."""
    for one in kind.__subclasses__():
        yield one
        yield from descendants(one)


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


@pytest.mark.parametrize("command", COMMANDS)
def test_a_commands_row_names_its_options_and_no_others(command: str) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `{command}` |"))
    assert set(re.findall(r"--[a-z-]+", row)) == options(command) - EVERYWHERE


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    told = re.findall(r"`(?:\.venv/bin/)?(tandem(?: [a-z]+)*)", README)
    groups = {command.rpartition(" ")[0] for command in COMMANDS}
    assert set(told) <= {*COMMANDS, *groups}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_commands_help_has_an_example_that_could_be_typed(command: str) -> None:
    found = re.findall(rf"`{command}([^`]*)`", found_command(command).help or "")
    assert found, "no example"
    used = {option for rest in found for option in re.findall(r"--[a-z-]+", rest)}
    assert used <= options(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_does(command: str) -> None:
    params = found_command(command).params
    assert not [one.name for one in params if one.opts[0].startswith("--") and not one.help]


def test_the_exit_codes_are_the_ones_that_there_are() -> None:
    documented = {int(code) for code in re.findall(r"(?m)^\| (\d) \| ", README)}
    assert documented == {DONE, UNEXPECTED, USAGE, OPEN, UNREACHABLE, HELD}
    raised = {one.exit_code for one in descendants(SyncError)}
    assert raised <= documented


def test_every_error_stands_in_the_table_of_situations() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = set(re.findall(r"(?m)^\| [^|]+ \| `(\w+)", contributing))
    raised = {*descendants(ConnectorError), *descendants(SyncError)}
    assert told == {one.__name__ for one in raised if one.__module__.endswith(".errors")}


# ---- the life of a record


def places() -> list[str]:
    """What ``sync/README.md`` names in code type: functions, classes and files."""
    text = (ROOT / "sync" / "README.md").read_text(encoding="utf-8")
    return sorted(
        {name for name in re.findall(r"`([^`\s(]+)`", text) if re.search(r"[./A-Z]", name)}
    )


def resolved(dotted: str) -> object:
    """The object that a dotted name means: a module of ``sync`` and what is in it, or a class."""
    first, _, rest = dotted.partition(".")
    if first in WELL_KNOWN:
        return functools.reduce(getattr, filter(None, rest.split(".")), WELL_KNOWN[first])
    return pkgutil.resolve_name(f"sync.{dotted}")


@pytest.mark.parametrize("place", places())
def test_the_life_of_a_record_leads_through_what_exists(place: str) -> None:
    if "/" in place or place.endswith(".py"):
        assert (ROOT / "sync" / place).exists()
    else:
        assert resolved(place) is not None


def test_the_life_of_a_record_names_many_places() -> None:
    assert {"feed.poll", "core.merge.decide", "apply.creates.create", "store/"} <= set(places())


def test_the_reading_order_leaves_nothing_of_the_engine_out() -> None:
    page = (ROOT / "sync" / "README.md").read_text(encoding="utf-8")
    told = page.partition("## Reading order")[2]
    modules = [
        f"{folder}/{path.name}"
        for folder in ("core", "engine")
        for path in sorted((ROOT / "sync" / folder).glob("*.py"))
        if path.name != "__init__.py"
    ]
    assert len(modules) > 20
    assert not [name for name in modules if f"`{name}`" not in told]


@pytest.mark.parametrize("path", ["README.md", *PACKAGE_PAGES])
def test_no_page_leads_to_a_file_that_is_not_there(path: str) -> None:
    page = ROOT / path
    named = re.findall(
        r"`((?:[\w-]+/)*[\w-]+\.(?:py|md|yaml|toml))`", page.read_text(encoding="utf-8")
    )
    absent = [
        name
        for name in named
        if name not in LATER and not any((base / name).exists() for base in (page.parent, ROOT))
    ]
    assert not absent


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
