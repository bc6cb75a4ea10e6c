"""The FHIR server, as its worker last saw it: nobody else reaches it."""

from __future__ import annotations

from common.errors import ErrorCode, ExternalError
from common.ops.checks import check
from common.ops.counters import store
from fhir.tasks import SEEN


@check("fhir")
def fhir() -> None:
    """Fails a minute after the server's last answer, or after its worker's end."""
    if not store().exists(SEEN):
        raise ExternalError(ErrorCode.FHIR_UNAVAILABLE)
