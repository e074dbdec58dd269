"""Moments in JQL: absolute minutes in the caller's zone, relative ones, epoch milliseconds.

A bound is a half-open span, because a written minute covers the whole minute: "from this minute
on" begins at its first moment, "after this minute" at its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from connector.sandbox.jira.jql_parse import Operand

_ABSOLUTE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:\s+(\d{1,2}):(\d{2}))?")
_RELATIVE = re.compile(r"[-+]?\s*(?:\d+[wdhmWDHM]\s*)+")
_PIECE = re.compile(r"(\d+)([wdhm])")
_UNITS = {"w": 10_080, "d": 1_440, "h": 60, "m": 1}
_MINUTE = timedelta(minutes=1)


class BadMoment(Exception):
    """Not a date in any of the accepted forms."""


@dataclass(frozen=True, slots=True)
class Span:
    """A written moment: its first instant, and the first instant after it."""

    start: datetime
    end: datetime

    def compare(self, operator: str, at: datetime) -> bool:
        """Whether a stamp stands in this relation to the span."""
        if operator == "=":
            return at == self.start
        if operator == "!=":
            return at != self.start
        if operator == ">=":
            return at >= self.start
        if operator == "<":
            return at < self.start
        return at >= self.end if operator == ">" else at < self.end


def read_moment(operand: Operand, now: datetime, zone: ZoneInfo) -> Span:
    """The span that a value means for this caller at this moment."""
    text = operand.text.strip()
    if not operand.quoted and re.fullmatch(r"-?\d{6,}", text):
        at = datetime.fromtimestamp(int(text) / 1000, UTC)
        return Span(at, at + timedelta(milliseconds=1))
    if match := _ABSOLUTE.fullmatch(text):
        return _absolute(match, zone)
    if re.fullmatch(r"[-+]?\d+", text):
        return _instant(now + timedelta(minutes=int(text)))
    if _RELATIVE.fullmatch(text):
        minutes = sum(int(n) * _UNITS[unit] for n, unit in _PIECE.findall(text.lower()))
        return _instant(now + timedelta(minutes=-minutes if text.startswith("-") else minutes))
    raise BadMoment(text)


def _instant(at: datetime) -> Span:
    return Span(at, at + timedelta(milliseconds=1))


def _absolute(match: re.Match[str], zone: ZoneInfo) -> Span:
    year, month, day, hour, minute = (int(part or 0) for part in match.groups())
    try:
        local = datetime(year, month, day, hour, minute, tzinfo=zone)
    except ValueError as problem:
        raise BadMoment(match[0]) from problem
    at = local.astimezone(UTC)
    return Span(at, at + _MINUTE)


def read_day(operand: Operand, now: datetime, zone: ZoneInfo) -> date:
    """The day that a value means."""
    return read_moment(operand, now, zone).start.astimezone(zone).date()
