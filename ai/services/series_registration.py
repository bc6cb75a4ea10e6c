"""Two series registered by the inference service, which may read them meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from ai.clients.inference import run_state
from ai.clients.inference_registrations import RegistrationResult, ResampledResult, registrations
from common.errors import BusinessError, ErrorCode
from pacs.delivery.series_grants import SeriesGrant, series_grant

if TYPE_CHECKING:
    from pacs.models import Series

Place = tuple[str, SeriesGrant]


def series_register(fixed: Series, moving: Series, *, key: str, number: int) -> RegistrationResult:
    """Raises BusinessError (the images do not allow it), ExternalError."""
    with _granted(fixed, moving, key, number) as places:
        try:
            return registrations().register(*places, key)
        except BusinessError as error:
            raise BusinessError(ErrorCode.REGISTRATION_IMPOSSIBLE, error.detail) from None


def series_resample(
    fixed: Series, moving: Series, *, transform: list[list[float]], key: str, number: int
) -> ResampledResult:
    """Raises BusinessError, ExternalError."""
    with _granted(fixed, moving, key, number) as places:
        return registrations().resample(*places, transform)


def registration_progress(key: str) -> float:
    """0..1; 0 where it waits, or nobody can say."""
    state = run_state(key, "registrations")
    return state.progress if state else 0.0


@contextmanager
def _granted(fixed: Series, moving: Series, key: str, number: int) -> Iterator[tuple[Place, Place]]:
    def grant(series: Series) -> AbstractContextManager[SeriesGrant]:
        return series_grant(
            series.orthanc_id, holder=key, number=number, seconds=settings.INFERENCE_TIMEOUT_S
        )

    with grant(fixed) as first, grant(moving) as second:
        yield (fixed.series_instance_uid, first), (moving.series_instance_uid, second)
