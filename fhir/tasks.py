"""Whether the FHIR server answers; what its searches find."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings

from common.errors import ErrorCode, ExternalError
from common.http.probe import ask
from common.ops.counters import store
from common.tasks import task
from fhir.services.result_index import results_index_missing

SEEN = "metrics.fhir"
SEEN_FOR_S = 60


@task(queue="fhir_tasks", expires=10)
def probe() -> None:
    """Every ten seconds, from the one process that reaches the server."""
    with suppress(ExternalError):
        ask(
            settings.HAPI_URL,
            "/Device?_summary=count",
            unavailable=ErrorCode.FHIR_UNAVAILABLE,
            headers={"Authorization": f"Bearer {settings.HAPI_TOKEN}"},
        )
        store().set(SEEN, 1, ex=SEEN_FOR_S)


@task(queue="fhir_tasks", expires=3600)
def index_results() -> None:
    """Every hour."""
    results_index_missing()
