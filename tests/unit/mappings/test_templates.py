"""Templates put values in, and can do nothing else."""

from __future__ import annotations

import pytest

from mappings.templates import LABEL, fill, placeholders, sound


def test_names_are_replaced_by_values() -> None:
    fields = {"summary": "Printer on fire", LABEL: "OPS-1", "labels": ("a", "b"), "n": 3}
    text = "{label}: {summary} [{labels}] {n}"
    assert fill(text, fields) == "OPS-1: Printer on fire [a, b] 3"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Closed in Jira: {label}.", "Closed in Jira:."),
        ("Closed in Jira {label}.", "Closed in Jira."),
        ("{label} closed", "closed"),
        ("a {label} b", "a b"),
        ("at 10 . 5 {label}", "at 10. 5"),
    ],
)
def test_an_empty_value_leaves_no_gap(text: str, filled: str) -> None:
    assert fill(text, {LABEL: None}) == filled


def test_the_blanks_of_a_value_are_its_own() -> None:
    assert fill("{a}{b}", {"a": "x  y ."}) == "x  y ."


def test_a_value_is_never_looked_at_for_placeholders() -> None:
    assert fill("{a} {b}", {"a": "{b}", "b": "secret"}) == "{b} secret"
    assert fill("{a}{c}", {"a": "{c} \\1 \0000\0"}) == "{c} \\1 \0000\0"


@pytest.mark.parametrize("text", ["plain", "{number}", "{a} and {b_2}", "{label}", "{fixVersions}"])
def test_plain_names_are_sound(text: str) -> None:
    assert sound(text)


@pytest.mark.parametrize(
    "text",
    [
        "{a.__class__}", "{a[0]}", "{a!r}", "{a:>99999999}", "{}", "{0}", "{{a}}", "{a", "a}",
        "{a b}", "{self.__init__.__globals__}", "{lipsum}}", "{% for x in y %}", "{ a }",
    ],
)  # fmt: skip
def test_anything_that_could_run_is_refused(text: str) -> None:
    assert not sound(text)


def test_the_names_asked_for() -> None:
    assert placeholders("{a} {b} {a}") == ("a", "b", "a")
