"""The inference service registers and resamples series."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from pydantic import BaseModel, Field, FiniteFloat, ValidationError

from ai.clients.inference import Base64Text, InferenceClient, invalid_answer, series_place
from common.idempotency.services import HEADER as IDEMPOTENCY_HEADER
from common.once import once
from pacs.delivery.series_grants import SeriesGrant

Row = Annotated[list[FiniteFloat], Field(min_length=4, max_length=4)]


class RegistrationResult(BaseModel):
    """The answer of ``POST /registrations``; ``transform``: moving to fixed, LPS mm.

    ``checkerboard``: base64 of a PNG of both series in turn, by which a person judges it.
    """

    transform: Annotated[list[Row], Field(min_length=4, max_length=4)]
    error_mm: float = Field(ge=0, allow_inf_nan=False)
    flagged: bool
    reasons: list[str]
    repetitions: dict[str, float]
    seconds: float = Field(ge=0, allow_inf_nan=False)
    checkerboard: Base64Text


class ResampledResult(BaseModel):
    """The answer of ``POST /resamplings``; ``values``: base64 of gzip of little-endian int16."""

    slices: list[str]
    rows: int = Field(ge=1, le=65535)
    columns: int = Field(ge=1, le=65535)
    slope: float = Field(gt=0, allow_inf_nan=False)
    intercept: float = Field(allow_inf_nan=False)
    values: Base64Text


class RegistrationClient(InferenceClient):
    """Errors are those of ``InferenceClient``."""

    def register(
        self, fixed: tuple[str, SeriesGrant], moving: tuple[str, SeriesGrant], key: str
    ) -> RegistrationResult:
        """Where the moving series lies in the fixed one; series by UID and grant."""
        response = self.request(
            "POST",
            "/registrations",
            json={"fixed": series_place(*fixed), "moving": series_place(*moving)},
            headers={IDEMPOTENCY_HEADER: key},
            read_timeout_s=settings.INFERENCE_TIMEOUT_S,
        )
        try:
            return RegistrationResult.model_validate(self._json(response))
        except ValidationError:
            raise invalid_answer("registration") from None

    def resample(
        self,
        fixed: tuple[str, SeriesGrant],
        moving: tuple[str, SeriesGrant],
        transform: list[list[float]],
    ) -> ResampledResult:
        """The moving series on the grid of the fixed one."""
        body = {
            "fixed": series_place(*fixed),
            "moving": series_place(*moving),
            "transform": transform,
        }
        timeout = settings.INFERENCE_TIMEOUT_S
        response = self.request("POST", "/resamplings", json=body, read_timeout_s=timeout)
        try:
            return ResampledResult.model_validate(self._json(response))
        except ValidationError:
            raise invalid_answer("resampling") from None


@once
def registrations() -> RegistrationClient:
    """The process's one client: one session, one breaker."""
    return RegistrationClient()
