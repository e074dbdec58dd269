"""An article's task is deleted: an article has no journal, so nothing can be said on it."""

from __future__ import annotations

import pytest

from connector.sandbox.jira.model import Flavour
from mappings.defaults import shipped
from mappings.sides import Side
from sync.core.model import LinkState
from tests.support.deaths import deletes, link, policy, rests, says
from tests.support.library import Library
from tests.support.stage import FLAVOURS, Stage


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("word", ["detach", "close"])
def test_the_link_ends_without_a_word(flavour: Flavour, word: str) -> None:
    stage = Stage(flavour, mappings=shipped() if word == "detach" else policy(word))
    stage.desk.opens_problem(workaround="Delete old mail.")
    stage.tandem.settles()
    paper = Library(stage).paper()
    task = paper.task
    key, label = task.key, task.label
    deletes(stage, task)
    stage.later(60)
    stage.tandem.sweeps()
    says(stage, label)
    stage.tandem.settles()

    assert link(stage, Side.JIRA, key).state is LinkState.ENDED
    assert stage.store.inbox.count() == 0
    assert paper.state == "draft", "nobody meant to publish it"
    rests(stage)
