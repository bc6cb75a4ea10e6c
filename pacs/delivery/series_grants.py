"""Grants by which the inference service reads one series (orthanc/grants.lua checks them).

A grant is metadata of the series: until when, and a token. The account of the service may nothing
else at the archive.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from common.errors import ExternalError
from common.macs import authenticator
from pacs.archive.orthanc import orthanc

FIRST, COUNT = 20_000, 40_000
"""Numbers of metadata that are the user's to choose (Orthanc: 1024 to 65535)."""
_token = authenticator("series grant")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SeriesGrant:
    """``key``: the value of the header X-Series-Grant."""

    series_orthanc_id: str
    key: str


@contextmanager
def series_grant(
    series_orthanc_id: str, *, holder: str, number: int, seconds: float
) -> Iterator[SeriesGrant]:
    """Let the ``holder`` read the series inside the block, at most for ``seconds``.

    The same holder gets the same key again, so that a run which outlived its caller goes on.
    ``number``: tells the grants of one series apart. Raises ExternalError.
    """
    slot, token = FIRST + number % COUNT, _token(series_orthanc_id.encode(), holder.encode())
    place = f"/series/{series_orthanc_id}/metadata/{slot}"
    value = f"{time.time() + seconds:.6f} {token}"
    orthanc().metadata_write(place, value)
    try:
        yield SeriesGrant(series_orthanc_id, f"{slot} {token}")
    finally:
        try:
            if orthanc().metadata(place) == value:  # not renewed by another caller of the run
                orthanc().metadata_delete(place)
        except ExternalError:  # it ends by its time
            logger.warning("grant not ended", extra={"orthanc_id": series_orthanc_id})
