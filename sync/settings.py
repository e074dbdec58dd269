"""All settings: what they are called, what they mean, what holds when nobody says anything.

Values come from ``tandem.toml``, from files in ``TANDEM_SECRETS_DIR`` and from environment
variables (prefix ``TANDEM_``, parts joined by ``__``); the later of these wins. Unknown names are
refused, because a misspelt limit would otherwise be a limit that does not hold. All problems are
told at once as a :class:`~sync.errors.UserError`.

The groups ``servicenow``, ``jira`` and ``http`` belong to the connector, ``web`` to
:mod:`sync.door`; the rest stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from connector.settings import HttpSettings, JiraSettings, ServiceNowSettings, is_loopback
from sync import origins
from sync.door import WebSettings
from sync.errors import UserError
from sync.origins import SettingPath, variable

DEFAULT = "default"
_MASK = "********"


class Group(BaseModel):
    """Settings that belong together."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StoreSettings(Group):
    """Where the memory of links lives."""

    url: str = Field(
        default="sqlite:///tandem.db",
        description="database URL: sqlite:///FILE (one process) or postgresql://user@host/database",
    )
    lease: float = Field(
        default=60.0,
        ge=5,
        description="seconds after which a process that vanished elsewhere may be replaced",
    )


class MappingsSettings(Group):
    """What is kept equal with what."""

    dir: str = Field(
        default="",
        description="folder of mapping files, one pair a file; empty: the shipped mappings",
    )


class SettleSettings(Group):
    """How long an unclear write is waited for.

    The defaults are longer than either vendor was seen to finish a request after the connection
    was lost; shorter values risk twins.
    """

    servicenow: float = Field(
        default=120.0,
        ge=0,
        description="seconds before an unclear create, comment or attachment may be sent again "
        "to ServiceNow",
    )
    jira: float = Field(
        default=300.0, ge=0, description="the same for Jira, whose search lags behind"
    )


class PollSettings(Group):
    """How often the daemon looks."""

    interval: float = Field(
        default=30.0, ge=1, description="seconds between two looks at both sides, at least 1"
    )


class SweepSettings(Group):
    """When everything is compared, whatever the change feeds said."""

    cron: str = Field(
        default="17 2 * * *", description="five cron fields, in UTC, of the full audit"
    )

    @field_validator("cron")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        # Imported here: only a daemon needs the scheduler, every command needs settings.
        from apscheduler.triggers.cron import CronTrigger

        CronTrigger.from_crontab(value, timezone="UTC")
        return value


class InsightSettings(Group):
    """When trends and delivery status are written."""

    interval: float = Field(
        default=3600.0, ge=60, description="seconds between two runs, at least 60"
    )


class SafetySettings(Group):
    """The safety limits of a pass over a pair, and of an hour; above them a person is asked.

    The numbers carry the names they have in :class:`sync.core.safety.Limits`.
    """

    first_run: Literal["ask", "allow"] = Field(
        default="ask",
        description="ask or allow: whether the daemon may do a pair's first load unasked",
    )
    creates: int = Field(default=50, ge=0, description="most records created in a pass")
    closings: int = Field(default=20, ge=0, description="most records closed in a pass")
    blanks: int = Field(
        default=10, ge=0, description="most records in which a pass empties the same field"
    )
    detached: int = Field(
        default=5, ge=0, description="most files deleted in a pass because their originals were"
    )
    update_share: float = Field(
        default=0.3, ge=0, le=1, description="largest share of links updated in a pass"
    )
    update_floor: int = Field(
        default=25, ge=0, description="number of links up to which the shares are ignored"
    )
    comments: int = Field(default=100, ge=0, description="most comments carried in a pass")
    same_text: int = Field(
        default=20, ge=0, description="most records in which an hour sets a field to the same text"
    )
    creates_hour: int = Field(
        default=200, ge=0, description="most records created in an hour without consent"
    )
    closings_hour: int = Field(default=60, ge=0, description="the same for records closed")
    blanks_hour: int = Field(
        default=20, ge=0, description="the same for records in which one field is emptied"
    )
    detached_hour: int = Field(default=5, ge=0, description="the same for files deleted")
    comments_hour: int = Field(default=500, ge=0, description="the same for comments carried")
    update_share_hour: float = Field(
        default=0.5, ge=0, le=1, description="largest share of links updated in an hour"
    )
    approval: float = Field(
        default=3_600.0,
        ge=60,
        description="seconds for which a plan that was shown may be approved by its hash",
    )


class LogSettings(Group):
    """What is told on stderr, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="debug, info, warning or error: the least important line that is told",
    )
    format: Literal["auto", "console", "json"] = Field(
        default="auto",
        description="console, json, or auto: console on a terminal and json otherwise",
    )


@dataclass(frozen=True, slots=True)
class Told:
    """One setting as it holds: its variable, its value (secrets masked), where that came from."""

    name: str
    value: str
    origin: str


class Settings(BaseSettings):
    """All groups. ``Settings.load()`` reads them; building one by hand reads nothing."""

    model_config = SettingsConfigDict(
        env_prefix=origins.PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    servicenow: ServiceNowSettings = ServiceNowSettings()
    jira: JiraSettings = JiraSettings()
    http: HttpSettings = HttpSettings()
    store: StoreSettings = StoreSettings()
    mappings: MappingsSettings = MappingsSettings()
    settle: SettleSettings = SettleSettings()
    poll: PollSettings = PollSettings()
    sweep: SweepSettings = SweepSettings()
    insight: InsightSettings = InsightSettings()
    web: WebSettings = WebSettings()
    guard: SafetySettings = SafetySettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library names all five
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in: :func:`sync.origins.gather` reads the layers one by one."""
        return (init_settings,)

    @classmethod
    def load(cls, *, sides: bool = False) -> Settings:
        """Read every layer. With ``sides``, both systems must be named with their access, too."""
        return cls._read(sides=sides)[0]

    @classmethod
    def explain(cls) -> tuple[Told, ...]:
        """Every setting with its value and where that came from."""
        settings, found = cls._read(sides=False)
        return tuple(_told(settings, path, found) for path in origins.names(cls))

    @classmethod
    def _read(cls, *, sides: bool) -> tuple[Settings, origins.Gathered]:
        found = origins.gather(cls)
        problems, wrong = list(found.problems), set[SettingPath]()
        try:
            settings = cls(**found.values)
        except ValidationError as error:
            problems += origins.problems_of(error, cls, found)
            wrong = {tuple(map(str, one["loc"])) for one in error.errors()}
            # What else is wrong shall be told, too.
            settings = cls(**origins.without(found.values, wrong))
        problems += _unsafe_urls(settings, found)
        if sides and not found.unread:
            told = tuple(f"{variable(path)}:" for path in wrong)
            problems += [one for one in missing(settings) if not one.startswith(told)]
        if problems:
            raise UserError(problems)
        return settings, found

    def secrets(self) -> Iterator[str]:
        """Every text that no log line and no message may show."""
        yield from origins.secrets_in(self)
        password = urlsplit(self.store.url).password
        if password:
            yield password


def missing(settings: Settings) -> list[str]:
    """What is still to be said before either side can be asked anything."""
    blank = [
        path
        for group in ("servicenow", "jira")
        for path in ((group, name) for name in getattr(settings, group).needed())
        if not _plain(_value(settings, path))
    ]
    if not settings.mappings.dir and not settings.jira.project:
        blank.append(("jira", "project"))
    return [
        f"{variable(path)}: not set. Set it in the environment"
        + (
            f", in {origins.DEFAULT_FILE} or as a file in {origins.SECRETS_DIR}."
            if _hidden(path)
            else f" or in {origins.DEFAULT_FILE}."
        )
        for path in blank
    ]


def _unsafe_urls(settings: Settings, found: origins.Gathered) -> Iterator[str]:
    """URLs that would show a password on the way, or hold one."""
    for group in ("servicenow", "jira"):
        url = getattr(settings, group).url
        if not url:
            continue
        place = found.place((group, "url"))
        try:
            parts = urlsplit(url)
            host = parts.hostname
            parts.port  # noqa: B018 - reading it is the check
        except ValueError as error:
            yield f"{place}: not a URL: {error}. Write https://HOST."
            continue
        if parts.scheme not in ("http", "https") or not host:
            yield f"{place}: {url!r} is not a web address. Write https://HOST."
        elif parts.username or parts.password:
            yield f"{place}: holds a user or password. Write those into their own settings."
        elif parts.query or parts.fragment:
            yield f"{place}: has a query. Write only https://HOST, with the path if there is one."
        elif parts.scheme == "http" and not settings.http.allow_insecure and not is_loopback(host):
            yield (
                f"{place}: http:// would send the password readable to {host}. Use https://, or "
                "set TANDEM_HTTP__ALLOW_INSECURE=true in a network that you trust."
            )


def _told(settings: Settings, path: SettingPath, found: origins.Gathered) -> Told:
    value = _value(settings, path)
    text = _plain(value)
    if _hidden(path) and text:
        text = _MASK
    elif path == ("store", "url"):
        text = re.sub(r"(://[^/@:]*):[^@]*@", rf"\1:{_MASK}@", text)
    origin = found.place(path) if path in found.places else DEFAULT
    return Told(variable(path), text, origin)


def _hidden(path: SettingPath) -> bool:
    return origins.is_secret(Settings, path)


def _value(settings: Settings, path: SettingPath) -> Any:
    value: Any = settings
    for part in path:
        value = getattr(value, part)
    return value


def _plain(value: Any) -> str:
    """A value as somebody would write it into the environment."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
