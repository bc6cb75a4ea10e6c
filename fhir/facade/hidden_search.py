"""A search that came as a form goes on without its words in any address: they are encrypted."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import blake2b

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from common.once import once
from common.person import Person
from fhir.facade.search_values import parameter_error

PARAMETER = "_query"
SECONDS = 3600
Pairs = list[tuple[str, str]]


@once
def _cipher() -> Fernet:
    key = blake2b(b"words of a FHIR search", key=_secret(), digest_size=32).digest()
    return Fernet(urlsafe_b64encode(key))


def _secret() -> bytes:
    return blake2b(settings.SECRET_KEY.encode(), digest_size=64).digest()


def hidden(user: Person, pairs: Pairs) -> str:
    return _cipher().encrypt(json.dumps([user.pk, pairs]).encode()).decode()


def revealed(user: Person, token: str) -> Pairs:
    """For the same person, within an hour. Raises InvalidInput."""
    try:
        whose, pairs = json.loads(_cipher().decrypt(token.encode(), ttl=SECONDS))
    except (InvalidToken, ValueError):
        whose, pairs = None, []
    if whose != user.pk:
        raise parameter_error(PARAMETER, "not a search of yours that still goes on")
    return [(name, text) for name, text in pairs]
