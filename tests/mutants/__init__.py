"""Bugs on purpose: patches that break one promise each, and a runner that shows which test sees it.

``python -m tests.mutants`` applies every patch in ``patches/`` to a copy of the sources, runs the
tests the patch names, and expects them to fail.
"""

from __future__ import annotations
