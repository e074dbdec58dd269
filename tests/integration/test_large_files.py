"""A file may be larger than the memory of whoever carries it: 30 MB pass in a few."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

SIZE = 30 * 1024 * 1024
ROOM = 3 * 1024 * 1024
"""What may be held at once, by client and fake server together: a tenth of the file."""

STORY = '''
import hashlib, sys, tracemalloc
from pathlib import Path

from connector.jira.adapter import JiraAdapter
from connector.meter import MemoryDict, RequestMeter
from connector.sandbox.clock import RealClock
from connector.sandbox.jira import Hands, JiraSandbox
from connector.sandbox.people import INTEGRATION, PASSWORD
from connector.sandbox.server import serve
from connector.sandbox.servicenow import ServiceNowSandbox
from connector.servicenow.adapter import ServiceNowAdapter
from connector.settings import HttpSettings, JiraSettings, ServiceNowSettings
from connector.contents import FileDraft
from connector.values import Done


def desk(url):
    login = ServiceNowSettings(url=url, user=INTEGRATION, password=PASSWORD)
    return ServiceNowAdapter(login, HttpSettings(), meter=RequestMeter(), memory=MemoryDict())


def board(url):
    login = JiraSettings(url=url, user=LOGIN[side], token=PASSWORD)
    return JiraAdapter(login, HttpSettings(), meter=RequestMeter(), memory=MemoryDict())


LOGIN = {"cloud": "tandem@example.com", "elsewhere": "tandem@example.com", "dc": ""}
side, folder, clock = sys.argv[1], Path(sys.argv[2]), RealClock()
if side == "servicenow":
    app = ServiceNowSandbox(clock, incidents=0)
    by = app.world.caller("amira.haddad")
    place = "incident", app.world.insert("incident", {"short_description": "x"}, by)["sys_id"]
else:
    app = JiraSandbox("dc" if side == "dc" else "cloud", clock)
    app.settings.always_redirect = side == "elsewhere"
    place = "OPS", Hands(app.world, "mei.chen").create("OPS", "Story", "x").id


def carried(path):
    """There and back again; what came back."""
    data = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(65536), b""):
            data.update(chunk)
    size = path.stat().st_size
    draft = FileDraft(*place, path.name, "application/x-thing", path, size, data.hexdigest())
    [result] = adapter.attach([draft])
    assert isinstance(result, Done), result
    [file] = [one for one in adapter.files(place[0], [place[1]]) if one.id == result.key]
    with (folder / f"back-{path.name}").open("wb") as into:
        assert adapter.fetch(file, into) == data.hexdigest()
    return file.size


with serve(app, clock=clock) as server:
    adapter = (desk if side == "servicenow" else board)(server.url)
    carried(folder / "small")
    tracemalloc.start()
    size = carried(folder / "large")
    print(size, tracemalloc.get_traced_memory()[1])
    adapter.close()
'''


def digest(path: Path) -> str:
    """A file's hash."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("side", ["servicenow", "cloud", "elsewhere", "dc"])
def test_a_large_file_needs_no_large_memory(side: str, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(os.urandom(1024 * 1024))
    with (tmp_path / "large").open("wb") as file:
        for _ in range(SIZE // 65536):
            file.write(os.urandom(65536))
    command = [sys.executable, "-c", STORY, side, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    size, growth = map(int, done.stdout.split())
    assert size == SIZE
    assert growth < ROOM
    assert digest(tmp_path / "back-large") == digest(tmp_path / "large")
