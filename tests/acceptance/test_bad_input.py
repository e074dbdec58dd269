"""What people get wrong: every problem at once, with its remedy, the right exit code."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mappings.defaults import shipped
from mappings.sides import Side
from sync.demo.town import Town
from tests.support.judge import differences
from tests.support.program import SETTLED_SOON, Program, Ran

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(incidents=2) as found:
        yield found


@pytest.fixture(scope="module")
def synced(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program whose first load is done."""
    made = Program(tmp_path_factory.mktemp("synced"), town, **SETTLED_SOON)
    ran = made.run("sync", "--yes")
    assert ran.code == 0, ran.said
    return made


def refused(ran: Ran, *told: str) -> None:
    """It ended as wrong usage does, and said each of these on stderr in a line of its own."""
    assert ran.code == 2, ran.said
    assert "Traceback" not in ran.err
    assert not ran.out
    for text in told:
        assert any(text in line for line in ran.advice), f"{text!r} is not in\n{ran.err}"


# ---- settings


def test_all_wrong_settings_are_told_at_once(tmp_path: Path, town: Town) -> None:
    ran = Program(tmp_path, town).run(
        "sync",
        TANDEM_POLL__INTERVAL="soon",
        TANDEM_POLL__INTERVALL="3",
        TANDEM_JIRA__FLAVOR="server",
        TANDEM_GUARD__CREATES="-1",
        TANDEM_WEB__LISTEN="8080",
        TANDEM_SWEEP__CRON="daily",
        TANDEM_CONFIG="/nowhere/tandem.toml",
        TANDEM_SECRETS_DIR="/nowhere/secrets",
    )
    refused(
        ran,
        "TANDEM_POLL__INTERVAL (environment): 'soon' does not fit",
        "TANDEM_POLL__INTERVALL (environment): unknown setting. Did you mean TANDEM_POLL__INT",
        "TANDEM_JIRA__FLAVOR (environment): 'server' does not fit",
        "TANDEM_GUARD__CREATES (environment): '-1' does not fit",
        "TANDEM_WEB__LISTEN (environment): '8080' does not fit",
        "TANDEM_SWEEP__CRON (environment): 'daily' does not fit",
        "TANDEM_CONFIG (environment): there is no file /nowhere/tandem.toml",
        'TANDEM_SECRETS_DIR: directory "/nowhere/secrets" does not exist',
    )


def test_all_missing_settings_are_told_at_once(tmp_path: Path, town: Town) -> None:
    """Before anything is asked, and by every command that talks to the two systems."""
    nothing: dict[str, str | None] = dict.fromkeys(town.settings())
    # Without a user the token is a bearer token, so that name alone may be missing.
    names = [name for name in town.settings() if name != "TANDEM_JIRA__USER"]
    refused(Program(tmp_path, town).run("run", **nothing), *(f"{n}: not set" for n in names))
    told = Program(tmp_path, town).run("doctor", **nothing)
    assert told.code == 2
    assert [line for line in told.out.splitlines() if line.startswith("FAIL settings: ")] == (
        told.out.splitlines()
    )
    assert len(told.out.splitlines()) == len(names)


def test_a_password_is_not_sent_readable_to_another_machine(tmp_path: Path, town: Town) -> None:
    ran = Program(tmp_path, town).run("sync", TANDEM_SERVICENOW__URL="http://desk.example")
    refused(ran, "http:// would send the password readable to desk.example")


# ---- mappings


def folder(place: Path, name: str, pair: str, *edits: tuple[str, str]) -> str:
    """A copy of the shipped mappings with edits in one of them."""
    made = place / name
    made.mkdir()
    for file, text in shipped().items():
        short = file.rpartition("/")[2]
        for old, new in edits if short == f"{pair}.yaml" else ():
            assert old in text
            text = text.replace(old, new)
        (made / short).write_text(text)
    return name


def test_five_mistakes_in_a_mapping_are_named_with_their_lines(tmp_path: Path, town: Town) -> None:
    name = folder(
        tmp_path,
        "five",
        "incident",
        ("table: incident", "tabel: incident"),
        ("conflict: owner ", "conflict: somebody "),
        ("summary: {servicenow: short_description, jira: summary, as: line,",
         "summary: {servicenow: short_description, jira: summary, as: lines,"),
        ("priority: {servicenow: priority, jira: priority, as: priority, owner: servicenow}",
         "priority: {servicenow: priority, jira: priority, as: priority, owner: both}"),
        ("backlog: true", "backlog: perhaps"),
    )  # fmt: skip
    text = (tmp_path / name / "incident.yaml").read_text().splitlines()
    lines = {
        mistake: next(at for at, line in enumerate(text, 1) if mistake in line)
        for mistake in ("tabel:", "somebody", "as: lines", "owner: both", "perhaps")
    }
    program = Program(tmp_path, town, TANDEM_MAPPINGS__DIR=name)
    ran = program.run("sync")
    refused(ran, *(f"five/incident.yaml:{line}: " for line in lines.values()))
    assert all(line.count(". ") >= 1 and line.startswith("five/") for line in ran.advice), ran.said
    checked = program.run("mappings", "check", name)
    assert (checked.code, checked.err) == (2, ran.err)


def test_names_that_a_system_does_not_have_are_found_live(tmp_path: Path, town: Town) -> None:
    """Field, status, priority: by `mappings check --live`, with the line, and what there is."""
    name = folder(
        tmp_path,
        "names",
        "problem",
        ("servicenow: short_description", "servicenow: short_descripton"),
        ("as: priority", "as: priority, table: [{servicenow: '1', jira: Utmost}]"),
    )
    text = (tmp_path / name / "problem.yaml").read_text()
    rows = [line for line in text.splitlines() if line.strip().startswith("jira: [")]
    (tmp_path / name / "problem.yaml").write_text(text.replace(rows[0], "        jira: Nirvana"))
    ran = Program(tmp_path, town).run("mappings", "check", name, "--live")
    refused(
        ran,
        "servicenow has no field short_descripton. Did you mean short_description?",
        "jira knows none of Utmost",
        "jira knows none of Nirvana",
    )
    assert all("names/problem.yaml:" in line for line in ran.advice), ran.said


@pytest.mark.parametrize(
    ("settings", "edit", "told"),
    [
        ({"TANDEM_JIRA__PROJECT": "NOPE"}, (), "No project could be found with key 'NOPE'"),
        ({}, (("table: incident", "table: incidnt"),), "Invalid table incidnt"),
        ({}, (("active=true", "activ=true"),), "passes over the condition on activ in incident"),
        ({}, (("labels = to-incident", "labelz = to-incident"),), "Field 'labelz' does not exist"),
        ({}, (("servicenow: description", "servicenow: u_nope"),), "does not have: u_nope"),
    ],
)
def test_what_a_mapping_names_and_no_side_has_stops_before_the_first_write(
    tmp_path: Path, town: Town, settings: dict[str, str], edit: tuple[tuple[str, str], ...],
    told: str,
) -> None:  # fmt: skip
    name = folder(tmp_path, "mine", "incident", *edit)
    before = len(town.jira.world.write_log), len(town.servicenow.world.write_log)
    ran = Program(tmp_path, town, TANDEM_MAPPINGS__DIR=name, **settings).run("sync", "--yes")
    refused(ran, told)
    assert (len(town.jira.world.write_log), len(town.servicenow.world.write_log)) == before
    checked = Program(tmp_path, town, TANDEM_MAPPINGS__DIR=name, **settings)
    refused(checked.run("mappings", "check", name, "--live"), name)


# ---- the store


def test_a_store_that_cannot_serve_says_what_where_and_the_next_step(synced: Program) -> None:
    place = synced.folder
    (place / "letter.db").write_text("Dear all, this is no database, but a letter of some length.")
    readonly, newer = place / "readonly.db", place / "newer.db"
    for copy in (readonly, newer):
        shutil.copy(place / "tandem.db", copy)
    readonly.chmod(0o400)
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE tandem_schema SET version_num = '9999'")
    connection.close()
    for url, *told in (
        ("sqlite:///letter.db", "store letter.db: the file is not a SQLite database", "Restore"),
        ("sqlite:///readonly.db", "store readonly.db: the file is read-only", "chmod u+w"),
        ("sqlite:///newer.db", "store newer.db: its schema 9999 is newer", "Run the newer"),
        ("sqlite:///none/a.db", "the directory none does not exist", "mkdir -p none"),
        ("postgresql://me:hush@127.0.0.1:1/x", "Connection refused", "names its host and port"),
    ):
        ran = synced.run("links", TANDEM_STORE__URL=url)
        refused(ran, *told)
        assert "hush" not in ran.err


# ---- arguments


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sync --pair nope", "there is no pair 'nope'. Pairs: change-story, problem-epic,"),
        ("links --pair nope", "there is no pair 'nope'. Pairs: change-story, problem-epic,"),
        ("conflicts resolve 99 --take jira", "there is no conflict 99. `tandem conflicts --all`"),
        ("parked retry 99", "there is no parked record 99. `tandem parked` lists all."),
        ("explain INC99", "no link knows INC99. `tandem links` lists all."),
        ("plan INC99", "INC99: not linked, and in no pair's scope."),
        ("plan --mappings nowhere", "mappings folder nowhere does not exist."),
    ],
)
def test_what_is_not_there_is_named(synced: Program, command: str, told: str) -> None:
    refused(synced.run(*command.split()), told)


def test_none_of_it_did_any_harm(synced: Program, town: Town) -> None:
    ran = synced.run("sync", "--json")
    assert ran.code == 0, ran.said
    assert differences(town, synced.folder) == []
    assert Side.JIRA.value in ran.data["requests"]
