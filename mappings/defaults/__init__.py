"""The shipped mappings: YAML files beside this module, working on stock systems without edits.

Three files among them are no pairs: the people file is an example, every line of it a comment; the
insight file and the policy file write down what holds without them.
"""

from __future__ import annotations

from importlib import resources

from mappings.insight import is_insight_file
from mappings.people import is_people_file
from mappings.policy import is_policy_file


def shipped() -> dict[str, str]:
    """File name to text. Called by the composition root; loading itself reads nothing."""
    here = resources.files(__name__)
    files = sorted(
        one.name
        for one in here.iterdir()
        if one.name.endswith(".yaml")
        and not any(no(one.name) for no in (is_people_file, is_insight_file, is_policy_file))
    )
    return {f"mappings/defaults/{name}": (here / name).read_text("utf-8") for name in files}
