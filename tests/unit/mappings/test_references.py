"""People and other records, which each side names in its own way; labels, constants, templates."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.sides import Flow, Side
from mappings.values import UNKNOWN, Unmappable
from tests.support.mapping import NOBODY, Facts, a_rule

SN, JIRA = Side.SERVICENOW, Side.JIRA
FACTS = Facts(people={"u1": "acc1", "u2": "acc2"}, twins={"prb1": "10001", "prb2": "10002"})


def relation(**part: Any) -> Any:
    return a_rule(**part).relation


def test_a_person_is_the_same_person_on_both_sides() -> None:
    user = relation(**{"as": "user"})
    assert user.holds("u1", "acc1", FACTS)
    assert not user.holds("u1", "acc2", FACTS)
    assert user.translate(JIRA, "u1", "acc2", FACTS) == "acc1"
    assert user.translate(SN, "acc1", "u1", FACTS) == "u1"
    assert user.translate(SN, None, "u1", FACTS) is None
    assert user.holds(None, None, FACTS)
    assert not user.holds("u1", None, FACTS)
    assert user.native(JIRA, "acc1", None, {}).fields == {"there": "acc1"}


def test_a_person_nobody_knows_is_a_question_not_a_guess() -> None:
    found = relation(**{"as": "user"}).translate(JIRA, "stranger", "acc1", FACTS)
    assert isinstance(found, Unmappable)
    assert "stranger" in found.reason
    assert found.remedy


def test_a_stand_in_gets_what_a_stranger_has_and_tells_nothing_about_others() -> None:
    user = relation(**{"as": "user"})
    facts = Facts(people={"u1": "acc1"}, stand_ins={SN: None, JIRA: "queue"})
    assert user.translate(JIRA, "stranger", "acc1", facts) == "queue"
    assert user.holds("stranger", "queue", facts)
    assert not user.holds("u1", "queue", facts)
    assert user.translate(SN, "queue", "u1", facts) == "u1"
    assert user.translate(JIRA, "u1", "queue", facts) == "acc1"
    assert user.translate(SN, "someone", "u1", facts) is None
    assert user.holds(None, "someone", facts)


def test_a_leaver_who_is_on_both_sides_fits() -> None:
    user = relation(**{"as": "user"})
    facts = Facts(leavers={"u1": "acc1"}, stand_ins=dict.fromkeys(Side))
    assert user.translate(JIRA, "u1", "acc1", facts) == "acc1"
    assert user.translate(JIRA, "u1", "acc2", facts) is None


def test_nobody_takes_the_place_of_somebody_we_are_not_shown() -> None:
    user = relation(**{"as": "user"})
    facts = Facts(hidden={"ghost"}, stand_ins=dict.fromkeys(Side))
    for value, current in (("ghost", "acc1"), ("stranger", "ghost"), ("ghost", None)):
        assert isinstance(user.translate(JIRA, value, current, facts), Unmappable)
    assert not user.holds("ghost", None, facts)


def test_people_are_shown_by_name() -> None:
    user = relation(**{"as": "user"})
    assert user.show(SN, "u1", FACTS) == "u1 of servicenow"
    assert user.show(SN, None, FACTS) == "-"


def test_a_story_follows_the_problem_of_its_incident_and_back() -> None:
    link = relation(**{"as": "link"})
    assert link.holds("prb1", "10001", FACTS)
    assert link.translate(JIRA, "prb2", "10001", FACTS) == "10002"
    assert link.translate(SN, "10002", "prb1", FACTS) == "prb2"
    assert link.translate(JIRA, None, "10001", FACTS) is None
    assert link.translate(SN, None, "prb1", FACTS) is None


def test_a_problem_without_an_epic_leaves_the_story_without_a_parent() -> None:
    link = relation(**{"as": "link"})
    assert link.holds("unsynced", None, FACTS)
    assert link.translate(JIRA, "unsynced", "10001", FACTS) is None


def test_an_epic_of_peoples_own_tells_servicenow_nothing() -> None:
    link = relation(**{"as": "link"})
    assert link.holds(None, "own", FACTS)
    assert link.holds("unsynced", "own", FACTS)
    assert link.translate(SN, "own", "prb1", FACTS) == "prb1"


def test_a_new_problem_takes_the_story_from_an_epic_of_peoples_own() -> None:
    link = relation(**{"as": "link"})
    assert not link.holds("prb1", "own", FACTS)
    assert link.translate(JIRA, "prb1", "own", FACTS) == "10001"


LABELS: dict[str, Any] = {"as": "labels", "jira": "labels", "prefix": "desk-", "flow": "to_jira"}


def test_only_labels_under_our_prefix_are_ours() -> None:
    labels = relation(**LABELS)
    fields = {"labels": ("checkout", "desk-network", "tandem-abc")}
    assert labels.canonical(JIRA, fields) == ("desk-network",)
    assert labels.canonical(JIRA, {}) is UNKNOWN
    assert labels.canonical(JIRA, {"labels": ()}) == ()
    assert labels.canonical(SN, {"here": "Network, Wide Area / LAN,, "}) == (
        "desk-network",
        "desk-wide-area-lan",
    )
    assert labels.canonical(SN, {"here": "***"}) == ()


def test_labels_are_added_and_removed_never_set() -> None:
    change = relation(**LABELS).native(JIRA, ("desk-a", "desk-b"), ("desk-b", "desk-c"), {})
    assert dict(change.add) == {"labels": ("desk-a",)}
    assert dict(change.remove) == {"labels": ("desk-c",)}
    assert not change.fields


def test_labels_by_table_are_ours_by_name() -> None:
    table = [{"servicenow": "network", "jira": "net"}, {"servicenow": "software", "jira": "app"}]
    labels = relation(**{**LABELS, "prefix": "", "table": table})
    assert labels.canonical(SN, {"here": "Network, other"}) == ("net",)
    assert labels.canonical(JIRA, {"labels": ("app", "desk-app", "own")}) == ("app",)


def test_labels_are_never_written_to_servicenow() -> None:
    labels = relation(**LABELS)
    assert labels.translate(SN, ("desk-a",), ("desk-b",), NOBODY) == ("desk-b",)
    change = labels.native(SN, ("desk-a",), (), {})
    assert not change.fields
    assert not change.add


def test_labels_without_a_difference_change_nothing() -> None:
    labels = relation(**LABELS)
    assert labels.holds(("desk-a",), ("desk-a",), NOBODY)
    change = labels.native(JIRA, ("desk-a",), ("desk-a",), {})
    assert not change.add
    assert not change.remove
    assert labels.show(JIRA, ("a", "b"), NOBODY) == "a, b"
    assert labels.show(JIRA, None, NOBODY) == "-"


CONSTANT: dict[str, Any] = {
    "as": "constant", "servicenow": "", "jira": "", "side": "servicenow",
    "set": {"contact_type": "integration", "impact": 3},
}  # fmt: skip


def test_a_constant_is_set_when_a_twin_is_made() -> None:
    rule = a_rule(**CONSTANT)
    constant: Any = rule.relation
    assert rule.flow is Flow.TO_SERVICENOW
    wanted = constant.translate(SN, constant.canonical(JIRA, {}), None, NOBODY)
    written = constant.native(SN, wanted, None, {}).fields
    assert written == {"contact_type": "integration", "impact": "3"}
    assert constant.canonical(SN, {"contact_type": "phone"}) is UNKNOWN
    assert constant.names(SN) == frozenset()
    assert not constant.native(JIRA, wanted, None, {}).fields
    assert not constant.closes(SN, wanted)


def test_a_constant_that_holds_always_is_put_back() -> None:
    constant = relation(**CONSTANT, always=True)
    held = constant.canonical(SN, {"contact_type": "phone", "impact": "3"})
    kept = constant.canonical(SN, {"contact_type": "integration", "impact": "3"})
    told = constant.canonical(JIRA, {})
    assert constant.names(SN) == {"contact_type", "impact"}
    assert not constant.holds(held, told, NOBODY)
    assert constant.holds(kept, told, NOBODY)
    assert constant.translate(SN, told, held, NOBODY) == kept
    assert constant.canonical(SN, {"impact": "3"}) is UNKNOWN
    assert constant.show(SN, held, NOBODY) == "contact_type=phone"
    assert constant.show(SN, kept, NOBODY) == "contact_type=integration, impact=3"


TEMPLATE: dict[str, Any] = {
    "as": "template", "servicenow": "", "jira": "customfield_1", "flow": "to_jira",
    "text": "{number} ({category})",
}  # fmt: skip


def test_a_template_is_filled_in_from_the_other_side() -> None:
    template = relation(**TEMPLATE)
    assert template.names(SN) == {"number", "category"}
    assert template.names(JIRA) == {"customfield_1"}
    made = template.canonical(SN, {"number": "INC1", "category": "network"})
    assert made == "INC1 (network)"
    assert template.translate(JIRA, made, "old", NOBODY) == made
    assert template.translate(SN, "edited", made, NOBODY) == made
    assert template.native(JIRA, made, None, {}).fields == {"customfield_1": made}
    assert not template.native(SN, made, None, {}).fields
    assert template.holds(
        made, template.canonical(JIRA, {"customfield_1": " INC1 (network)"}), FACTS
    )
    assert template.canonical(SN, {"number": "INC1"}) is UNKNOWN
    assert template.canonical(JIRA, {"customfield_1": None}) is None
    assert not template.closes(JIRA, made)
    assert template.show(JIRA, made, NOBODY) == made


@pytest.mark.parametrize("longest", [10, 20])
def test_a_template_fits_its_field(longest: int) -> None:
    template = relation(**TEMPLATE, max_jira=longest)
    made = template.canonical(SN, {"number": "INC1", "category": "x" * 300})
    assert len(made) == longest
