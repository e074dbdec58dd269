"""Which kind of fix fits what recurs: a rule for each, the first that holds counts. Pure.

1. *Automation*, where most summaries ask for something that a form could give: a word of asking
   beside a thing that is handed out ("need access", "install", "reset my password").
2. *Knowledge*, where most of what was solved was solved by the first who looked, without reopening,
   and by telling the caller what is known: the close code says so, or the category is one of
   questions. The stock category "Inquiry / Help" is the default of a new incident and counts only
   without a code that speaks of a change.
3. *Defect* otherwise: it is broken until somebody mends it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.insight.facts import IncidentFact
from sync.insight.model import Fix
from sync.insight.recurrence.wording import sense, words

MOST = 0.5
"""More than this share decides."""
LEAST_SOLVED = 3
"""Of fewer solved incidents nothing is concluded."""

_ASKING_WORDS = """request need needs want grant give order reset unlock install restore increase
    extend raise more add enable activate provide new brauche brauchen benoetige benoetigen
    beantrage einrichten freischalten zuruecksetzen installieren bestellen erhoehen mehr
    anfordern wiederherstellen"""
_HANDED_OUT_WORDS = """access permission rights password account licence quota space mailbox storage
    software application laptop phone group share folder file distribution token vpn
    zugriff berechtigung passwort kennwort konto lizenz speicher speicherplatz postfach programm
    ordner datei gruppe verteiler"""
_ASKING = frozenset(map(sense, _ASKING_WORDS.split()))
_HANDED_OUT = frozenset(map(sense, _HANDED_OUT_WORDS.split()))
_ALONE = frozenset(sense(word) for word in ("install", "unlock", "quota", "installieren"))
"""Words that ask by themselves."""
_TOLD = ("user error", "known", "resolved by caller", "training", "how to", "information", "advice")
_MENDED = ("change", "permanently", "code", "patch", "repair")
_QUESTIONS = ("inquiry", "help", "how", "question", "training", "advice", "information")


def fitting(facts: Sequence[IncidentFact]) -> tuple[Fix, str]:
    """The kind of fix, and the reason for people."""
    asking = sum(map(_asks, facts))
    if asking > MOST * len(facts):
        return Fix.AUTOMATION, f"{asking} of {len(facts)} ask for something that a form could give"
    solved = [fact for fact in facts if fact.resolved is not None]
    told = sum(map(_told, solved))
    if len(solved) >= LEAST_SOLVED and told > MOST * len(solved):
        return Fix.KNOWLEDGE, (
            f"{told} of {len(solved)} resolved ones were answered at first contact "
            "with what is known"
        )
    return Fix.DEFECT, "it was neither asked for nor answered with what is known"


def _asks(fact: IncidentFact) -> bool:
    said = {sense(word) for word in words(fact.summary)}
    return bool(said & _ALONE or (said & _ASKING and said & _HANDED_OUT))


def _told(fact: IncidentFact) -> bool:
    if fact.moved or fact.reopened:
        return False
    code, category = fact.code.casefold(), fact.category.casefold()
    if any(word in code for word in _TOLD):
        return True
    return category.startswith(_QUESTIONS) and not any(word in code for word in _MENDED)
