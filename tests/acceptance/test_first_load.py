"""A first load over HTTP: all that is written where the records come from are our marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.sides import Side
from sync import wiring
from sync.demo.show import demo_settings
from sync.demo.town import Town
from sync.demo.truth import compare
from sync.engine import Engine, Orders


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_first_load_only_marks_the_tickets_it_starts_from(flavour: str, tmp_path: Path) -> None:
    """Jira's search shows an issue as it was for a while: that is no change, nobody made it."""
    with Town(flavour, incidents=60, index_lag=0.5) as town:
        settings = demo_settings(town, tmp_path)
        with wiring.running(settings) as runtime, wiring.leased(runtime.store):
            summary = Engine(runtime).run(Orders(yes=True))

            written = {
                name
                for line in town.servicenow.world.write_log
                for name in line["fields"]
                if line["by"] == "tandem" and line["table"] != "sys_user_preference"
            }
            assert written == {"correlation_id", "correlation_display"}
            assert summary.counts["transitioned"][Side.SERVICENOW.value] == 0
            assert summary.counts["created"][Side.JIRA.value] > 20
            assert compare(town, runtime.specs, runtime.options) == []
