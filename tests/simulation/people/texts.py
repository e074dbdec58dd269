"""Texts that nobody wrote before, each with a token of its own in its first line."""

from __future__ import annotations

import random

from tests.simulation.people import DEVELOPERS
from tests.simulation.rig import Rig


class Texts:
    """What people of a schedule write."""

    def __init__(self, rig: Rig, dice: random.Random) -> None:
        self.rig, self.dice = rig, dice
        self._words = 0

    def word(self, letter: str) -> str:
        """A word that nobody used before."""
        self._words += 1
        return f"{letter}{self._words:03d}"

    def line(self) -> str:
        """A title."""
        return f"title {self.word('w')}"

    def text(self) -> str:
        """A description."""
        return f"text {self.word('w')}\n\n{self.dice.choice(('and more', 'a *b* c', '1 < 2'))}"

    def comment(self) -> str:
        """A comment, sometimes a long one."""
        text = f"remark {self.word('c')}"
        if self.dice.random() < 0.06:
            self.rig.reached["a long comment"] += 1
            text += "\n" + "a *b* line {of} the log\n" * 1320 + f"end of {text}"
        return text

    def note(self) -> str:
        """A journal entry, sometimes with HTML in it."""
        formed = "\n[code]<ul><li>a</li></ul> <a href='https://kb.test/1'>page</a>[/code]"
        return self.comment() + (formed if self.dice.random() < 0.15 else "")

    def talk(self) -> str:
        """A comment in Jira, sometimes with a mention."""
        user = next(one for one in self.rig.jira.world.users.values() if one.login == DEVELOPERS[0])
        key = f"accountid:{user.key}" if self.rig.jira.world.site.cloud else user.key
        return self.comment() + (f"\n[~{key}] h2. *b*" if self.dice.random() < 0.15 else "")


def headline(text: str) -> str:
    """The first line of a text: it holds the token."""
    return text.split("\n", 1)[0]
