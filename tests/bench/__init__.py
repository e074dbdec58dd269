"""Speed and memory, measured: ``python -m tests.bench [NAME...] [--json] [--quick]``.

Tests never ask how long something took; this does. What is measured runs in a process of its own
(:mod:`tests.bench.apart`), against both sandboxes in another one (:mod:`tests.bench.stand`), so
that its CPU time and memory are its own. A bar that is missed makes the exit code 1.
"""

from __future__ import annotations
