"""What is left to do after files were sent: only what waits."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow import attachments
from sync.apply.files import attach
from sync.core.plan import Attach
from sync.engine.study import study
from sync.feed import poll
from tests.support.bench import Bench
from tests.support.people import Company


def linked() -> tuple[Bench, Company, str]:
    """A ticket and its issue at rest."""
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.clock.advance(60)
    return bench, company, key


def sent(bench: Bench) -> frozenset[int]:
    """Everything that there is to attach, attached."""
    runtime = bench.connect()
    poll(runtime)
    found = study(runtime, runtime.store.inbox.rows(100, runtime.clock()))
    files = [action for action in found.plan.actions if isinstance(action, Attach)]
    assert files
    return attach(runtime, files, "plan")


def test_a_link_waits_although_another_of_its_files_arrived() -> None:
    bench, company, key = linked()
    company.file(key, "first.txt", b"1")
    company.file(key, "second.txt", b"2")
    bench.now_faults.add(Fault("status", "GET", r"/file", times=None, skip=1))
    assert sent(bench) == {company.link(key).id}
    assert len(company.twin_files(key)) == 1


def test_a_file_that_was_put_aside_keeps_no_link_waiting() -> None:
    bench, company, key = linked()
    bench.servicenow.world.knobs.scans_files = True
    number = company.file(key, "log.txt", b"infected")
    attachments.scanned(bench.servicenow.world, number, clean=False)
    assert sent(bench) == frozenset()
    assert company.parked() == [(company.link(key).jira.label, f"file {number}")]
