"""The whole real engine under one seed: people, weather and crashes, judged by an oracle.

A seed gives a :class:`~tests.simulation.setup.Setup`, the setup gives a schedule, the schedule runs
on a :class:`~tests.simulation.rig.Rig` (both sandboxes, the engine, a clock moved by hand), and
:mod:`tests.simulation.oracle` says which invariants of the reliability contract did not hold. The
same seed gives the same trace, byte for byte.
"""

from __future__ import annotations
