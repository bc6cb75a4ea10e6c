"""When a right changes, every decision that somebody remembers about it ends at once.

The DICOMweb gateway remembers decisions in Redis together with the *epochs* they were made in: one
number for everybody, one for each person. A remembered decision counts only while both are still
the same, so raising a number ends all of them without finding them.
"""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction

from audit.services import stream

EVERYBODY = "rights:epoch"
HOLD_S = 60
"""How long nothing new is remembered when a change neither commits nor rolls back visibly."""


def rights_changing(user_id: int | None = None) -> None:
    """Call it in the transaction that takes a right away, for one person or for everybody.

    From here to the commit nothing new is remembered: a decision made meanwhile may rest on what
    the database held before. Should the process die after the commit, the hold ends by itself.
    Raises RedisError (503, nothing is changed): where decisions cannot be ended, rights stay.
    """
    key, change = _key(user_id), uuid.uuid4().hex
    with stream().pipeline() as pipe:
        pipe.sadd(_holds(key), change).expire(_holds(key), HOLD_S).incr(key).execute()
    transaction.on_commit(partial(_release, key, change), robust=True)


def forget_everything() -> None:
    """At the start of a process that decides: Redis may have lost what it wrote last."""
    stream().incr(EVERYBODY)


def current(user_id: int) -> str | None:
    """Both epochs as one text; None while a change is under way. Read it before the database."""
    personal = _key(user_id)
    with stream().pipeline() as pipe:
        pipe.exists(_holds(EVERYBODY), _holds(personal)).mget(EVERYBODY, personal)
        held, (everybody, person) = pipe.execute()
    return None if held else f"{int(everybody or 0)}/{int(person or 0)}"


def _key(user_id: int | None) -> str:
    return EVERYBODY if user_id is None else f"{EVERYBODY}:{user_id}"


def _holds(key: str) -> str:
    """The set of changes that are under way."""
    return f"{key}:holds"


def _release(key: str, change: str) -> None:
    with stream().pipeline() as pipe:
        pipe.incr(key).srem(_holds(key), change).execute()
