"""The keys that seal and sign. Only the process that seals is given them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

_SEED = b"neuronova audit head\0"


class KeysMissing(RuntimeError):
    """This process was not given the keys: only the one that seals is."""


def hmac_keys() -> Mapping[str, str]:
    """By id, the newest first: it seals, the others only verify."""
    return _given(settings.AUDIT_HMAC_KEYS)


def newest(keys: Mapping[str, str]) -> str:
    """The id of the key that seals or signs."""
    return next(iter(keys))


def sign(message: bytes) -> bytes:
    """Ed25519, with the newest key."""
    keys = signing_keys()
    return _private(keys[newest(keys)]).sign(message)


def signing_keys() -> Mapping[str, str]:
    return _given(settings.AUDIT_SIGNING_KEYS)


def is_signed(message: bytes, signature: bytes, key_id: str) -> bool:
    if key_id not in signing_keys():
        return False
    try:
        _public(signing_keys()[key_id]).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def public_keys() -> dict[str, str]:
    """For somebody who verifies the heads elsewhere: 32 bytes each, in hexadecimal."""
    form = (Encoding.Raw, PublicFormat.Raw)
    return {
        key_id: _public(key).public_bytes(*form).hex() for key_id, key in signing_keys().items()
    }


@lru_cache(maxsize=8)
def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_SEED + key.encode()).digest())


@lru_cache(maxsize=8)
def _public(key: str) -> Ed25519PublicKey:
    """Kept: a verification asks for it once for each head, half a million a year."""
    return _private(key).public_key()


def _given(keys: Mapping[str, str]) -> Mapping[str, str]:
    if not keys:
        raise KeysMissing("AUDIT_HMAC_KEY and AUDIT_SIGNING_KEY are the sealing process' own")
    return keys
