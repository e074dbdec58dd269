"""The shipped mappings: YAML files beside this module, working on stock systems without edits."""

from __future__ import annotations

from importlib import resources


def shipped() -> dict[str, str]:
    """File name to text. Called by the composition root; loading itself reads nothing."""
    here = resources.files(__name__)
    files = sorted(one.name for one in here.iterdir() if one.name.endswith(".yaml"))
    return {f"mappings/defaults/{name}": (here / name).read_text("utf-8") for name in files}
