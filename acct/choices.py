from __future__ import annotations

from enum import StrEnum


class Attack(StrEnum):
    """What failed attempts to log in amount to; the value is the reason on record."""

    ACCOUNT = "many attempts on one name"
    ADDRESS = "many names from one address"
    SPRAY = "one password on many names"
