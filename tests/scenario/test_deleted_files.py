"""Files whose original was deleted: the copy stays, or goes along where the mapping says so."""

from __future__ import annotations

import pytest

from connector.sandbox.content import Content
from connector.sandbox.faults import Fault
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import attachments, graves
from connector.sandbox.servicenow.knobs import SYSTEM, Door
from mappings.defaults import shipped
from mappings.sides import Side
from sync.core.model import LinkState
from sync.engine.resolve import retry
from sync.engine.sweep import sweep
from sync.errors import UnsafePlan
from tests.support.bench import Bench
from tests.support.people import Company

SIDES = list(Side)


def following() -> dict[str, str]:
    """The shipped mapping of incidents, with copies that go along."""
    [(name, text)] = [one for one in shipped().items() if "deletes: ignore   " in one[1]]
    head, _, tail = text.rpartition("deletes: ignore   ")
    return {name: f"{head}deletes: follow   {tail}"}


class Scene:
    """A ticket and its issue with some files that were carried; ``side`` has the originals."""

    def __init__(self, bench: Bench, side: Side, files: int = 2) -> None:
        self.bench, self.side = bench, side
        self.company = Company(bench)
        self.key = self.company.incident()
        bench.until_quiet()
        bench.clock.advance(60)
        self.issue = self.company.link(self.key).jira.key
        self.numbers = [self.attaches(f"{n}.txt") for n in range(files)]
        bench.until_quiet()

    def attaches(self, name: str, data: bytes = b"content") -> str:
        """Somebody puts a file on the original's side."""
        if self.side is Side.SERVICENOW:
            return self.company.file(self.key, name, data)
        return self.company.team().attach(self.issue, name, data)

    def detaches(self, number: str, side: Side | None = None) -> None:
        """Somebody deletes a file."""
        if (side or self.side) is Side.SERVICENOW:
            world = self.bench.servicenow.world
            attachments.detach(world, world.caller("ben.okafor", Door.SCREEN), number)
        else:
            self.company.team().detach(number)

    def originals(self) -> list[str]:
        return self._names(self.side)

    def copies(self) -> list[str]:
        return self._names(self.side.other)

    def _names(self, side: Side) -> list[str]:
        company = self.company
        there = company.files if side is Side.SERVICENOW else company.twin_files
        return sorted(name for name, _ in there(self.key))

    def copy_ids(self) -> list[str]:
        known = self.bench.store.files.known([self.company.link(self.key).id])
        return [row.copy_id for rows in known.values() for row in rows]

    def audit(self) -> None:
        """The next day, with its audit."""
        self.bench.clock.advance(86_400)
        sweep(self.bench.connect())
        self.bench.until_quiet()


@pytest.fixture(params=["cloud", "dc"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param, mappings=following())


@pytest.mark.parametrize("side", SIDES)
def test_the_copy_goes_with_its_original_and_no_other(bench: Bench, side: Side) -> None:
    scene = Scene(bench, side)
    scene.detaches(scene.numbers[0])
    scene.audit()
    assert (scene.originals(), scene.copies()) == (["1.txt"], ["1.txt"])
    before = bench.writes()
    for _ in range(5):
        scene.audit()
    assert bench.writes() == before


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("side", SIDES)
def test_a_copy_stays_where_nobody_said_otherwise(flavour: str, side: Side) -> None:
    scene = Scene(Bench(flavour), side)
    scene.detaches(scene.numbers[0])
    scene.audit()
    assert scene.copies() == ["0.txt", "1.txt"]
    assert scene.originals() == ["1.txt"]


@pytest.mark.parametrize("side", SIDES)
def test_a_deleted_copy_does_not_take_its_original_along(bench: Bench, side: Side) -> None:
    scene = Scene(bench, side)
    scene.detaches(scene.copy_ids()[0], side.other)
    for _ in range(3):
        scene.audit()
    assert scene.originals() == ["0.txt", "1.txt"]
    assert len(scene.copies()) == 1


@pytest.mark.parametrize("side", SIDES)
def test_what_somebody_attached_under_the_same_name_stays(bench: Bench, side: Side) -> None:
    """The copy was replaced by a person: that file is his."""
    scene = Scene(bench, side, files=1)
    scene.detaches(scene.copy_ids()[0], side.other)
    if side is Side.SERVICENOW:
        scene.company.team().attach(scene.issue, "0.txt", b"better")
    else:
        scene.company.file(scene.key, "0.txt", b"better")
    bench.until_quiet()
    scene.detaches(scene.numbers[0])
    scene.audit()
    there = scene.company.files if side is Side.JIRA else scene.company.twin_files
    assert there(scene.key) == [("0.txt", b"better")]


@pytest.mark.parametrize("side", SIDES)
def test_a_record_that_is_hidden_takes_no_files_along(bench: Bench, side: Side) -> None:
    scene = Scene(bench, side)
    if side is Side.SERVICENOW:
        bench.servicenow.world.knobs.hidden_rows.add(scene.key)
    else:
        scene.company.team().hide(scene.issue)
    for _ in range(3):
        bench.clock.advance(86_400)
        sweep(bench.connect())
        bench.sync()
    assert scene.copies() == ["0.txt", "1.txt"]


@pytest.mark.parametrize("side", SIDES)
def test_a_copy_goes_once_its_record_is_shown_again(bench: Bench, side: Side) -> None:
    """Its files are not shown either while it is hidden, which does not mean that they are gone."""
    scene = Scene(bench, side)
    hide = Company(bench).team().hide
    hidden = bench.servicenow.world.knobs.hidden_rows
    hidden.add(scene.key) if side is Side.JIRA else hide(scene.issue)
    scene.detaches(scene.numbers[0])
    scene.audit()
    assert scene.copies() == ["0.txt", "1.txt"]
    hidden.discard(scene.key) if side is Side.JIRA else hide(scene.issue, hidden=False)
    scene.audit()
    assert scene.copies() == ["1.txt"]


def test_files_that_are_all_hidden_are_not_deleted(bench: Bench) -> None:
    """An access rule on attachments: the record is shown, its files are not."""
    scene = Scene(bench, Side.SERVICENOW)
    bench.servicenow.world.knobs.hidden_rows.update(bench.servicenow.world.files)
    for _ in range(3):
        scene.audit()
    assert scene.copies() == ["0.txt", "1.txt"]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_deletes_nothing_else(bench: Bench, side: Side, kind: str) -> None:
    scene = Scene(bench, side)
    faults = bench.jira_faults if side is Side.SERVICENOW else bench.now_faults
    faults.add(Fault(kind, "DELETE", "/attachment/", times=3, seconds=30))
    scene.detaches(scene.numbers[0])
    scene.audit()
    scene.audit()
    assert scene.copies() == ["1.txt"]


@pytest.mark.parametrize("side", SIDES)
def test_many_at_once_ask_first(bench: Bench, side: Side) -> None:
    scene = Scene(bench, side, files=7)
    for number in scene.numbers[:6]:
        scene.detaches(number)
    bench.clock.advance(86_400)
    sweep(bench.connect())
    with pytest.raises(UnsafePlan, match="6 files would be deleted, allowed 5") as held:
        bench.sync()
    assert len(scene.copies()) == 7
    bench.sync(approve=held.value.plan)
    bench.until_quiet()
    assert scene.copies() == scene.originals() == ["6.txt"]


# ---- a record that was deleted and is back: it comes without its files


def _goes_and_comes_back(scene: Scene, *, proven: bool = True, told: bool = True) -> None:
    world = scene.bench.servicenow.world
    if proven:
        world.roles[INTEGRATION].add("admin")  # our account may read who deleted what
    if not told:
        world.knobs.denied_tables.add("sys_audit")  # nor who brought it back
    _another_file(scene)
    world.delete("incident", scene.key, SYSTEM)
    scene.audit()
    away = LinkState.ENDED if proven else LinkState.MISSING
    assert scene.company.link(scene.key).state is away
    graves.undelete(world, scene.key, SYSTEM)
    scene.audit()
    assert scene.company.link(scene.key).state is LinkState.ACTIVE


def _another_file(scene: Scene) -> None:
    """Only who sees some file of the instance can tell that another one is gone."""
    world = scene.bench.servicenow.world
    face = ("sys_user", min(row["sys_id"] for row in world.rows("sys_user")))
    attachments.attach(world, SYSTEM, face, "face.png", "image/png", Content.of(b"face"))


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("proven", [True, False])
def test_copies_that_went_with_a_record_are_made_anew(flavour: str, proven: bool) -> None:
    """Who may not read what was deleted may still read what came back."""
    scene = Scene(Bench(flavour), Side.JIRA)
    _goes_and_comes_back(scene, proven=proven)
    assert (scene.originals(), scene.copies()) == (["0.txt", "1.txt"], ["0.txt", "1.txt"])
    before = scene.bench.writes()
    for _ in range(3):
        scene.audit()
    assert scene.bench.writes() == before


def test_copies_of_originals_that_went_with_a_record_stay(bench: Bench) -> None:
    """Also where deletions are followed: nobody deleted the files, and the copies are the last."""
    scene = Scene(bench, Side.SERVICENOW)
    _goes_and_comes_back(scene)
    assert (scene.originals(), scene.copies()) == ([], ["0.txt", "1.txt"])
    scene.attaches("new.txt")
    for _ in range(3):
        scene.audit()
    assert (scene.originals(), scene.copies()) == (["new.txt"], ["0.txt", "1.txt", "new.txt"])


def test_copies_stay_of_originals_that_went_with_a_record_between_two_looks(bench: Bench) -> None:
    """ServiceNow's audit tells that it was deleted and brought back; a file that is deleted by
    itself since takes its copy along as ever."""
    scene = Scene(bench, Side.SERVICENOW)
    world = bench.servicenow.world
    _another_file(scene)
    bench.clock.advance(60)
    world.delete("incident", scene.key, SYSTEM)
    graves.undelete(world, scene.key, SYSTEM)
    scene.audit()
    assert (scene.originals(), scene.copies()) == ([], ["0.txt", "1.txt"])

    bench.clock.advance(60)
    later = scene.attaches("later.txt")
    scene.audit()
    scene.detaches(later)
    scene.audit()
    assert (scene.originals(), scene.copies()) == ([], ["0.txt", "1.txt"])


def test_a_file_that_looks_like_one_that_went_with_its_record_is_carried(bench: Bench) -> None:
    """The copy of the old one stands there still, of the same name and size."""
    scene = Scene(bench, Side.SERVICENOW, files=1)
    world = bench.servicenow.world
    _another_file(scene)
    bench.clock.advance(60)
    world.delete("incident", scene.key, SYSTEM)
    graves.undelete(world, scene.key, SYSTEM)
    bench.clock.advance(60)
    scene.attaches("0.txt", b"another")
    scene.audit()
    there = scene.company.twin_files(scene.key)
    assert sorted(there) == [("0.txt", b"another"), ("0.txt", b"content")]


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_copies_that_may_have_gone_with_a_record_are_asked_about(flavour: str) -> None:
    """Nothing proves that it was deleted: somebody may have taken them away while it was hidden."""
    scene = Scene(Bench(flavour), Side.JIRA)
    _goes_and_comes_back(scene, proven=False, told=False)
    rows = scene.bench.store.ledger.parked()
    assert [row.field for row in rows] == [f"file {number}" for number in scene.numbers]
    assert "the copy of 0.txt is gone" in rows[0].reason
    scene.audit()
    assert (scene.copies(), len(scene.bench.store.ledger.parked())) == ([], 2)

    retry(scene.bench.runtime, rows[0].id)
    scene.detaches(scene.numbers[1])  # it was not wanted any more
    retry(scene.bench.runtime, rows[1].id)
    scene.bench.until_quiet()
    assert (scene.copies(), scene.bench.store.ledger.parked()) == (["0.txt"], ())
    before = scene.bench.writes()
    for _ in range(3):
        scene.audit()
    assert scene.bench.writes() == before


@pytest.mark.parametrize("left", ["another copy", "a file of the desk's"])
def test_an_older_file_tells_that_a_record_was_only_hidden(left: str) -> None:
    """Then somebody deleted the copy, as it is no longer wanted: nobody is asked."""
    scene = Scene(Bench(), Side.JIRA, files=2 if left == "another copy" else 1)
    if left != "another copy":
        scene.company.file(scene.key, "own.txt", b"own")
        scene.bench.until_quiet()
    before = scene.copies()
    _hidden_for_a_day(scene, Side.SERVICENOW)
    assert scene.copies() == [name for name in before if name != "0.txt"]
    assert scene.bench.store.ledger.parked() == ()


def test_a_copy_that_somebody_deleted_on_a_hidden_issue_is_not_asked_about() -> None:
    """Jira brings nothing back that was deleted."""
    scene = Scene(Bench(), Side.SERVICENOW, files=1)
    _hidden_for_a_day(scene, Side.JIRA)
    assert (scene.copies(), scene.bench.store.ledger.parked()) == ([], ())


def _hidden_for_a_day(scene: Scene, side: Side) -> None:
    """A record is hidden, and somebody deletes the first copy on it meanwhile."""
    _another_file(scene)
    hide, rows = scene.company.team().hide, scene.bench.servicenow.world.knobs.hidden_rows
    rows.add(scene.key) if side is Side.SERVICENOW else hide(scene.issue)
    scene.audit()
    assert scene.company.link(scene.key).state is LinkState.MISSING
    scene.detaches(scene.copy_ids()[0], side)
    rows.discard(scene.key) if side is Side.SERVICENOW else hide(scene.issue, hidden=False)
    scene.audit()
    assert scene.company.link(scene.key).state is LinkState.ACTIVE
