"""The way from one schema to the next, run by :mod:`sync.store.schema`; never edited afterwards.

A step is a file ``versions/rNNNN_words.py`` with its revision ``NNNN`` inside. It stands on its
own: it does not import ``tables.py``, which will have moved on when the step is run. For several
nodes a step only adds; what it replaces is taken away by a later release's step.
"""

from __future__ import annotations
