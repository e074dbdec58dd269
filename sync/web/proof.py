"""Who sent a webhook: a signature over the raw body, or a token. Compared in constant time.

Jira signs with a shared secret and names the method in the header (jira-api 9). Only three methods
count; a weaker one, however rightly computed, proves nothing. ServiceNow sends a bearer token.
"""

from __future__ import annotations

import hmac

METHODS = frozenset({"sha256", "sha384", "sha512"})


def signed(secret: bytes, body: bytes, header: str) -> bool:
    """Whether a header such as ``sha256=a477...`` is the body's signature with that secret."""
    method, _, told = header.strip().partition("=")
    if method not in METHODS:
        return False
    proof = hmac.new(secret, body, method).hexdigest()
    return hmac.compare_digest(proof.encode(), told.encode("utf-8", "surrogateescape"))


def bears(token: bytes, header: str) -> bool:
    """Whether a header such as ``Bearer abc...`` brings that token."""
    scheme, _, told = header.partition(" ")
    brought = told.strip().encode("utf-8", "surrogateescape")
    return hmac.compare_digest(token, brought) and scheme.lower() == "bearer"
