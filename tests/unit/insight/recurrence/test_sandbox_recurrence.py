"""The sandbox's company has troubles that come back, and they are found in its incidents."""

from __future__ import annotations

from connector.sandbox.servicenow.stories import RECURRING
from sync.insight.model import Fix
from sync.insight.recurrence.proposals import recurring
from tests.unit.insight.recurrence.sandbox_company import NOW, sandbox_company

ALIKE = ("Need access to the finance share", "Monitor stays black")
"""Everyday tickets of the same items that ask or say the same."""


def test_minor_troubles_that_come_back_are_told_apart_from_everyday_ones() -> None:
    facts = sandbox_company(1, 240, 45).planted.incidents
    plain = sandbox_company(1, 240).planted.incidents
    assert len(facts) == len(plain) + 45
    mine = facts[len(plain) :]
    proposals = recurring(facts, (), NOW)
    for cluster in RECURRING:
        own = {one.number for one in mine if one.summary in cluster.words}
        best = max(proposals, key=lambda one: len(own & set(one.incidents)))
        assert len(own) == 15
        assert len(own & set(best.incidents)) >= 12
        alike = {one.number for one in facts if one.summary in ALIKE}
        assert set(best.incidents) <= own | alike
        asks = cluster.item == "file-srv-03"
        assert best.fix is (Fix.AUTOMATION if asks else Fix.DEFECT)


def test_without_asking_for_them_the_company_is_what_it_was() -> None:
    facts = sandbox_company(1, 240).planted.incidents
    told = {words for cluster in RECURRING for words in cluster.words}
    assert not [one for one in facts if one.summary in told]
