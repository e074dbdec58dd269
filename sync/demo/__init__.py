"""The demonstration: two fake systems, people at work on both, and an oracle that cannot be talked
round.

``town`` starts the two systems, ``actors`` are the people, ``truth`` reads what both sides really
hold and says where they differ, ``show`` puts it all on a screen. Tests use the first three, too.
"""

from __future__ import annotations
