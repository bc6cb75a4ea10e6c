"""What an error code consists of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spec:
    """Number, HTTP status and text (English, Korean) of an error.

    The text says what happened and what to do now; ``AppError.detail`` and ``field`` say to what.
    """

    code: str
    status: int
    en: str
    ko: str
