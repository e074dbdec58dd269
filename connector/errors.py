"""Errors of both adapters, named by what to do next.

::

    ConnectorError
      RetryLater(after)      rate limited, timeout, 5xx, connection    -> back off, keep the place
        Unreachable          no answer at all after the time allowed   -> exit 4, say which side
      ReadAgain              the record moved while we looked          -> reconcile this link anew
      Rejected(field, why)   validation, workflow, data policy         -> park, with the remedy
        Kept                 a yes that changed nothing              -> say it on the record, too
      Gone                   deleted or hidden from us                 -> never proof of deletion
      AccessLost             401, 403 on everything, anonymous answers -> stop the side
      NotThere               unknown table, project or issue type      -> settings or mapping
      BrokenAnswer           not the vendor's API (HTML, no JSON)      -> stop the side, say why

Every message says what happened, where (side, method, path without query, record) and what to do.
Secrets and bodies never enter a message.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Any trouble with a side. ``side`` is the adapter's name, ``where`` a method and a path."""

    remedy = ""

    def __init__(self, what: str, *, side: str = "", where: str = "", remedy: str = "") -> None:
        self.what = what
        self.side = side
        self.where = where
        self.remedy = remedy or self.remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        head = f"{self.side}: " if self.side else ""
        tail = f" {self.remedy}" if self.remedy else ""
        return f"{head}{self.what}{place}.{tail}"


class RetryLater(ConnectorError):
    """The side asks for patience or did not answer. ``after`` is seconds, where it said so."""

    remedy = "Run again later; the daemon does so by itself."

    def __init__(
        self,
        what: str,
        *,
        side: str = "",
        where: str = "",
        remedy: str = "",
        after: float | None = None,
    ) -> None:
        self.after = after
        asked = f" and asks for {patience(after)} of patience" if after else ""
        super().__init__(f"{what}{asked}", side=side, where=where, remedy=remedy)


def patience(seconds: float) -> str:
    """A wait as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "a moment"


class Unreachable(RetryLater):
    """The side could not be reached within the time allowed."""

    remedy = "Check the URL, the network and that the instance is awake, then run again."


class ReadAgain(ConnectorError):
    """The record changed between our look and our write; nothing was written."""

    remedy = "The next pass reads it anew."


class Rejected(ConnectorError):
    """The side refuses this write for what it says; repeating it changes nothing.

    ``field`` is the field at fault where the side names one, ``offered`` the statuses it would
    accept instead.
    """

    remedy = "Change the record or the mapping, then `tandem parked retry ID`."

    def __init__(
        self,
        what: str,
        *,
        side: str = "",
        where: str = "",
        remedy: str = "",
        field: str = "",
        offered: tuple[str, ...] = (),
    ) -> None:
        self.field = field
        self.offered = offered
        super().__init__(what, side=side, where=where, remedy=remedy)


class Kept(Rejected):
    """The side said yes, kept what it had, and knows no other way: a person has to do it there."""


class Gone(ConnectorError):
    """The record is not visible to us: deleted, or hidden. The two cannot be told apart."""

    remedy = "Nothing is deleted on the other side because of this."


class AccessLost(ConnectorError):
    """The side does not accept who we are, or no longer lets us look."""

    remedy = "Check user and password or token, then run `tandem doctor`."


class NotThere(ConnectorError):
    """A table, project or issue type does not exist or is not visible."""

    remedy = "Check its name in the settings and the mapping, and the account's rights."


class BrokenAnswer(ConnectorError):
    """What came back is not this vendor's API: an HTML page, a body without its parts."""

    remedy = "Open the URL in a browser: a sleeping instance or a proxy may be answering."
