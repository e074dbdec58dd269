"""Contents of any length, and the forms that carry them."""

from __future__ import annotations

import copy
import hashlib
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.content import CHUNK, IN_MEMORY, Content
from connector.sandbox.jira.multipart import Malformed, boundary_of, parts

SIZES = (0, 1, CHUNK, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY + 7)


def of_size(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def in_pieces(data: bytes, step: int = 5000) -> Iterator[bytes]:
    return (data[start : start + step] for start in range(0, len(data), step))


@pytest.mark.parametrize("size", SIZES)
def test_a_content_is_what_was_put_in(size: int) -> None:
    data = of_size(size)
    content = Content.gathered(in_pieces(data))
    assert (content.size, content.whole()) == (size, data)
    assert b"".join(content.chunks()) == data
    assert content.opened().read() == data
    assert content.digest == hashlib.sha256(data).hexdigest()
    assert copy.deepcopy(content) is content


@pytest.mark.parametrize("size", SIZES[2:])
def test_parts_and_places(size: int) -> None:
    data = of_size(size)
    content = Content.gathered(in_pieces(data))
    part = content.part(10, size - 10)
    assert part.whole() == data[10:-10]
    assert part.part(5, 9).whole() == data[15:19]
    for place in (CHUNK - 3, size - 8, 0):
        wanted = data[place : place + 8]
        assert content.find(wanted) == data.find(wanted)
    assert content.find(data[:8], 1) == data.find(data[:8], 1)
    assert part.find(data[:8]) == data[10:-10].find(data[:8])


def form(boundary: bytes, *bodies: bytes) -> bytes:
    head = b'\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    return b"".join(b"--" + boundary + head + one + b"\r\n" for one in bodies) + (
        b"--" + boundary + b"--\r\n"
    )


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_a_form_gives_back_what_is_in_it(bodies: list[bytes]) -> None:
    body = Content.of(form(b"0123456789abcdef", *bodies))
    assert [one.content.whole() for one in parts(body, "0123456789abcdef")] == bodies


@given(st.binary(max_size=400), st.integers(0, 400))
def test_a_broken_form_is_said_to_be_one(data: bytes, cut: int) -> None:
    body = form(b"edge", data)[:cut] if cut % 2 else data
    try:
        list(parts(Content.of(body), "edge"))
    except Malformed:
        return
    assert body.startswith(b"--edge")


def test_a_boundary_may_stand_across_two_chunks() -> None:
    data = of_size(CHUNK - 70) + b"\r\n--edg" + of_size(IN_MEMORY)
    body = Content.gathered(in_pieces(form(b"edge", data, b"x")))
    assert [one.content.whole() for one in parts(body, "edge")] == [data, b"x"]


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/form-data; boundary=abc", "abc"),
        ('multipart/form-data; charset=utf-8; boundary="a b"', "a b"),
        ("multipart/form-data", None),
        ("multipart/mixed; boundary=abc", None),
        ("text/plain", None),
    ],
)
def test_what_a_header_says_of_the_boundary(header: str, boundary: str | None) -> None:
    if boundary is None:
        with pytest.raises(Malformed):
            boundary_of(header)
    else:
        assert boundary_of(header) == boundary
