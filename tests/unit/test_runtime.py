"""What a running engine shares: names to read, chunks, tallies."""

from __future__ import annotations

import pytest

from mappings.sides import Side
from sync.runtime import Tally, chunks, plain
from tests.support.bench import Bench

SN, JIRA = Side.SERVICENOW, Side.JIRA


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def test_a_record_is_read_with_all_that_any_mapping_of_its_container_looks_at(bench: Bench) -> None:
    names = bench.runtime.names(SN, "incident")
    assert {"short_description", "correlation_id", "state", "close_code"} <= names
    assert "short_description" in bench.runtime.names(SN, "problem")
    assert bench.runtime.names(SN, "nowhere") == {"correlation_id", "correlation_display"}


def test_containers_are_told_once(bench: Bench) -> None:
    tables = {"incident", "problem", "change_request", "problem_task", "kb_knowledge"}
    assert set(bench.runtime.containers(SN)) == tables
    assert bench.runtime.containers(JIRA) == ("OPS",)


def test_pairs_that_others_point_at_come_first(bench: Bench) -> None:
    pairs = bench.runtime.pairs
    assert pairs.index("problem-epic") < pairs.index("incident-story")


def test_nothing_is_asked_about_no_keys(bench: Bench) -> None:
    before = dict(bench.runtime.adapters[SN].meter.totals())
    assert bench.runtime.read(SN, "incident", []) == {}
    assert bench.runtime.adapters[SN].meter.totals() == before


def test_chunks_leave_nothing_out() -> None:
    assert list(chunks([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(chunks([], 2)) == []


def test_a_tally_names_everything_even_what_never_happened() -> None:
    tally = Tally()
    tally.add("created", JIRA, 2)
    tally.add("created", JIRA)
    data = tally.data()
    assert data["created"] == {"servicenow": 0, "jira": 3}
    assert set(data) == set(Tally.NAMES)


def test_values_become_what_json_knows() -> None:
    assert plain(("a", "b")) == ["a", "b"]
    assert plain(None) is None


def test_an_installation_is_named_by_both_systems(bench: Bench) -> None:
    options = bench.runtime.options
    assert options.installation == f"{options.servicenow_host}|{options.jira_host}"
