"""Where a setting's value was written, and what to say when it is wrong there.

Terms:

layer
    one place that settings are read from: ``tandem.toml``, a folder of secret files, the
    environment. A later layer wins, value by value.
path
    a setting's name in parts, ``("jira", "token")``; the environment spells it
    ``TANDEM_JIRA__TOKEN``, the file ``token`` under ``[jira]``, a secret file has the name
    ``tandem_jira__token``.
place
    where a layer holds one path, as a person finds it again.

The reading itself is done by pydantic-settings, one layer at a time, because only then is it known
which layer a value came from. A layer that cannot be read is a problem and counts as empty, so that
all problems are told at once.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    SecretsSettingsSource,
    SettingsError,
    TomlConfigSettingsSource,
)

PREFIX = "TANDEM_"
CONFIG = "TANDEM_CONFIG"
SECRETS_DIR = "TANDEM_SECRETS_DIR"
DEFAULT_FILE = "tandem.toml"
_OURS = frozenset({CONFIG, SECRETS_DIR})
# A container platform names its own links after a service called "tandem"; they mean nothing to us.
_SERVICE_LINK = re.compile(r"TANDEM_(SERVICE_(HOST|PORT)|PORT)(_.*)?", re.IGNORECASE)

SettingPath: TypeAlias = "tuple[str, ...]"


@dataclass(slots=True)
class Gathered:
    """Everything the layers hold: nested values, each path's place, and what is wrong with it.

    ``unread``: a layer could not be read, so that nobody knows what is set.
    """

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[SettingPath, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unread: bool = False

    def add(self, path: SettingPath, value: Any, place: str) -> None:
        """Lay one value over whatever an earlier layer said."""
        at = self.values
        for part in path[:-1]:
            below = at.get(part)
            if not isinstance(below, dict):
                below = at[part] = {}
            at = below
        at[path[-1]] = value
        self.places[path] = place

    def place(self, path: SettingPath) -> str:
        """Where a path, or the first thing inside it, was written; else its variable."""
        inside = (at for at in self.places if at[: len(path)] == path)
        around = (path[:length] for length in range(len(path) - 1, 0, -1))
        for at in (*inside, *around):
            if at in self.places:
                return self.places[at]
        return variable(path)


def variable(path: SettingPath) -> str:
    """The environment variable of a path."""
    return PREFIX + "__".join(path).upper()


def gather(settings: type[BaseSettings]) -> Gathered:
    """Read all layers, weakest first."""
    found = Gathered()
    file = Path(os.environ.get(CONFIG) or DEFAULT_FILE)
    secrets = os.environ.get(SECRETS_DIR)
    if os.environ.get(CONFIG) and not file.is_file():
        found.unread = True
        found.problems.append(
            f"{CONFIG} (environment): there is no file {file}. Name an existing file or unset it."
        )
    _layer(
        found,
        lambda: TomlConfigSettingsSource(settings, toml_file=file)(),
        lambda path: f"{'.'.join(path)} ({file})",
        str(file),
    )
    if secrets:
        _layer(
            found,
            lambda: _secret_files(settings, secrets),
            lambda path: f"{Path(secrets) / variable(path).lower()} (secret file)",
            SECRETS_DIR,
        )
    _layer(
        found,
        lambda: EnvSettingsSource(settings)(),
        lambda path: f"{variable(path)} (environment)",
        "environment",
    )
    found.problems += _strangers(settings)
    return found


def _secret_files(settings: type[BaseSettings], folder: str) -> Mapping[str, Any]:
    inner = SecretsSettingsSource(settings, secrets_dir=folder)
    return NestedSecretsSettingsSource(inner, secrets_dir_missing="error")()


def _layer(
    found: Gathered,
    read: Callable[[], Mapping[str, Any]],
    place: Callable[[SettingPath], str],
    name: str,
) -> None:
    try:
        values = read()
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError, SettingsError) as error:
        found.unread = True
        found.problems.append(f"{name}: {_unread(error)}")
        return
    for path, value in _leaves(values):
        found.add(path, value, place(path))


def _unread(error: Exception) -> str:
    """Why a layer gives nothing, and what to do."""
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"not valid TOML: {error}. Correct that line."
    if isinstance(error, OSError | UnicodeDecodeError):
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return f"cannot be read: {why}. Check the file and its rights."
    group = re.search(r'field "(\w+)"', str(error))
    if group is None:
        return f"{error}. Name a folder of one file for each secret."
    name = variable((group[1],))
    return f"{name} is a group of settings, not one. Write single ones: {name}__NAME."


def _leaves(
    values: Mapping[str, Any], above: SettingPath = ()
) -> Iterator[tuple[SettingPath, Any]]:
    for name, value in values.items():
        path = (*above, name)
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        else:
            yield path, value


def names(model: type[BaseModel], above: SettingPath = ()) -> Iterator[SettingPath]:
    """Every setting's path, in the order of the groups."""
    for name, info in model.model_fields.items():
        path = (*above, name)
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from names(kind, path)
        else:
            yield path


def _strangers(settings: type[BaseSettings]) -> list[str]:
    """Variables with our prefix whose group does not exist: the library passes over them."""
    groups = {path[0] for path in names(settings)}
    return [
        f"{name} (environment): unknown setting. {suggestion(settings, name)}"
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX)
        and name.upper() not in _OURS
        and not _SERVICE_LINK.fullmatch(name)
        and name[len(PREFIX) :].lower().split("__")[0] not in groups
    ]


def suggestion(settings: type[BaseSettings], name: str) -> str:
    """The nearest setting that exists."""
    known = [variable(path) for path in names(settings)]
    near = difflib.get_close_matches(name.upper(), [*known, *_OURS], n=1, cutoff=0.75)
    return f"Did you mean {near[0]}?" if near else "Remove it; README.md lists all settings."


def without(values: Mapping[str, Any], paths: set[SettingPath]) -> dict[str, Any]:
    """The values that are left when those at these paths are taken out."""
    return {
        name: without(value, {path[1:] for path in paths if path[0] == name and path[1:]})
        if isinstance(value, Mapping)
        else value
        for name, value in values.items()
        if (name,) not in paths
    }


def problems_of(
    error: ValidationError, settings: type[BaseSettings], found: Gathered
) -> Iterable[str]:
    """The library's findings as a person needs them: where, what, remedy."""
    for detail in error.errors(include_url=False):
        path = tuple(str(part) for part in detail["loc"])
        place = found.place(path)
        if detail["type"] == "extra_forbidden":
            yield f"{place}: unknown setting. {suggestion(settings, variable(path))}"
        else:
            yield f"{place}: {_what(detail, settings, path)}. {_remedy(settings, path)}"


def _what(detail: ErrorDetails, settings: type[BaseSettings], path: SettingPath) -> str:
    text = detail["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    given = detail.get("input")
    told = isinstance(given, str | int | float) and not is_secret(settings, path)
    return f"{given!r} does not fit: {text}" if told else text


def _remedy(settings: type[BaseSettings], path: SettingPath) -> str:
    info = _info(settings, path)
    if info is None or not info.description:
        return "Correct it; README.md lists all settings."
    return f"It is: {info.description.rstrip('.')}."


def is_secret(settings: type[BaseSettings], path: SettingPath) -> bool:
    """Whether a value must never be shown."""
    info = _info(settings, path)
    return info is not None and "SecretStr" in str(info.annotation)


def _info(settings: type[BaseModel], path: SettingPath) -> Any:
    model: type[BaseModel] = settings
    for part in path[:-1]:
        inner = model.model_fields.get(part)
        kind = inner.annotation if inner else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return None
        model = kind
    return model.model_fields.get(path[-1]) if path else None


def secrets_in(model: BaseModel) -> Iterator[str]:
    """Every secret text of a group and of the groups in it."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from secrets_in(value)
        elif isinstance(value, SecretStr) and value.get_secret_value():
            yield value.get_secret_value()
