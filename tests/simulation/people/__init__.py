"""People at work on both sides, and the texts they write.

:class:`~tests.simulation.people.crowd.Crowd` is everybody; the deeds stand with those who do them.
"""

from __future__ import annotations

from connector.sandbox.people import of_team

AGENTS = [one.login for one in of_team("desk", "network", "change")]
DEVELOPERS = [one.login for one in of_team("apps", "database", "network")]
