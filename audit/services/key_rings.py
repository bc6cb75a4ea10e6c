"""The keys that seal and sign. Only the process that seals is given them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
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
    return _private(newest(signing_keys())).sign(message)


def signing_keys() -> Mapping[str, str]:
    return _given(settings.AUDIT_SIGNING_KEYS)


def is_signed(message: bytes, signature: bytes, key_id: str) -> bool:
    if key_id not in signing_keys():
        return False
    try:
        _private(key_id).public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


def public_keys() -> dict[str, str]:
    """For somebody who verifies the heads elsewhere: 32 bytes each, in hexadecimal."""
    form = (Encoding.Raw, PublicFormat.Raw)
    return {
        key_id: _private(key_id).public_key().public_bytes(*form).hex() for key_id in signing_keys()
    }


def _private(key_id: str) -> Ed25519PrivateKey:
    seed = hashlib.sha256(_SEED + signing_keys()[key_id].encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _given(keys: Mapping[str, str]) -> Mapping[str, str]:
    if not keys:
        raise KeysMissing("AUDIT_HMAC_KEY and AUDIT_SIGNING_KEY are the sealing process' own")
    return keys
