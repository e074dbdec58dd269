"""Something between the two systems changes files on their way: that is found, and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from connector.sandbox.content import Content
from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.knobs import Door
from mappings.sides import Side
from tests.support.cast import Ticket
from tests.support.stage import FLAVOURS, Stage

GOOD, BAD = b"disk full", b"d!sk full"


class Meddler:
    """A proxy that repairs files which are in order. Everything else passes as it is."""

    def __init__(self, wire: Any) -> None:
        self.wire, self.busy = wire, True
        self.before = wire.before

    def handle(self, request: Request) -> Response:
        upload = request.method == "POST" and "attachment" in request.path
        if upload and self.busy:
            data = request.content.whole().replace(GOOD, BAD)
            request = replace(request, sent=Content.of(data))
        return self.wire.handle(request)


class Scene:
    """A couple of records, a meddler before one side, a file on the other."""

    def __init__(self, stage: Stage, side: Side) -> None:
        self.stage, self.side = stage, side
        self.meddler = Meddler(stage.wires[side])
        stage.wires[side] = self.meddler  # type: ignore[assignment]
        self.ticket: Ticket = stage.desk.opens()
        stage.tandem.syncs()
        stage.later(8)
        self.attaches("log.txt", GOOD)

    def attaches(self, name: str, data: bytes) -> None:
        """Somebody puts a file on the other side."""
        if self.side is Side.JIRA:
            world = self.stage.servicenow.world
            by, place = world.caller("ben.okafor", Door.SCREEN), ("incident", self.ticket.key)
            attachments.attach(world, by, place, name, "text/plain", Content.of(data))
        else:
            self.stage.team.hands("mei.chen").attach(self.ticket.issue.key, name, data)

    def copies(self) -> list[bytes]:
        """The contents that stand on the side behind the meddler."""
        if self.side is Side.JIRA:
            return [row.content.whole() for row in self.ticket.issue.raw.attachments]
        world = self.stage.servicenow.world
        rows = [row for row in world.files.values() if row["table_sys_id"] == self.ticket.key]
        return [world.contents[row["sys_id"]].whole() for row in rows]


@pytest.fixture(params=tuple(product(FLAVOURS, Side)), ids=str)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    flavour, side = request.param
    stage = Stage(flavour)
    yield Scene(stage, side)
    stage.ends()


def test_a_damaged_copy_is_taken_back_and_told(scene: Scene) -> None:
    scene.stage.tandem.syncs()
    [row] = scene.stage.tandem.parked
    assert "log.txt was stored otherwise than it was sent" in row.reason
    assert scene.copies() == []
    before = scene.stage.tandem.writes()
    scene.stage.tandem.settles()
    assert scene.stage.tandem.writes() == before

    scene.meddler.busy = False
    scene.stage.tandem.retries(row)
    scene.stage.tandem.syncs()
    assert scene.copies() == [GOOD]
    assert scene.stage.tandem.parked == ()


def test_a_sound_file_beside_a_damaged_one_arrives(scene: Scene) -> None:
    scene.attaches("other.txt", b"all is well")
    scene.stage.tandem.syncs()
    assert scene.copies() == [b"all is well"]
    assert len(scene.stage.tandem.parked) == 1
