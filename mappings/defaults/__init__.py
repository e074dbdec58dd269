"""The shipped mappings: YAML files beside this module, working on stock systems without edits.

Two files among them are no pairs: the people file is an example, every line of it a comment; the
insight file writes down what holds without it.
"""

from __future__ import annotations

from importlib import resources

from mappings.insight import is_insight_file
from mappings.people import is_people_file


def shipped() -> dict[str, str]:
    """File name to text. Called by the composition root; loading itself reads nothing."""
    here = resources.files(__name__)
    files = sorted(
        one.name
        for one in here.iterdir()
        if one.name.endswith(".yaml")
        and not (is_people_file(one.name) or is_insight_file(one.name))
    )
    return {f"mappings/defaults/{name}": (here / name).read_text("utf-8") for name in files}
