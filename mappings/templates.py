"""Templates without code: ``{name}`` is replaced by a field's value, and nothing else happens.

No attribute access, no indexing, no format specification: a template is data (reliability: S-21).
"""

from __future__ import annotations

import re

from mappings.values import Fields

_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z@][a-z0-9_]*")

LABEL = "@label"
"""The other record's number or key, offered as ``{label}``."""


def placeholders(text: str) -> tuple[str, ...]:
    """The names a template asks for."""
    return tuple(_PLACE.findall(text))


def sound(text: str) -> bool:
    """Whether every placeholder is a plain name and no brace is left over."""
    rest = _PLACE.sub("", text)
    return all(_NAME.fullmatch(name) for name in placeholders(text)) and not set("{}") & set(rest)


def fill(text: str, fields: Fields) -> str:
    """The template with values filled in; an unknown or empty one becomes nothing."""

    def value(found: re.Match[str]) -> str:
        name = LABEL if found.group(1) == "label" else found.group(1)
        held = fields.get(name)
        return "" if held is None else str(held)

    return _PLACE.sub(value, text).strip()
