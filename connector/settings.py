"""What the adapters need to be told: where each system is, who we are there, how to ask.

Plain models without any reading: whoever starts the program decides where values come from.
Secrets are :class:`~pydantic.SecretStr`, so that no accidental ``repr`` shows them. Each field's
description says its unit and its meaning; error messages repeat it.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_NOTHING = SecretStr("")


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ServiceNowSettings(_Group):
    """The instance and our account on it."""

    url: str = Field(
        default="", description="address of the instance: https://NAME.service-now.com"
    )
    auth: Literal["basic", "oauth_password", "oauth_client", "api_key", "mtls"] = Field(
        default="basic",
        description="basic, oauth_password, oauth_client, api_key or mtls: how we prove who we are",
    )
    user: str = Field(default="", description="login name, for basic and oauth_password")
    password: SecretStr = Field(default=_NOTHING, description="its password")
    client_id: str = Field(
        default="", description="OAuth client, for oauth_password and oauth_client"
    )
    client_secret: SecretStr = Field(default=_NOTHING, description="its secret")
    api_key: SecretStr = Field(default=_NOTHING, description="REST API key, for api_key")
    certificate: str = Field(
        default="", description="PEM file with the client certificate, for mtls"
    )
    private_key: str = Field(
        default="", description="PEM file with its key; empty: in the same file"
    )
    problem_state_path: str = Field(
        default="",
        description="path of the scripted REST API that moves problems (deploy/servicenow), "
        "such as /api/x_tandem/problem; empty: there is none",
    )

    @field_validator("problem_state_path")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        path = value.strip().rstrip("/")
        if path and not re.fullmatch(r"/api(/[A-Za-z0-9_-]+)+", path):
            raise ValueError("it must be a path such as /api/x_tandem/problem")
        return path

    @field_validator("url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.strip().rstrip("/")

    def needed(self) -> tuple[str, ...]:
        """The fields without which this way of access cannot work."""
        return (
            "url",
            *{
                "basic": ("user", "password"),
                "oauth_password": ("user", "password", "client_id", "client_secret"),
                "oauth_client": ("client_id", "client_secret"),
                "api_key": ("api_key",),
                "mtls": ("certificate",),
            }[self.auth],
        )


class JiraSettings(_Group):
    """The site and our account on it."""

    url: str = Field(
        default="", description="address of the site: https://NAME.atlassian.net, or your own"
    )
    user: str = Field(
        default="", description="e-mail (Cloud) or login (Data Center); empty: bearer token"
    )
    token: SecretStr = Field(
        default=_NOTHING, description="API token, personal access token or password"
    )
    flavor: Literal["auto", "cloud", "dc"] = Field(
        default="auto", description="auto, cloud or dc: which Jira it is; auto asks the site"
    )
    project: str = Field(default="", description="key of the project that the shipped mappings use")
    remote_links: bool = Field(
        default=True,
        description="true or false: whether issues get a web link to their ServiceNow record",
    )

    @field_validator("url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.strip().rstrip("/")

    def needed(self) -> tuple[str, ...]:
        """The fields without which the site cannot be asked anything."""
        return ("url", "token")


class HttpSettings(_Group):
    """How both sides are asked."""

    concurrency: int = Field(
        default=4, ge=1, le=64, description="parallel requests for each side, 1 to 64"
    )
    timeout: float = Field(
        default=30.0, gt=0, description="seconds without an answer until we give up"
    )
    allow_insecure: bool = Field(
        default=False, description="true or false: whether http:// may be used beyond this machine"
    )


def host_of(url: str) -> str:
    """``host[:port]`` in lower case: how a system is named in marks."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
