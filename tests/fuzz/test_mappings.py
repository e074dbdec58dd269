"""Mapping files as people and editors spoil them: every problem told, with file and line."""

from __future__ import annotations

import random

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mappings.defaults import shipped
from mappings.loader import MappingProblems, load
from mappings.nodes import Problem

SHIPPED = sorted(shipped().items())
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=30,
)


def complaints(text: str) -> list[Problem]:
    """What is wrong with one file; nothing where it loads."""
    try:
        load({"one.yaml": text}, project="OPS")
    except MappingProblems as found:
        return found.problems
    return []


def loads_or_complains(text: str) -> None:
    """Load one file; what is wrong with it is told completely."""
    for problem in complaints(text):
        assert problem.file == "one.yaml"
        assert problem.line >= 1
        assert str(problem).startswith(f"one.yaml:{problem.line}: ")


@given(seed=st.integers(0, 2**32))
@example(seed=0)
def test_a_spoilt_shipped_file_is_loaded_or_explained(seed: int) -> None:
    dice = random.Random(seed)
    lines = dice.choice(SHIPPED)[1].splitlines()
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(lines))
        how = dice.randrange(6)
        if how == 0:
            del lines[place]
        elif how == 1:
            lines.insert(place, lines[dice.randrange(len(lines))])
        elif how == 2:
            lines[place] = "  " + lines[place]
        elif how == 3:
            lines[place] = lines[place].replace(":", dice.choice((" ", "::", ": {", ": [", ": &a")))
        elif how == 4:
            lines[place] += dice.choice(("\t", " #", ' "', " *x", " !!python/object:os.x {}", " |"))
        else:
            at = dice.randrange(len(lines[place]) + 1)
            lines[place] = lines[place][:at] + chr(dice.randrange(1, 0x2FFF)) + lines[place][at:]
    loads_or_complains("\n".join(lines))


@given(tree=TREES)
def test_any_tree_is_explained(tree: object) -> None:
    loads_or_complains(yaml.safe_dump(tree))


@given(text=st.text(max_size=200))
@example(text="a: &a [*a, *a]")
@example(text="? [a, b]\n: c")
@example(text="{" * 2000)
@example(text="- " * 2000)
def test_any_text_is_explained(text: str) -> None:
    loads_or_complains(text)


@given(part=TREES, seed=st.integers(0, 2**32))
def test_a_sound_file_with_one_odd_part_is_explained(part: object, seed: int) -> None:
    dice = random.Random(seed)
    tree = yaml.safe_load(dice.choice(SHIPPED)[1])
    at = tree
    while isinstance(at, dict) and at and dice.random() < 0.8:
        name = dice.choice(sorted(map(str, at)))
        if not isinstance(at.get(name), dict) or dice.random() < 0.3:
            at[name] = part
            break
        at = at[name]
    loads_or_complains(yaml.safe_dump(tree, sort_keys=False))
