"""People, facts, pairs and what the store knows of itself."""

from __future__ import annotations

from collections.abc import Callable

from mappings.sides import Side
from sync.core.model import PairState, PersonRow
from sync.store import Store


def test_people_are_remembered_side_by_side(store: Store) -> None:
    ada = PersonRow(Side.JIRA, "acc-1", "Ada L\u00f6we", "ada@example.com", True)
    twin = PersonRow(Side.SERVICENOW, "acc-1", "Ada", "ada@example.com", True, "ada")
    store.directory.save_people([ada, twin])
    gone = PersonRow(Side.JIRA, "acc-1", "Ada L\u00f6we", "", False)
    store.directory.save_people([gone, PersonRow(Side.JIRA, "acc-0", "Bob", "", True)])
    assert store.directory.people(Side.JIRA)[1] == gone
    assert len(store.directory.people(Side.JIRA)) == 2
    assert store.directory.people(Side.SERVICENOW) == (twin,)


def test_facts_outlive_the_process(shared_url: str, opened: Callable[[str], Store]) -> None:
    memory = opened(shared_url).directory.memory(Side.JIRA)
    assert memory.get("flavour") is None
    memory.put("flavour", '"dc"')
    memory.put("flavour", '"cloud"')
    again = opened(shared_url).directory
    assert again.memory(Side.JIRA).get("flavour") == '"cloud"'
    assert again.memory(Side.SERVICENOW).get("flavour") is None


def test_a_pair_never_run_has_an_empty_state(store: Store) -> None:
    assert store.pairs.get("incident-story") == PairState("incident-story")


def test_a_pair_state_comes_back(store: Store) -> None:
    store.pairs.save(PairState("p", "f1"))
    state = PairState("p", "f2", first_run_done=True, loaded=True, extra={"b": "2", "a": "1"})
    store.pairs.save(state)
    assert store.pairs.get("p") == state


def test_single_facts(store: Store) -> None:
    assert store.meta.get("swept") is None
    store.meta.put("swept", "1")
    store.meta.put("swept", "2")
    assert store.meta.get("swept") == "2"


def test_an_installation_keeps_its_id(shared_url: str, opened: Callable[[str], Store]) -> None:
    first = opened(shared_url).meta.installation()
    assert len(first) == 32
    assert opened(shared_url).meta.installation() == first


def test_two_installations_differ(opened: Callable[[str], Store]) -> None:
    one, other = opened("sqlite://"), opened("sqlite://")
    assert one.meta.installation() != other.meta.installation()
