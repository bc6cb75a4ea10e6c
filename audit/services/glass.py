"""Marks the records of whoever reads a patient while a glass is broken for that person.

The app that decides about patients tells which are open so; it knows when it decides, and the
record of the same request is written after it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar

from common import context
from common.person import Actor

BREAK_GLASS = "break_glass"
_open: ContextVar[tuple[context.RequestContext, int, frozenset[int]] | None] = ContextVar(
    "glass", default=None
)


def opened(user_id: int, patient_ids: Collection[int]) -> None:
    """These patients are open to the user by a broken glass, in the current request."""
    _open.set((context.current(), user_id, frozenset(patient_ids)))


def right_used(actor: Actor | None, patient_ids: Collection[int | None], permission: str) -> str:
    """The permission for the record: BREAK_GLASS if one of the patients is open by it."""
    known = _open.get()
    if known is None or actor is None or not permission:
        return permission
    request, user_id, opened_ids = known
    used = not opened_ids.isdisjoint(patient_ids)
    is_open = used and request is context.current() and user_id == actor.pk
    return BREAK_GLASS if is_open else permission
