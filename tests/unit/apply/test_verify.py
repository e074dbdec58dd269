"""Which files are read back after an upload."""

from __future__ import annotations

import hashlib

from sync.apply.verify import SAMPLE, SMALL, sampled


def test_every_small_file_and_a_hundredth_of_the_others() -> None:
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(5_000)]
    assert all(sampled(SMALL, digest) for digest in digests)
    chosen = sum(sampled(SMALL + 1, digest) for digest in digests)
    assert 0.5 < chosen * SAMPLE / len(digests) < 1.5
    assert [sampled(SMALL + 1, one) for one in digests[:9]] == [
        sampled(9 * SMALL, one) for one in digests[:9]
    ]
