"""Templates without code: ``{name}`` is replaced by a field's value, and nothing else happens.

No attribute access, no indexing, no format specification, no conversion: a template is data
(reliability: S-21). Values are put in as they are and never looked at for further placeholders.
"""

from __future__ import annotations

import re

from mappings.values import Fields

_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_GAPS = re.compile(r"[ \t]{2,}")
_BEFORE_POINT = re.compile(r"\s+(?=[.,;](?:\s|$))")

LABEL = "@label"
"""Where a context holds the record's own number or key, offered as ``{label}``."""


def placeholders(text: str) -> tuple[str, ...]:
    """The names a template asks for."""
    return tuple(_PLACE.findall(text))


def sound(text: str) -> bool:
    """Whether every placeholder is a plain name and no brace is left over."""
    rest = _PLACE.sub("", text)
    return all(_NAME.fullmatch(name) for name in placeholders(text)) and not set("{}") & set(rest)


def fill(text: str, fields: Fields) -> str:
    """The template with values filled in; an unknown or empty one leaves no gap behind."""
    parts = _PLACE.split(text)
    words, names = parts[0::2], parts[1::2]
    values = [_value(fields, name) for name in names]
    if all(values):
        return "".join(_woven(words, values)).strip()
    # Tidied before the values come in: their own blanks are people's.
    marks = [f"\0{place}\0" if value else "" for place, value in enumerate(values)]
    bare = _BEFORE_POINT.sub("", _GAPS.sub(" ", "".join(_woven(words, marks)))).strip()
    return re.sub(r"\0(\d+)\0", lambda found: values[int(found[1])], bare)


def _value(fields: Fields, name: str) -> str:
    held = fields.get(LABEL if name == "label" else name)
    return ", ".join(held) if isinstance(held, tuple) else "" if held is None else str(held)


def _woven(words: list[str], values: list[str]) -> list[str]:
    return [part for pair in zip(words, [*values, ""], strict=True) for part in pair]
