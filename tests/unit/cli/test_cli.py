"""The command line without any system: what is printed where, and which code it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from connector.errors import AccessLost, NotThere, RetryLater
from mappings.sides import Side
from sync import wiring
from sync.cli import app
from sync.cli.app import Stopped, complain, configured, out, run, say
from sync.cli.inspect import table
from sync.cli.work import narrowed, summary_data
from sync.core.model import Absence, Base, Conflict, HistoryRow, LinkState, Parked, Seat
from sync.core.plan import Plan
from sync.engine import Summary
from sync.errors import LeaseHeld, LeaseLost, StoreUnusable, UnsafePlan, UserError
from sync.settings import Settings
from sync.store import Store
from tests.support.links import a_link
from tests.unit.core.test_plan import a_create, an_adopt, an_update

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Setting = Callable[..., None]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder with a project set; the log is put back afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_JIRA__PROJECT", "OPS")
    yield
    structlog.reset_defaults()


@pytest.fixture
def store() -> Iterator[Store]:
    with wiring.open_store(Settings.load()) as opened:
        yield opened


def tandem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def data(*words: str) -> Any:
    result = tandem(*words, "--json")
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["conflicts"], "No conflicts."),
        (["parked"], "Nothing is parked."),
        (["links"], "0 links"),
        (["missing"], "Every linked record is shown."),
        (["db", "check"], "the store is sound"),
        (["mappings", "check"], "7 mappings are sound"),
    ],
)
def test_nothing_is_said_in_words_too(words: list[str], told: str) -> None:
    result = tandem(*words)
    assert result.exit_code == 0
    assert told in result.stdout


@pytest.mark.parametrize(
    "words", [["conflicts"], ["conflicts", "--all"], ["parked"], ["links"], ["missing"]]
)
def test_nothing_is_an_empty_list_for_machines(words: list[str]) -> None:
    assert data(*words) == []


def test_a_conflict_has_the_parts_that_were_promised(store: Store) -> None:
    link = store.links.add(a_link())
    store.ledger.open_conflict(
        Conflict(
            0, link.pair, link.id, "INC0000001", "OPS-1", "summary", Base("a", "b"),
            Seat("x", "Ann", NOON), Seat(("y", "z")), "ask", "both changed", open=True,
        )
    )  # fmt: skip
    [row] = data("conflicts")
    assert row == {
        "id": 1, "pair": "incident-story", "number": "INC0000001", "key": "OPS-1",
        "field": "summary", "base": {"servicenow": "a", "jira": "b"},
        "servicenow": {"value": "x", "author": "Ann", "at": "2026-03-02T12:00:00Z"},
        "jira": {"value": ["y", "z"], "author": "", "at": None},
        "decision": "ask", "reason": "both changed", "open": True,
    }  # fmt: skip
    store.ledger.close_conflict(1, "jira", "a person took jira")
    assert data("conflicts") == []
    assert data("conflicts", "--all")[0]["open"] is False


def test_parked_work_names_what_to_do_and_markup_stays_literal(store: Store) -> None:
    store.ledger.park(
        Parked(
            0, "p", Side.JIRA, "OPS", "10001", "OPS-1", "", "[bold]no way[/bold]", "Ask Ann.",
            offered=("To Do", "Done"),
        )
    )  # fmt: skip
    [row] = data("parked")
    assert (row["record"], row["remedy"], row["offered"]) == (
        "OPS-1",
        "Ask Ann.",
        ["To Do", "Done"],
    )
    shown = tandem("parked").stdout
    assert "the whole" in shown
    assert "Ask Ann." in shown


def test_a_person_s_word_on_a_missing_record_is_kept(store: Store) -> None:
    link = store.links.add(replace(a_link(), state=LinkState.MISSING))
    assert tandem("gone", "OPS-1").exception is not None
    store.absences.save([Absence(link.id, Side.JIRA, NOON, 2, NOON)])
    [row] = data("missing")
    assert (row["record"], row["side"], row["since"], row["looks"], row["word"]) == (
        "OPS-1", "jira", "2026-03-02T12:00:00Z", 2, "",
    )  # fmt: skip
    assert "2026-03-02T12:00:00Z" in tandem("missing").stdout

    assert "OPS-1 counts as deleted" in tandem("gone", "inc0000001").stdout
    [row] = data("missing")
    assert row["word"]
    assert [one.reason for one in store.inbox.rows(9, NOON)] == ["absent"]
    assert data("gone", "OPS-1")["twin"] == "INC0000001"


def test_a_line_number_stays_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    """The console of old made a picture of `:100:`."""
    say("incident.yaml:100: unknown key")
    complain("incident.yaml:100: unknown key")
    assert set(capsys.readouterr()) == {"incident.yaml:100: unknown key\n"}


def test_explain_tells_who_put_a_value_there(store: Store) -> None:
    link = store.links.add(a_link())
    store.links.set_bases(link.id, {"summary": Base("x", "x"), "gone": Base(None, None)})
    row = HistoryRow(
        link.pair, link.id, Side.JIRA, "OPS-1", "update", "summary", "w", "x",
        "changed in servicenow", "abc", "done", NOON,
    )  # fmt: skip
    store.ledger.record([row])
    [told] = data("explain", "ops-1")
    fields = {field["field"]: field for field in told["fields"]}
    assert fields["summary"]["last"]["why"] == "changed in servicenow"
    assert fields["summary"]["last"]["at"] == "2026-03-02T12:00:00Z"
    assert fields["summary"]["rule"] == "line, flows both, owner servicenow"
    assert fields["gone"]["rule"] == "no rule any more"
    assert fields["gone"]["last"] is None
    assert "changed in servicenow" in tandem("explain", "INC0000001").stdout


def test_links_can_be_narrowed_to_a_pair(store: Store) -> None:
    store.links.add(a_link())
    assert [row["key"] for row in data("links", "--pair", "incident-story")] == ["OPS-1"]
    assert data("links", "--pair", "problem-epic") == []


@pytest.mark.parametrize(
    "words", [["sync"], ["plan"], ["sweep"], ["run"], ["mappings", "check", "--live"]]
)
def test_what_needs_both_systems_says_all_that_is_missing(words: list[str]) -> None:
    result = tandem(*words)
    assert isinstance(result.exception, UserError)
    names = {problem.split(":")[0] for problem in result.exception.problems}
    assert names == {
        "TANDEM_SERVICENOW__URL", "TANDEM_SERVICENOW__USER", "TANDEM_SERVICENOW__PASSWORD",
        "TANDEM_JIRA__URL", "TANDEM_JIRA__TOKEN",
    }  # fmt: skip


def test_doctor_names_missing_settings_and_ends_with_two() -> None:
    result = tandem("doctor", "--json")
    assert result.exit_code == 2
    rungs = json.loads(result.stdout)
    assert {(rung["rung"], rung["state"]) for rung in rungs} == {("settings", "fail")}
    assert any("TANDEM_JIRA__TOKEN" in rung["told"] for rung in rungs)


def test_a_mapping_that_is_wrong_is_told_with_file_line_and_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.yaml").write_text("pair: a\nfields: {}\n")
    result = tandem("mappings", "check", str(folder))
    assert result.exit_code == 2
    assert "a.yaml:" in result.stderr
    assert result.stdout == ""


def test_an_empty_folder_of_mappings_says_so(tmp_path: Path) -> None:
    result = tandem("mappings", "check", str(tmp_path))
    assert result.exit_code == 2
    assert "holds no *.yaml file" in result.stderr


def test_the_schema_and_the_mappings_can_be_printed() -> None:
    assert json.loads(tandem("mappings", "schema").stdout)["type"] == "object"
    assert {one["pair"] for one in data("mappings", "show")} >= {"incident-story"}
    assert "pair: incident-story" in tandem("mappings", "show").stdout


def test_a_backup_can_be_made_while_the_store_is_open(store: Store, tmp_path: Path) -> None:
    store.links.add(a_link())
    assert tandem("db", "backup", str(tmp_path / "copy.db")).exit_code == 0
    assert (tmp_path / "copy.db").stat().st_size > 0


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (UserError(["one", "two"]), 2, "one\ntwo\n"),
        (StoreUnusable("full", where="x.db", remedy="Make room."), 2, "Make room."),
        (UnsafePlan("abc123", ["51 creates"]), 5, "sync --approve abc123"),
        (LeaseHeld("process 1", NOON), 4, "process 1 holds the lock since 2026-03-02"),
        (LeaseLost("taken"), 4, "taken"),
        (AccessLost("no", side="jira"), 4, "doctor"),
        (RetryLater("no", side="jira"), 4, "jira"),
        (NotThere("no", side="jira"), 2, "Check its name"),
        (Stopped(130), 130, "What was written is remembered"),
    ],
)
def test_trouble_becomes_advice_and_a_code(
    error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise error

    assert run(work) == code
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.out == ""


def test_the_log_goes_to_stderr_as_the_settings_want_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TANDEM_LOG__LEVEL", "warning")
    monkeypatch.setenv("TANDEM_LOG__FORMAT", "json")
    monkeypatch.setenv("TANDEM_JIRA__TOKEN", "open-sesame")
    configured()
    log = structlog.get_logger("tandem")
    log.info("not told", action="a")
    log.warning("told open-sesame", action="b")
    printed = capsys.readouterr()
    assert printed.out == ""
    [line] = printed.err.splitlines()
    assert json.loads(line)["action"] == "b"
    assert "open-sesame" not in line


@pytest.mark.parametrize("name", ["conflicts", "parked", "unclear", "waiting"])
def test_anything_left_counts_as_open(name: str) -> None:
    nothing = Summary({}, 0, 0, 0, 0, {}, 0.0)
    assert not nothing.open
    values = {"conflicts": 0, "parked": 0, "unclear": 0, "waiting": 0, name: 1}
    summary = Summary({"created": {"servicenow": 0, "jira": 1}}, **values, requests={}, seconds=1.0)
    assert summary.open
    assert summary_data(summary)[name] == 1
    assert summary_data(summary)["created"] == {"servicenow": 0, "jira": 1}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("INC0000007", {"create"}),
        ("key7", {"create"}),
        ("INC0000001", {"update", "adopt"}),
        ("OPS-1", {"update", "adopt"}),
        ("10001", {"update", "adopt"}),
        ("nobody", set()),
    ],
)
def test_a_plan_can_be_narrowed_to_a_record(name: str, kept: set[str]) -> None:
    plan = Plan((a_create(7), an_update(1), an_update(2), an_adopt(1)))
    found = narrowed(plan, frozenset({name}))
    assert {type(one).__name__.lower() for one in found.actions} == kept


def test_every_command_explains_itself() -> None:
    names = [
        "sync",
        "plan",
        "run",
        "doctor",
        "explain",
        "links",
        "people",
        "sweep",
        "sandbox",
        "demo",
    ]
    for name in names:
        result = tandem(name, "--help")
        assert result.exit_code == 0
        assert name in result.stdout


HOSTILE = "Mount [/var] full [red]x[/red] \x1b[31mred\x1b[0m"


def test_ticket_text_in_a_table_is_neither_markup_nor_control(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = table("what", "words")
    made.add_row(HOSTILE)
    out.print(made)
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Mount [/var] full [red]x[/red] \\u001b[31mred\\u001b[0m" in told


def test_ticket_text_in_a_line_is_neither_markup_nor_control(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say(f"one\n{HOSTILE}")
    complain(HOSTILE)
    printed = capsys.readouterr()
    told = "Mount [/var] full [red]x[/red] \\u001b[31mred\\u001b[0m\n"
    assert (printed.out, printed.err) == (f"one\n{told}", told)
