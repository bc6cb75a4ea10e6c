"""UIDs of objects that this system makes."""

from __future__ import annotations

import uuid

NAMESPACE = uuid.UUID("0d5f3a0e-52c1-5b8e-9a55-7b0a4de1f6c3")


def derived_uid(*names: str) -> str:
    """A UID under 2.25 (PS3.5 B.2) that depends on ``names`` alone.

    The same object made again after a crash gets the same UID, so that storing it twice stores
    it once.
    """
    return f"2.25.{uuid.uuid5(NAMESPACE, '/'.join(names)).int}"
