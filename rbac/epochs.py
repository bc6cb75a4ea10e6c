"""Invalidates cached access decisions when a permission changes.

The DICOMweb gateway caches decisions in Redis together with the *epochs* in which they were made: a
number for all users and one for each user. A cached decision is valid only while both are
unchanged, so incrementing a number invalidates all decisions without listing them.
"""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction

from audit.services import stream

EVERYBODY = "rights:epoch"
HOLD_S = 60
"""How long nothing is cached if a change ends without commit or rollback (a crash)."""


def rights_changing(user_id: int | None = None) -> None:
    """Call it in the transaction that revokes a permission, for one user or for all.

    Until the commit no decision is cached, because it may depend on the old rows. If the process
    dies, this ends after HOLD_S. Raises RedisError (503): if decisions cannot be invalidated, the
    permission must not change.
    """
    key, change = _key(user_id), uuid.uuid4().hex
    with stream().pipeline() as pipe:
        pipe.sadd(_holds(key), change).expire(_holds(key), HOLD_S).incr(key).execute()
    transaction.on_commit(partial(_release, key, change), robust=True)


def invalidate_all() -> None:
    """Called when a gateway process starts: Redis may have lost its last writes."""
    stream().incr(EVERYBODY)


def current(user_id: int) -> str | None:
    """Both epochs as text; None during a change. Call it before the database is read."""
    personal = _key(user_id)
    with stream().pipeline() as pipe:
        pipe.exists(_holds(EVERYBODY), _holds(personal)).mget(EVERYBODY, personal)
        held, (everybody, person) = pipe.execute()
    return None if held else f"{int(everybody or 0)}/{int(person or 0)}"


def _key(user_id: int | None) -> str:
    return EVERYBODY if user_id is None else f"{EVERYBODY}:{user_id}"


def _holds(key: str) -> str:
    """Key of the set of changes in progress."""
    return f"{key}:holds"


def _release(key: str, change: str) -> None:
    with stream().pipeline() as pipe:
        pipe.incr(key).srem(_holds(key), change).execute()
