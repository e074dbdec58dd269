"""The shipped mappings: YAML files beside this module, working on stock systems without edits.

Four files among them are no pairs: the people file is an example, every line of it a comment; the
insight, the policy and the improvement file write down what holds without them.
"""

from __future__ import annotations

from importlib import resources

from mappings.beside import is_beside


def shipped() -> dict[str, str]:
    """File name to text. Called by the composition root; loading itself reads nothing."""
    here = resources.files(__name__)
    files = sorted(
        one.name for one in here.iterdir() if one.name.endswith(".yaml") and not is_beside(one.name)
    )
    return {f"mappings/defaults/{name}": (here / name).read_text("utf-8") for name in files}
