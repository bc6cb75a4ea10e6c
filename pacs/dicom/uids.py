"""The UID type, and UIDs for objects that this system creates."""

from __future__ import annotations

import re
import uuid

NAMESPACE = uuid.UUID("0d5f3a0e-52c1-5b8e-9a55-7b0a4de1f6c3")

UID_REGEX = r"[0-9]+(?:\.[0-9]+)+"
UID_MAX_LENGTH = 64
_PATTERN = re.compile(UID_REGEX)


class Uid(str):
    """A DICOM UID (PS3.5 9.1): root and suffix of digits and single dots, at most 64
    characters.

    Never cut or mended, because a part of a UID is another UID. Raises ValueError for what is none.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Uid:
        if len(text) > UID_MAX_LENGTH or not _PATTERN.fullmatch(text):
            raise ValueError("not a UID")
        return super().__new__(cls, text)


def new_uid() -> Uid:
    """A UID under 2.25 of a random UUID."""
    return Uid(f"2.25.{uuid.uuid4().int}")


def derived_uid(*names: str) -> Uid:
    """A UID under 2.25 (PS3.5 B.2) that depends on ``names`` alone.

    The same object made again after a crash gets the same UID, so that storing it twice stores
    it once.
    """
    return Uid(f"2.25.{uuid.uuid5(NAMESPACE, '/'.join(names)).int}")
