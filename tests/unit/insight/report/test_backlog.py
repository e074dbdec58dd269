"""Where problems stand in the backlog: class, score and reasons, on the page and as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sync.insight.facts import ProblemFact
from sync.insight.model import Class, Insight, Priority
from sync.insight.report.export import as_csv, as_json
from sync.insight.report.page import page
from sync.insight.report.tables import ROWS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BAD = "<script>alert(1)</script>"
MAIL = ProblemFact("p1", "PRB1", NOW, summary="Mail loops", service="s", service_name="E-mail")
VPN = ProblemFact("p2", "PRB2", NOW, summary="VPN drops")
LOW = Priority(Class.STRATEGIC, 12, ("Business value: 0 of 100.",))
HIGH = Priority(Class.URGENT, 71, ("Business value: 100 of 100.", "Effort: 50 of 100."))
TWO = Insight(NOW, priorities={"p1": LOW, "p2": HIGH}, problems=(MAIL, VPN))


def section(insight: Insight) -> str:
    """The part on the backlog."""
    return page(insight).partition('<section id="backlog"')[2].partition("</section>")[0]


def test_the_page_tells_what_comes_first_and_why() -> None:
    text = section(TWO)
    assert "2 open problems: 1 urgent, 0 planned, 1 strategic." in text
    first, second = (row.partition("</tr>")[0] for row in text.split('<th scope="row">')[1:])
    assert first.startswith("PRB2 VPN drops</th>")
    assert "<td>urgent</td>" in first
    assert '<td class="num">71</td>' in first
    assert "<li>Business value: 100 of 100.</li><li>Effort: 50 of 100.</li>" in first
    assert second.startswith('PRB1 Mail loops<span class="n">E-mail</span></th>')
    assert 'href="#backlog"' in page(TWO)


def test_one_is_one() -> None:
    assert "1 open problem: 0 urgent, 0 planned, 1 strategic." in section(
        Insight(NOW, priorities={"p1": LOW}, problems=(MAIL,))
    )


def test_no_open_problem_is_said() -> None:
    assert "<p>No problem is open.</p>" in section(Insight(NOW))


def test_a_long_backlog_ends_and_says_so() -> None:
    many = tuple(ProblemFact(f"p{n}", f"PRB{n:03}", NOW) for n in range(ROWS + 1))
    told = section(Insight(NOW, priorities={one.key: LOW for one in many}, problems=many))
    assert told.count("<td>strategic</td>") == ROWS
    assert f"The first {ROWS} of {ROWS + 1}; JSON has all." in told


def test_what_people_write_is_text() -> None:
    bad = ProblemFact("p1", BAD, NOW, summary=BAD, service_name=BAD)
    told = Priority(Class.URGENT, 1, (BAD,))
    text = section(Insight(NOW, priorities={"p1": told}, problems=(bad,)))
    assert "<script" not in text
    assert text.count("&lt;script") == 4


def test_json_has_all_of_it_by_score() -> None:
    assert json.loads(json.dumps(as_json(TWO)))["priorities"] == [
        {
            "problem": "PRB2",
            "summary": "VPN drops",
            "service": "",
            "class": "urgent",
            "score": 71,
            "why": ["Business value: 100 of 100.", "Effort: 50 of 100."],
        },
        {
            "problem": "PRB1",
            "summary": "Mail loops",
            "service": "E-mail",
            "class": "strategic",
            "score": 12,
            "why": ["Business value: 0 of 100."],
        },
    ]


def test_the_page_says_what_stands_where() -> None:
    foot = page(TWO).partition("<footer>")[2]
    assert "tandem insight --json has all of it" in foot
    assert "--csv has figures, the windows of trends, and proposals" in foot
    assert "PRB2" not in as_csv(TWO), "as the page says"
