"""What an error code consists of."""

from __future__ import annotations

from dataclasses import dataclass

from common.error_texts_en import ENGLISH
from common.error_texts_ko import KOREAN


@dataclass(frozen=True, slots=True)
class Spec:
    """Number and HTTP status of an error, and its texts.

    A text says what happened and what to do now; ``AppError.detail`` and ``field`` say to what.
    """

    code: str
    status: int

    @property
    def en(self) -> str:
        return ENGLISH[self.code]

    @property
    def ko(self) -> str:
        return KOREAN[self.code]
