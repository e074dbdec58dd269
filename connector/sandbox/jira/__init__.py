"""A faithful fake of Jira, Cloud and Data Center.

``JiraSandbox`` is the application behind every mount; ``Hands`` are people at work in it;
``DirectJira`` is the adapter over it without HTTP; ``seed`` fills it with a plausible company.
"""

from __future__ import annotations

from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.direct import DirectJira
from connector.sandbox.jira.hands import Hands

__all__ = ["DirectJira", "Hands", "JiraSandbox"]
