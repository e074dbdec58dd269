"""What people get wrong: every problem at once, with its remedy, the right exit code."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from mappings.defaults import shipped
from mappings.sides import Side
from sync.demo.town import Town
from tests.support.judge import differences
from tests.support.program import SETTLED_SOON, Program, Ran, each_ended

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(incidents=2) as found:
        yield found


@pytest.fixture(scope="module")
def synced(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program whose first load is done; whatever it is asked afterwards, nothing takes harm."""
    made = Program(tmp_path_factory.mktemp("synced"), town, **SETTLED_SOON)
    ran = made.run_here("sync", "--yes")
    assert ran.code == 0, ran.said
    yield made
    ran = made.run_here("sync", "--json")
    assert ran.code == 0, ran.said
    assert differences(town, made.folder) == []
    assert Side.JIRA.value in ran.data["requests"]


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
        TANDEM_SERVICENOW__URL="http://desk.example",
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
        "http:// would send the password readable to desk.example",
    )


def test_all_missing_settings_are_told_at_once(tmp_path: Path, town: Town) -> None:
    """By every command that talks to the two systems, before anything is made or asked."""
    nothing: dict[str, str | None] = dict.fromkeys(town.settings())
    # Without a user the token is a bearer token, so that name alone may be missing.
    names = [name for name in town.settings() if name != "TANDEM_JIRA__USER"]
    program = Program(tmp_path, town)
    run, doctor = each_ended([program.start(name, **nothing) for name in ("run", "doctor")])
    others = [
        program.run_here(*command.split(), **nothing)
        for command in ("sync", "plan", "sweep", "mappings check --live")
    ]

    for ran in (run, *others):
        refused(ran, *(f"{name}: not set" for name in names))
    assert doctor.code == 2
    assert [line for line in doctor.out.splitlines() if line.startswith("FAIL settings: ")] == (
        doctor.out.splitlines()
    )
    assert len(doctor.out.splitlines()) == len(names)
    for name in names:
        assert f"{name}: not set." in doctor.out
    assert not list(tmp_path.iterdir()), "not even a store appears"


# ---- mappings


Edits: TypeAlias = "tuple[tuple[str, str], ...]"
"""What is replaced in a mapping, and by what."""


def folder(place: Path, name: str, **edits: Edits) -> str:
    """A copy of the shipped mappings with these edits, by file."""
    made = place / name
    made.mkdir()
    for file, text in shipped().items():
        short = file.rpartition("/")[2]
        for old, new in edits.get(short.removesuffix(".yaml"), ()):
            assert old in text
            text = text.replace(old, new)
        (made / short).write_text(text)
    return name


def test_five_mistakes_in_a_mapping_are_named_with_their_lines(tmp_path: Path, town: Town) -> None:
    mistakes = (
        ("table: incident", "tabel: incident"),
        ("conflict: owner ", "conflict: somebody "),
        ("summary: {servicenow: short_description, jira: summary, as: line,",
         "summary: {servicenow: short_description, jira: summary, as: lines,"),
        ("priority: {servicenow: priority, jira: priority, as: priority, owner: servicenow}",
         "priority: {servicenow: priority, jira: priority, as: priority, owner: both}"),
        ("backlog: true", "backlog: perhaps"),
    )  # fmt: skip
    name = folder(tmp_path, "five", incident=mistakes)
    text = (tmp_path / name / "incident.yaml").read_text().splitlines()
    lines = {
        mistake: next(at for at, line in enumerate(text, 1) if mistake in line)
        for mistake in ("tabel:", "somebody", "as: lines", "owner: both", "perhaps")
    }
    program = Program(tmp_path, town, TANDEM_MAPPINGS__DIR=name)
    ran = program.run("sync")
    refused(ran, *(f"five/incident.yaml:{line}: " for line in lines.values()))
    assert all(line.count(". ") >= 1 and line.startswith("five/") for line in ran.advice), ran.said
    checked = program.run_here("mappings", "check", name)
    assert (checked.code, checked.err) == (2, ran.err)


TABLE = ("table: change_request", "table: change_reqest")
CONDITION = ("active=true", "activ=true")
LABEL = ("labels = to-incident", "labelz = to-incident")
FIELD = ("servicenow: description", "servicenow: u_nope")


def test_names_that_a_system_does_not_have_are_found_live(tmp_path: Path, town: Town) -> None:
    """All at once by `mappings check --live`, with the line, and what there is."""
    names = folder(
        tmp_path,
        "names",
        change=(TABLE,),
        incident=(LABEL, FIELD),
        problem=(
            CONDITION,
            ("servicenow: short_description", "servicenow: short_descripton"),
            ("as: priority", "as: priority, table: [{servicenow: '1', jira: Utmost}]"),
        ),
    )
    text = (tmp_path / names / "problem.yaml").read_text()
    rows = [line for line in text.splitlines() if line.strip().startswith("jira: [")]
    (tmp_path / names / "problem.yaml").write_text(text.replace(rows[0], "        jira: Nirvana"))
    program = Program(tmp_path, town)
    checked = program.run("mappings", "check", names, "--live")
    lost = program.run_here("mappings", "check", "--live", TANDEM_JIRA__PROJECT="NOPE")
    refused(
        checked,
        "names/problem.yaml:21: fields.summary: servicenow has no field short_descripton. Did you "
        "mean short_description?",
        "jira knows none of Utmost",
        "jira knows none of Nirvana",
        "names/problem.yaml:1: servicenow.scope: ServiceNow passes over the condition on activ",
        "names/change.yaml:1: servicenow.table: there is no table change_reqest",
        "names/incident.yaml:29: fields.description: servicenow has no field u_nope",
        "names/incident.yaml:1: jira.scope: Jira cannot follow the scope in OPS: Field 'labelz'",
    )
    assert all("names/" in line and ".yaml:" in line for line in checked.advice), checked.said
    refused(lost, "mappings/defaults/incident.yaml")
    assert "NOPE" in lost.err


@pytest.mark.parametrize(
    ("settings", "edit", "told"),
    [
        ({"TANDEM_JIRA__PROJECT": "NOPE"}, (), "No project could be found with key 'NOPE'"),
        ({}, (("table: incident", "table: incidnt"),), "Invalid table incidnt"),
        ({}, (CONDITION,), "passes over the condition on activ in incident"),
        ({}, (LABEL,), "Field 'labelz' does not exist"),
        ({}, (FIELD,), "does not have: u_nope"),
    ],
)
def test_what_a_mapping_names_and_no_side_has_stops_before_the_first_write(
    tmp_path: Path, town: Town, settings: dict[str, str], edit: Edits, told: str
) -> None:
    name = folder(tmp_path, "mine", incident=edit)
    before = len(town.jira.world.write_log), len(town.servicenow.world.write_log)
    ran = Program(tmp_path, town, TANDEM_MAPPINGS__DIR=name, **settings).run("sync", "--yes")
    refused(ran, told)
    assert (len(town.jira.world.write_log), len(town.servicenow.world.write_log)) == before


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
        ran = synced.run_here("links", TANDEM_STORE__URL=url)
        refused(ran, *told)
        assert "hush" not in ran.err


# ---- arguments


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sync --pair nope", "there is no pair 'nope'. Pairs: change-story, problem-epic,"),
        (
            "links --pair nope",
            "there is no pair 'nope'. Pairs: change-story, initiative-improvement,",
        ),
        ("conflicts resolve 99 --take jira", "there is no conflict 99. `tandem conflicts --all`"),
        ("parked retry 99", "there is no parked record 99. `tandem parked` lists all."),
        ("explain INC99", "no link knows INC99. `tandem links` lists all."),
        ("plan INC99", "INC99: not linked, and in no pair's scope."),
        ("plan --mappings nowhere", "mappings folder nowhere does not exist."),
    ],
)
def test_what_is_not_there_is_named(synced: Program, command: str, told: str) -> None:
    refused(synced.run_here(*command.split()), told)
