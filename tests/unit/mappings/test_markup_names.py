"""Who is mentioned in Jira is called by name in ServiceNow, and a mention stays a mention."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mappings.sides import Side
from mappings.text import named
from tests.support.mapping import Facts, a_rule

SN, JIRA = Side.SERVICENOW, Side.JIRA


@dataclass(frozen=True)
class People(Facts):
    """Knows one person by name."""

    def name(self, side: Side, key: str) -> str:
        return {"5b:a-1": "Mei *Chen*"}.get(key, key)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ask @5b:a-1.", "ask @Mei Chen."),
        ("@5b:a-1, @bob", "@Mei Chen, @bob"),
        ("mail a@5b:a-1", "mail a@5b:a-1"),
        ("@ @@ @", "@ @@ @"),
    ],
)
def test_keys_become_names_where_they_are_known(text: str, told: str) -> None:
    assert named(text, {"5b:a-1": "Mei Chen"}.get) == told


@pytest.mark.parametrize("kind", ["text", "html"])
def test_either_way_of_calling_somebody_fits_and_is_left_alone(kind: str) -> None:
    relation, people = a_rule(**{"as": kind}).relation, People()
    there = relation.canonical(JIRA, {"there": "ask [~accountid:5b:a-1] and [~bob]"})
    here = relation.translate(SN, there, None, people)
    written = relation.native(SN, here, None, {}).fields["here"]
    assert "@Mei *Chen* and @bob" in written
    assert relation.canonical(SN, {"here": written}) == here
    assert relation.translate(JIRA, here, there, people) == there
    assert relation.translate(JIRA, there, there, people) == there
    edited = relation.canonical(SN, {"here": written.replace("ask", "tell")})
    assert edited == relation.translate(JIRA, edited, there, people)
