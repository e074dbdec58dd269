"""Both sandboxes over HTTP in a process of their own, and the program that works against them.

``python -m tests.bench.stand INCIDENTS`` holds them: so many incidents in scope, as one record a
request would be a load (:func:`connector.sandbox.servicenow.seed.bulk_incidents`). It prints the
settings that point there, and ends when its stdin does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.cost import Ran, environment, measured

PEOPLE = {"SERVICENOW": "amira.haddad", "JIRA": "amira.haddad@northwind.example"}
"""Who works there, by side, as they log in."""


@dataclass(frozen=True)
class Stand:
    """Two running systems, and the folder that the program works in."""

    folder: Path
    settings: Mapping[str, str]

    def tandem(self, *words: str, ends: tuple[int, ...] = (0,)) -> Ran:
        """Run the program to its end."""
        return measured(self.folder, "tandem", *words, ends=ends, **self.settings)

    def later(self, minutes: float) -> None:
        """Time goes by on both sides: they have one clock."""
        body = json.dumps({"advance": minutes * 60}).encode()
        with self.asked("SERVICENOW", "POST", "/_sandbox/clock", body):
            pass

    def asked(self, side: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The open answer to a person's request, to be read and closed."""
        login = f"{PEOPLE[side]}:sandbox".encode()
        request = urllib.request.Request(  # noqa: S310 - our own servers
            self.settings[f"TANDEM_{side}__URL"] + path, body, method=method
        )
        request.add_header("Authorization", f"Basic {b64encode(login).decode()}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        return urllib.request.urlopen(request, timeout=120)  # noqa: S310

    def requests(self, *, forget: bool = False) -> int:
        """How many requests both sides had since they were last asked to forget them."""
        total = 0
        for side in PEOPLE:
            with self.asked(side, "DELETE" if forget else "GET", "/_sandbox/requests") as answer:
                total += json.load(answer)["total"]
        return total

    def told(self, side: str, path: str) -> Any:
        """What a request is answered with."""
        with self.asked(side, "GET", path) as answer:
            return json.load(answer)


@contextmanager
def stand(incidents: int) -> Iterator[Stand]:
    """Two fresh systems with so many incidents in scope, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.stand", str(incidents)],
            env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                yield Stand(Path(folder), json.loads(process.stdout.readline()))
            finally:
                process.stdin.close()
                process.wait()


def main(incidents: int) -> None:
    """Hold both systems until nobody listens any more."""
    from connector.sandbox.servicenow.seed import bulk_incidents
    from sync.demo.town import Town

    with Town(incidents=0) as town:
        bulk_incidents(town.servicenow.world, incidents)
        sys.stdout.write(json.dumps(town.settings()) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
