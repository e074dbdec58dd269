"""Whether an improvement is small, measurable and owned; and if not, what it lacks. Pure.

It is vague, and is sent back, where nobody owns it, where it has no due date, where it has no
success measure, or where its measure measures nothing (``wording.py``): no number with a unit, a
figure of ours without a goal that can be read, or something that no record is about. A title such
as "Improve the laptop process" alone is no fault, but it is no measure either. ``needs`` in the
improvement file leaves parts out. What is over is not sent back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mappings.improvement import Improving
from sync.insight.improving.values import Lack, Wanted
from sync.insight.improving.wording import Fault, understood
from sync.insight.words import short

VAGUE = re.compile(
    r"(?:please |we (?:should|need to|must) )?"
    r"(?:improve|optimi[sz]e|enhance|better|streamline|modernize|make\b.*\bbetter)\b",
    re.IGNORECASE,
)
"""Begins a title that tells a wish and no aim."""

Knows = Callable[[str], bool]
"""Whether something of this name stands in the facts."""


def wanted(measure: str) -> Wanted | None:
    """What of a success measure can be computed."""
    found = understood(measure) if measure else None
    return found if isinstance(found, Wanted) else None


def lacks(
    title: str, owner: str, due: str, measure: str, rules: Improving, knows: Knows
) -> tuple[Lack, ...]:
    """What it lacks of what the rules want, in their order."""
    found = []
    if not owner:
        found.append(Lack("owner", "nobody owns it: assign it to whoever sees it through"))
    if not due:
        found.append(Lack("due", "it has no due date"))
    found += [Lack("measure", text) for text in _measure(title, measure, rules, knows)]
    return tuple(one for one in found if one.need in rules.needs)


def _measure(title: str, measure: str, rules: Improving, knows: Knows) -> Iterator[str]:
    if not measure:
        yield f"{_absent(title)}: {_where(rules)}"
        return
    found = understood(measure)
    if isinstance(found, Fault):
        yield found.text
    elif found is not None and found.subject and not knows(found.subject):
        yield (
            f"its success measure is about {short(found.subject)!r}, and no record of half a year "
            "names a service, team, item or issue type so"
        )


def _absent(title: str) -> str:
    if VAGUE.match(" ".join(title.split())):
        return "it has no success measure, and its title does not say when it has worked"
    return "it has no success measure"


def _where(rules: Improving) -> str:
    places = [f"in the field {rules.field}"] if rules.field else []
    places += [f"under the heading {one!r} of the description" for one in rules.headings[:1]]
    return (
        f"write one {' or '.join(places)}, such as `reopen_rate below 5 %` or `approval of laptops "
        "from 3 days to 1`"
    )
