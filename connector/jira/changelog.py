"""What an issue's own history tells: who changed a field last, and what an edit replaced. Pure.

An entry (a *history* in Jira's words) has an author, a time and items; an item names a field and
tells an id and a text for before and after, each of which may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.jira.fields import CUSTOM, LINK, FieldTable, is_link
from connector.jira.links import LinkChange
from connector.jira.translate import stamp
from connector.values import Fields, Replaced, Value

PARENTS = frozenset({"parent", "issueparentassociation", "epic link"})
LINKS = frozenset({"link", "issuelinks"})
_BY_ID = frozenset({"user", "issuelink", "date"})
"""Types whose plain value is the item's id; the others are told by their text."""

_WORDS = {"fixVersions": "fix version", "versions": "version", "components": "component"}
"""Items of some fields go by another name than the fields do: public Data Center sites show it."""

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """Which items of an entry are about a field: by id where they tell one, as Cloud's do, else by
    name. No ``id`` is known of a parent or a link: the flavours have different fields for them."""

    id: str
    names: frozenset[str]
    custom: bool = False

    @classmethod
    def of(cls, name: str, table: FieldTable) -> About:
        """By native name. Raises ``NotThere`` for one that several fields share."""
        if name == "parent":
            return cls("", PARENTS)
        if is_link(name):
            return cls("", LINKS)
        spec = table.find(name)
        if spec is None:
            return cls("", frozenset({name.casefold()}))
        told = (spec.id, spec.name, _WORDS.get(spec.id, spec.id))
        custom = CUSTOM.fullmatch(spec.id) is not None
        return cls(spec.id, frozenset(one.casefold() for one in told), custom)

    def has(self, item: Entry) -> bool:
        """Whether an item is about the field."""
        own, name = (str(item.get(member) or "") for member in ("fieldId", "field"))
        if not self.id:
            return not {own.casefold(), name.casefold()}.isdisjoint(self.names)
        if own:
            return own == self.id
        # People may call a field of theirs like one of Jira's.
        alike = (item.get("fieldtype") == "custom") == self.custom
        return alike and name.casefold() in self.names


def newest(entries: Collection[Entry], about: About) -> Entry | None:
    """The latest entry that touched a field."""
    return next((entry for entry, _ in _touching(entries, about)), None)


def spoken(person: Any) -> str:
    """What people call an entry's author."""
    row = person if isinstance(person, Mapping) else {}
    return str(row.get("displayName") or row.get("name") or row.get("accountId") or "")


def replaced(
    entries: Collection[Entry],
    wrote: Fields,
    table: FieldTable,
    ours: Callable[[Entry], bool] = lambda _entry: True,
) -> dict[str, Replaced]:
    """What our edit of these fields replaced, and who had put it there.

    Ours is the latest entry that leads to the value we wrote, among those that can be ``ours``.
    Where the history does not tell (no entry, because nothing changed; a value it words
    differently) the name is absent.
    """
    found = {}
    for name, value in wrote.items():
        rows = list(_touching(entries, About.of(name, table)))
        told = _told(rows, name, value, table, ours)
        if told is not None:
            found[name] = told
    return found


def link_told(entries: Iterable[Entry], change: LinkChange, keys: Collection[str]) -> bool:
    """Whether entries tell that a link to the issue that has, or had, one of these keys was made,
    or removed.

    An item about a link names the other issue, in words such as "This issue blocks OPS-1", after a
    link was made, before it where it was removed.
    """
    member = "toString" if change.wanted else "fromString"
    words = change.name.removeprefix(LINK)
    told = {f"This issue {words} {key}".casefold() for key in keys}
    return any(
        str(item.get("field", "")).casefold() in LINKS
        and str(item.get(member) or "").casefold() in told
        for entry in entries
        for item in _items(entry)
    )


def former_keys(entries: Iterable[Entry]) -> frozenset[str]:
    """What an issue was called before it moved to another project (jira-api.md section 9)."""
    items = (item for entry in entries for item in _items(entry))
    told = (item.get("fromString") for item in items if item.get("field") == "Key")
    return frozenset(str(key) for key in told if key)


def _told(
    rows: list[tuple[Entry, Entry]],
    name: str,
    value: Value,
    table: FieldTable,
    ours: Callable[[Entry], bool],
) -> Replaced | None:
    by_id = _by_id(name, table)
    leading = (
        n
        for n, (entry, item) in enumerate(rows)
        if ours(entry) and _after(item, by_id) == _flat(value)
    )
    place = next(leading, None)
    if place is None:
        return None
    before = _before(rows[place][1], by_id)
    for entry, item in rows[place + 1 :]:
        if _after(item, by_id) == _flat(before):
            return Replaced(before, spoken(entry.get("author")), stamp(entry["created"]))
    return Replaced(before)


def _touching(entries: Collection[Entry], about: About) -> Iterator[tuple[Entry, Entry]]:
    """Entries with their item about a field, latest first."""
    ordered = sorted(entries, key=lambda row: (stamp(row["created"]), int(row["id"])), reverse=True)
    for entry in ordered:
        for item in _items(entry):
            if about.has(item):
                yield entry, item
                break


def _items(entry: Entry) -> Iterable[Entry]:
    return (item for item in entry.get("items") or () if isinstance(item, Mapping))


def _by_id(name: str, table: FieldTable) -> bool:
    spec = table.find(name)
    return name == "parent" or (spec is not None and spec.type in _BY_ID)


def _before(item: Entry, by_id: bool) -> Value:
    text = item.get("from" if by_id else "fromString")
    return None if text in (None, "") else str(text)


def _after(item: Entry, by_id: bool) -> str | None:
    return _flat(item.get("to" if by_id else "toString"))


def _flat(value: Any) -> str | None:
    """A text without the differences in white space that Jira makes."""
    return None if value in (None, "") else " ".join(str(value).split())
