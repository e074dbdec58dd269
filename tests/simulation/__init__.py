"""The whole real engine under one seed: people, weather and crashes, judged by an oracle.

Reading order: a seed gives a :class:`~tests.simulation.setup.Setup`, the setup gives a schedule
(``play``), the schedule runs on a :class:`~tests.simulation.rig.Rig` (both sandboxes, the engine, a
clock moved by hand) with everybody of ``people`` at work, the ``journal`` keeps every write, and
:mod:`tests.simulation.oracle` has its ``judges`` say which invariants of the reliability contract
did not hold. The same seed gives the same trace, byte for byte. ``points`` strikes told stories at
every boundary instead.
"""

from __future__ import annotations
