"""What was there before the link: carried once, or left alone where a mapping says so."""

from __future__ import annotations

import pytest

from mappings.defaults import shipped
from tests.support.bench import Bench
from tests.support.people import Company


def without_backlog() -> dict[str, str]:
    """The shipped mappings, which leave alone what is older than a link."""
    return {
        name: text.replace("backlog: true", "backlog: false") for name, text in shipped().items()
    }


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("backlog", [True, False])
def test_old_comments_and_files_come_along_unless_they_are_left_out(
    flavour: str, *, backlog: bool
) -> None:
    bench = Bench(flavour, mappings=None if backlog else without_backlog())
    company = Company(bench)
    key = company.incident()
    company.desk(key, work_notes="The fan is loud.")
    company.file(key, "old.txt", b"old")
    bench.clock.advance(60)
    bench.until_quiet()
    assert len(company.issue(key).comments) == len(company.twin_files(key)) == backlog

    bench.clock.advance(60)
    company.desk(key, work_notes="It stopped.")
    company.file(key, "new.txt", b"new")
    bench.clock.advance(60)
    bench.until_quiet()
    assert "It stopped." in company.issue(key).comments[-1].body
    assert len(company.issue(key).comments) == len(company.twin_files(key)) == 1 + backlog
