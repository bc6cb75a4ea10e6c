"""Keyed digests: of what our processes keep in Redis for each other, and of words to be hidden."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable

from django.conf import settings

from common.once import once

_BYTES = 16


def authenticator(purpose: str) -> Callable[..., str]:
    """``mac(*parts)``: 24 characters over the parts, by a key of this purpose alone.

    No part may contain NUL, which separates them.
    """

    @once
    def key() -> bytes:
        return hmac.digest(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256)

    def mac(*parts: bytes) -> str:
        digest = hmac.digest(key(), b"\0".join(parts), hashlib.sha256)
        return b64encode(digest[:_BYTES]).decode()

    return mac
