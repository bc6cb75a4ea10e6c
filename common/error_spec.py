"""What an error code consists of."""

from __future__ import annotations

from dataclasses import dataclass

from common.error_texts_ko import KOREAN


@dataclass(frozen=True, slots=True)
class Spec:
    """Number, HTTP status and English text of an error.

    The text says what happened and what to do now; ``AppError.detail`` and ``field`` say to what.
    """

    code: str
    status: int
    en: str

    @property
    def ko(self) -> str:
        return KOREAN[self.code]
