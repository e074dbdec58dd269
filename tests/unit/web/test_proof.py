"""Who sent it: the published signature holds, and nothing that only looks like one."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from sync.web.proof import bears, signed

SECRET, BODY = b"It's a Secret to Everybody", b"Hello World!"
PUBLISHED = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def with_method(method: str) -> str:
    return f"{method}={hmac.new(SECRET, BODY, method).hexdigest()}"


def test_the_published_signature_holds() -> None:
    assert signed(SECRET, BODY, PUBLISHED)


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_three_methods_count(method: str) -> None:
    assert signed(SECRET, BODY, with_method(method))


@pytest.mark.parametrize("method", ["sha1", "md5", "sha224", "sha3_256", "blake2b"])
def test_another_method_proves_nothing_however_right_it_is(method: str) -> None:
    assert not signed(SECRET, BODY, with_method(method))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "=",
        "sha256",
        "sha256=",
        "sha256=a477",
        PUBLISHED.upper(),
        PUBLISHED[:-1] + "8",
        PUBLISHED + "0",
        PUBLISHED.partition("=")[2],
        PUBLISHED.replace("sha256", "sha512"),
        f"{PUBLISHED},{PUBLISHED}",
        "sha256=" + hashlib.sha256(BODY).hexdigest(),
        "sha256=\udcff\x00é",
    ],
)
def test_what_is_not_that_signature_is_none(header: str) -> None:
    assert not signed(SECRET, BODY, header)


@pytest.mark.parametrize("body", [b"", b"Hello World", b"Hello World!\n", b"hello World!"])
def test_it_is_the_signature_of_that_body_alone(body: bytes) -> None:
    assert not signed(SECRET, body, PUBLISHED)


def test_another_secret_signs_otherwise() -> None:
    assert not signed(SECRET + b"!", BODY, PUBLISHED)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_a_token_is_known(header: str) -> None:
    assert bears(b"abc", header)


@pytest.mark.parametrize(
    "header", ["", "abc", "Bearer", "Bearer ab", "Bearer abcd", "Basic abc", "Bearer ABC", "é abc"]
)
def test_another_one_is_not(header: str) -> None:
    assert not bears(b"abc", header)
