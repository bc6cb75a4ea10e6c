"""Keyed digests: of what our processes keep in Redis for each other, and of words to be hidden.

Keyed BLAKE2b (RFC 7693), which is a MAC by itself and costs half of an HMAC: each image needs two.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from hashlib import blake2b

from django.conf import settings

from common.once import once

_BYTES = 16
_KEY_BYTES = 64


def authenticator(purpose: str) -> Callable[..., str]:
    """``mac(*parts)``: 24 characters over the parts, by a key of this purpose alone.

    No part may contain NUL, which separates them.
    """

    @once
    def keyed() -> Callable[..., blake2b]:
        secret = blake2b(settings.SECRET_KEY.encode(), digest_size=_KEY_BYTES).digest()
        key = blake2b(purpose.encode(), key=secret, digest_size=_KEY_BYTES).digest()
        return blake2b(key=key, digest_size=_BYTES).copy

    def mac(*parts: bytes) -> str:
        digest = keyed()()
        digest.update(b"\0".join(parts))
        return b64encode(digest.digest()).decode()

    return mac
