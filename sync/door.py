"""Settings of the daemon's HTTP door: where it listens, and who may nudge through it.

A group of :class:`sync.settings.Settings` like the others, with a page of its own because a secret
that is too short has to be refused, and told how a better one is made.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

JIRA_LEAST, TOKEN_LEAST = 16, 32
"""Characters below which a secret could be guessed; a token travels with each request."""

_NOTHING = SecretStr("")


class WebSettings(BaseModel):
    """The daemon's HTTP door."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    listen: str = Field(
        default="127.0.0.1:8080",
        description="host:port of health probes, webhooks and console, or off",
    )
    jira_secret: SecretStr = Field(
        default=_NOTHING,
        description="secret of Jira's webhook, at least 16 characters; empty: it is not taken",
    )
    servicenow_token: SecretStr = Field(
        default=_NOTHING,
        description="token that ServiceNow's webhook brings along, at least 32 characters; empty: "
        "it is not taken",
    )
    checks_token: SecretStr = Field(
        default=_NOTHING,
        description="token that a pipeline brings along with results of checks, at least 32 "
        "characters; empty: none are taken",
    )

    @field_validator("listen")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value.lower() == "off":
            return "off"
        host, _, port = value.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError("it must be host:port, such as 127.0.0.1:8080, or off")
        return value

    @field_validator("jira_secret")
    @classmethod
    def _is_hard_to_guess(cls, value: SecretStr) -> SecretStr:
        return _long_enough(value, JIRA_LEAST)

    @field_validator("servicenow_token", "checks_token")
    @classmethod
    def _can_be_sent(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[\x21-\x7e]*", value.get_secret_value()):
            raise ValueError("it must be of plain letters, digits and signs, without spaces")
        return _long_enough(value, TOKEN_LEAST)

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port, or nothing when the door stays shut."""
        if self.listen == "off":
            return None
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def _long_enough(value: SecretStr, least: int) -> SecretStr:
    if value.get_secret_value() and len(value.get_secret_value()) < least:
        raise ValueError(
            f"it must have at least {least} characters, such as what `openssl rand -hex 32` prints"
        )
    return value


def is_web_address(text: str) -> bool:
    """Whether a text is one address that a browser opens as a page, and hides nothing."""
    if not re.fullmatch(r"https?://[\x21-\x7e]+", text) or set(text) & set('"<>\\^`{|}'):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False
