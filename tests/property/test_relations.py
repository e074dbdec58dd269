"""The laws of relations, for values and tables that nobody thought of.

Correct: after translating, the pair is in the relation. Hippocratic: what fits is left as it is.
Stable: one edit causes at most one write, whatever the table. Texts come back as they were. Loading
says what is wrong and never breaks.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.defaults import shipped
from mappings.formatted import Html
from mappings.groups import Group
from mappings.lists import Listed
from mappings.loader import MappingProblems, load
from mappings.plain import date, line, moment, number, text
from mappings.references import IssueLink, User
from mappings.relations import Ends, Relation
from mappings.sides import Side
from mappings.tables import Row, Table, Tabled
from mappings.templates import fill, sound
from mappings.text import canonical_text, cut, from_wiki, size, to_journal, to_wiki
from mappings.values import UNKNOWN, Unmappable, Value
from tests.support.mapping import NOBODY, Facts

SN, JIRA = Side.SERVICENOW, Side.JIRA
ENDS = Ends("here", "there")
LIMITS = {SN: 40, JIRA: 60}
TRICKY = [
    *"\\{}[]!*_+^~?|-#&;.:()ax1 \n\t\r\x00é😀…", "{code}", "{html}", "{{", "[~bob]", "h1. ", "bq. ",
    "&#38;", "&amp;", "\\\\", "https://a.example/", "!a.png!", "[code]", "e\u0301",
    "\u2028", "\xa0", "<p>", "</p>", "<b>", "</b>", "<li>", "<td>", "<pre>", "</pre>", "<br>",
    '<a href="https://a.example/x">', "</a>", "||", "|", "* ", "{quote}",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(TRICKY), max_size=30).map("".join) | st.text(max_size=80)
PLAIN: dict[str, Relation] = {
    "text": text(ENDS, LIMITS),
    "line": line(ENDS, LIMITS),
    "html": Html(ENDS, LIMITS),
    "date": date(ENDS),
    "datetime": moment(ENDS),
    "number": number(ENDS),
}
STAMPS = st.datetimes().map(lambda at: at.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0"))
NATIVE = st.none() | TEXTS | STAMPS | st.integers().map(str) | st.floats().map(str)


def of(side: Side, here: Value, there: Value) -> Value:
    return here if side is SN else there


def seen(relation: Relation, side: Side, native: Value) -> Value:
    found = relation.canonical(side, {of(side, "here", "there"): native})
    assert found is not UNKNOWN
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("kind", PLAIN)
@given(here=NATIVE, there=NATIVE, to=st.sampled_from(Side))
def test_plain_relations_are_correct_and_hippocratic(
    kind: str, here: Value, there: Value, to: Side
) -> None:
    relation = PLAIN[kind]
    values = {SN: seen(relation, SN, here), JIRA: seen(relation, JIRA, there)}
    wanted = relation.translate(to, values[to.other], values[to], NOBODY)
    assert not isinstance(wanted, Unmappable)
    if relation.holds(values[SN], values[JIRA], NOBODY):
        assert wanted == values[to]
    values[to] = wanted
    assert relation.holds(values[SN], values[JIRA], NOBODY)


@pytest.mark.parametrize("kind", PLAIN)
@given(native=NATIVE, to=st.sampled_from(Side))
def test_what_is_written_reads_back_as_what_was_wanted(kind: str, native: Value, to: Side) -> None:
    """Otherwise every pass would find a difference of its own making."""
    relation = PLAIN[kind]
    wanted = relation.translate(to, seen(relation, to.other, native), None, NOBODY)
    assert not isinstance(wanted, Unmappable)
    written = relation.native(to, wanted, None, {}).fields[of(to, "here", "there")]  # type: ignore[index]
    assert seen(relation, to, written) == wanted
    if isinstance(written, str) and kind in ("text", "line", "html"):
        assert size(written) <= LIMITS[to]


@settings(max_examples=300)
@given(TEXTS)
def test_a_text_survives_markup(given_text: str) -> None:
    plain = canonical_text(given_text) or ""
    assert from_wiki(to_wiki(given_text)) == plain
    assert (canonical_text(plain) or "") == plain


@settings(max_examples=300)
@given(TEXTS)
def test_markup_that_nobody_edited_changes_nothing(wiki: str) -> None:
    plain = from_wiki(wiki)
    assert from_wiki(to_wiki(plain)) == plain


@settings(max_examples=300)
@given(TEXTS)
def test_no_opener_of_markup_stays_alive(given_text: str) -> None:
    wiki = to_wiki(given_text)
    assert "\\\\" not in wiki
    for place, sign in enumerate(wiki):
        if sign in "{[":
            assert place
            assert wiki[place - 1] == "\\"


@given(TEXTS)
def test_no_code_tag_reaches_a_journal(given_text: str) -> None:
    found = to_journal(given_text).casefold()
    assert "[code]" not in found
    assert "[/code]" not in found


@given(TEXTS, st.integers(1, 50))
def test_a_cut_text_fits(given_text: str, limit: int) -> None:
    found = cut(given_text, limit)
    assert size(found) <= limit
    assert found == given_text or given_text.startswith(found[:-1])


@given(
    head=st.text("abc ", min_size=1, max_size=30), tail=st.text("xyz ", min_size=60, max_size=99)
)
def test_editing_a_cut_text_never_loses_its_unseen_end(head: str, tail: str) -> None:
    relation = PLAIN["text"]
    whole = canonical_text("start " + head + tail + "end") or ""
    shown = relation.translate(SN, whole, None, NOBODY)
    assert isinstance(shown, str)
    edited = "A" + shown[1:]
    written = relation.translate(JIRA, edited, whole, NOBODY)
    assert isinstance(written, str)
    assert written[1:-1] == whole[1 : len(written) - 1]


REFERENCE = IssueLink(Ends("caused_by", "link:is caused by"), "change_request")
RECORDS = ["chg1", "chg2", "chg3", "inc1", "chg8", "chg9"]
TWINS = Facts(
    twins={"chg1": "101", "chg2": "102", "chg3": "1003", "inc1": "104"},
    tables={"inc1": "incident"} | {f"chg{number}": "change_request" for number in range(10)},
)
REFERENCES = st.none() | st.sampled_from(RECORDS)
LINKED = st.sets(st.sampled_from(["101", "102", "1003", "104", "900", "901"])).map(
    lambda keys: tuple(sorted(keys, key=lambda key: (len(key), key)))
)


@given(reference=REFERENCES, links=LINKED, to=st.sampled_from(Side))
def test_issue_links_are_correct_and_hippocratic(
    reference: str | None, links: tuple[str, ...], to: Side
) -> None:
    values: dict[Side, Value] = {SN: reference, JIRA: links}
    held = REFERENCE.holds(reference, links, TWINS)
    wanted = REFERENCE.translate(to, values[to.other], values[to], TWINS)
    assert not isinstance(wanted, Unmappable)
    assert (wanted == values[to]) if held else (wanted != values[to])
    values[to] = wanted
    assert REFERENCE.holds(values[SN], values[JIRA], TWINS)


@given(reference=REFERENCES, links=LINKED)
def test_links_to_peoples_own_issues_are_never_touched(
    reference: str | None, links: tuple[str, ...]
) -> None:
    wanted = REFERENCE.translate(JIRA, reference, links, TWINS)
    change = REFERENCE.native(JIRA, wanted, links, {})  # type: ignore[arg-type]
    strangers = {"104", "900", "901"}
    touched = {
        key for rows in (change.add, change.remove) for keys in rows.values() for key in keys
    }
    assert not strangers & touched
    after = {*links, *change.add.get("link:is caused by", ())}
    assert after - {*change.remove.get("link:is caused by", ())} == {*wanted}  # type: ignore[misc]


@given(reference=REFERENCES, links=LINKED, own=st.sets(st.sampled_from(["104", "900", "901"])))
def test_what_strangers_are_linked_says_nothing(
    reference: str | None, links: tuple[str, ...], own: set[str]
) -> None:
    more = tuple(sorted({*links, *own}, key=lambda key: (len(key), key)))
    assert REFERENCE.holds(reference, links, TWINS) == REFERENCE.holds(reference, more, TWINS)
    assert REFERENCE.translate(SN, more, None, TWINS) == REFERENCE.translate(SN, links, None, TWINS)


SIX = [str(n) for n in range(6)]
ROWS = st.lists(
    st.builds(
        Row,
        st.lists(st.sampled_from(SIX), min_size=1, max_size=3, unique=True).map(tuple),
        st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True).map(tuple),
        st.lists(st.sampled_from("abcdef"), max_size=2, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=6,
)


def settled(relation: Tabled, here: Value, there: Value, edited: Side) -> int:
    """Writes until nothing changes, for an edit on one side; the edited side is never written."""
    values, writes = {SN: here, JIRA: there}, 0
    for _ in range(4):
        for to in (edited.other, edited):
            wanted = relation.translate(to, values[to.other], values[to], NOBODY)
            assert not isinstance(wanted, Unmappable)
            if wanted != values[to]:
                assert to is edited.other
                values[to], writes = wanted, writes + 1
    assert relation.holds(values[SN], values[JIRA], NOBODY)
    return writes


def every_edit(table: Table) -> None:
    relation = Tabled(ENDS, table)
    known = {side: {one for row in table.rows for one in row.of(side)} for side in Side}
    for here, there, edited in product(sorted(known[SN]), sorted(known[JIRA]), Side):
        assert settled(relation, here, there, edited) <= 1


@given(ROWS)
def test_no_table_bounces(rows: list[Row]) -> None:
    every_edit(Table(tuple(rows), "here"))


@given(ROWS, st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from(SIX)))
def test_no_table_bounces_once_it_is_fitted(
    rows: list[Row], statuses: set[str], states: set[str]
) -> None:
    every_edit(Table(tuple(rows), "here").fitted({SN: states, JIRA: statuses}))


@pytest.mark.parametrize("size_", [(4, 3), (3, 4), (2, 2)])
def test_no_pair_of_maps_bounces(size_: tuple[int, int]) -> None:
    """Every forward and backward map there is, as rows: R is both, and nothing oscillates."""
    states, statuses = SIX[: size_[0]], "abc d".replace(" ", "")[: size_[1]]
    for number_, forward in enumerate(product(statuses, repeat=len(states))):
        backs = list(product(states, repeat=len(statuses)))
        back = backs[number_ * 7 % len(backs)]
        rows = [Row((a,), (b,)) for a, b in zip(states, forward, strict=True)]
        rows += [Row((a,), (b,)) for b, a in zip(statuses, back, strict=True)]
        every_edit(Table(tuple(rows), "here"))


PEOPLE = st.builds(
    Facts,
    people=st.sampled_from([{}, {"u0": "j0"}, {"u0": "j0", "u1": "j1"}, {"u0": "j1", "u2": "j2"}]),
    leavers=st.sampled_from([{}, {"u3": "j3"}]),
    stand_ins=st.fixed_dictionaries(
        {},
        optional={
            SN: st.sampled_from([None, "u0", "u9"]),
            JIRA: st.sampled_from([None, "j0", "j9"]),
        },
    ),
)
SOMEBODY = {
    SN: st.none() | st.sampled_from(["u0", "u1", "u2", "u3", "u9"]),
    JIRA: st.none() | st.sampled_from(["j0", "j1", "j2", "j3", "j9"]),
}  # fmt: skip


@settings(max_examples=400)
@given(facts=PEOPLE, here=SOMEBODY[SN], there=SOMEBODY[JIRA], edited=st.sampled_from(Side))
def test_nobody_bounces_and_no_stand_in_replaces_whom_it_stands_for(
    facts: Facts, here: Value, there: Value, edited: Side
) -> None:
    """One edit writes at most once, and only across. What is written fits, but for a stand-in that
    somebody chose, which says nothing about the person on the other side."""
    relation, values = User(ENDS), {SN: here, JIRA: there}
    wanted = relation.translate(edited.other, values[edited], values[edited.other], facts)
    if relation.holds(here, there, facts):
        assert wanted == values[edited.other]
    if isinstance(wanted, Unmappable):
        assert isinstance(facts.person(edited, str(values[edited])), Unmappable)
        return
    stood = values[edited] == facts.stand_in(edited) and wanted == values[edited.other]
    values[edited.other] = wanted
    assert stood or relation.holds(values[SN], values[JIRA], facts)
    if relation.holds(values[SN], values[JIRA], facts):
        assert relation.translate(edited, wanted, values[edited], facts) == values[edited]


NAMED = {"g1": "Alpha", "g2": "Beta", "g3": "Gamma"}
GROUP_ROWS = st.lists(
    st.builds(
        Row,
        st.lists(st.sampled_from([*NAMED.values()]), min_size=1, max_size=2, unique=True).map(
            tuple
        ),
        st.lists(st.sampled_from(["Alpha", "beta", "Web"]), min_size=1, unique=True).map(tuple),
    ),
    max_size=3,
)
ONE = st.none() | st.sampled_from(["Alpha", "beta", "Web", "Own"])
SEVERAL_OF = st.none() | st.lists(
    st.sampled_from(["Alpha", "beta", "Gamma", "Web", "Own"]), min_size=1, max_size=4, unique=True
).map(lambda some: tuple(sorted(some)))  # fmt: skip


@settings(max_examples=400)
@given(
    rows=GROUP_ROWS,
    by_name=st.booleans(),
    here=st.none() | st.sampled_from(list(NAMED)),
    there=ONE,
    to=st.sampled_from(Side),
)
def test_groups_are_correct_and_hippocratic(
    rows: list[Row], by_name: bool, here: Value, there: Value, to: Side
) -> None:
    relation = Group(ENDS, Table(tuple(rows), "here"), by_name)
    _correct(relation, {SN: here, JIRA: there}, to, Facts(groups=NAMED))


@settings(max_examples=400)
@given(
    rows=GROUP_ROWS,
    by_name=st.booleans(),
    here=st.none() | st.sampled_from(list(NAMED)),
    there=SEVERAL_OF,
)
def test_a_group_among_components_is_correct_and_leaves_the_others(
    rows: list[Row], by_name: bool, here: Value, there: Value
) -> None:
    relation = Group(Ends("here", "components"), Table(tuple(rows), "here"), by_name)
    facts, values = Facts(groups=NAMED), {SN: here, JIRA: there}
    wanted = _correct(relation, values, JIRA, facts)
    if isinstance(wanted, Unmappable) or not isinstance(there, tuple):
        return
    own = {one for one in there if one == "Own"}
    assert own <= set(wanted if isinstance(wanted, tuple) else ())


def _correct(
    relation: Relation, values: dict[Side, Value], to: Side, facts: Facts
) -> Value | Unmappable:
    wanted = relation.translate(to, values[to.other], values[to], facts)
    if relation.holds(values[SN], values[JIRA], facts):
        assert wanted == values[to]
    if not isinstance(wanted, Unmappable):
        values = {**values, to: wanted}
        assert relation.holds(values[SN], values[JIRA], facts)
        assert relation.translate(to, values[to.other], wanted, facts) == wanted
    return wanted


LISTED = {
    SN: st.none() | st.lists(st.sampled_from([*"aAbc", " a", "x"]), max_size=4).map(",".join),
    JIRA: st.none()
    | st.lists(st.sampled_from([*"aBcd", "p,q", "tandem-1"]), max_size=4, unique=True).map(tuple),
}
LIST_ROWS = st.none() | st.lists(
    st.builds(
        Row,
        st.lists(st.sampled_from([*"abc"]), min_size=1, max_size=2, unique=True).map(tuple),
        st.lists(st.sampled_from([*"aBcd"]), min_size=1, max_size=2, unique=True).map(tuple),
    ),
    max_size=3,
)  # fmt: skip


@settings(max_examples=400)
@given(rows=LIST_ROWS, here=LISTED[SN], there=LISTED[JIRA], to=st.sampled_from(Side))
def test_lists_are_correct_and_read_back_as_they_were_wanted(
    rows: list[Row] | None, here: Value, there: Value, to: Side
) -> None:
    relation = Listed(ENDS, None if rows is None else Table(tuple(rows), "here"))
    values = {SN: seen(relation, SN, here), JIRA: seen(relation, JIRA, there)}
    wanted = _correct(relation, values, to, NOBODY)
    if isinstance(wanted, Unmappable):
        return
    change = relation.native(to, wanted, values[to], {})
    if to is SN:
        assert seen(relation, SN, change.fields["here"]) == wanted
        return
    kept = set(there or ()) - set(change.remove.get("there", ()))  # type: ignore[arg-type]
    assert seen(relation, JIRA, tuple(kept | set(change.add.get("there", ())))) == wanted
    assert ("tandem-1" in (there or ())) == ("tandem-1" in kept)  # type: ignore[operator]


KEYS = st.sampled_from(
    ["pair", "servicenow", "jira", "fields", "create", "table", "scope", "issue_type", "as", "flow",
     "owner", "closing", "codes", "states", "set", "side", "entering", "otherwise", "x"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.dates()
    | st.sampled_from(["incident", "status", "value", "to_jira", "jira", "category:new", "{a}"])
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5)
)


def tried(given_text: str) -> list[Any]:
    try:
        return [*load({"a.yaml": given_text}, project="OPS")]
    except MappingProblems as found:
        problems = found.problems
    assert all(one.file and one.line >= 1 and one.text and one.remedy for one in problems)
    return problems


@settings(max_examples=100)
@given(st.text(max_size=200) | st.text("abc:-[]{}&*!|>'\"#%@,? \n\t", max_size=80))
def test_any_text_is_loaded_or_explained(given_text: str) -> None:
    assert tried(given_text)


@settings(max_examples=100)
@given(st.dictionaries(KEYS, ANYTHING, max_size=8))
def test_any_data_is_loaded_or_explained(data: dict[str, Any]) -> None:
    assert tried(yaml.safe_dump(data))


@settings(max_examples=100)
@given(st.sampled_from(sorted(shipped())), st.integers(0, 4000), TEXTS)
def test_a_shipped_file_with_something_typed_into_it(name: str, place: int, typed: str) -> None:
    whole = shipped()[name]
    assert tried(whole[:place] + typed + whole[place:])


@given(st.text("{}ab .[]!:%", max_size=20), st.text(max_size=10))
def test_a_template_holds_its_words_and_values_only(template: str, value: str) -> None:
    found = fill(template, {"a": value, "b": None})
    if sound(template) and "{" not in template:
        assert found == template.strip()
    assert len(found) <= len(template) + len(value) * template.count("{a}")
