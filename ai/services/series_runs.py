"""One run of a model on the series of its job."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from django.conf import settings

from ai.clients.inference import RunResult, inference
from ai.models import AIJob
from ai.services.run_requests import run_key
from common.errors import BusinessError, ErrorCode
from pacs.delivery.series_grants import series_grant
from pacs.index import images

if TYPE_CHECKING:
    from pacs.models import Series


def series_run(job: AIJob) -> RunResult:
    """The service may read the series while it runs. Raises ExternalError, BusinessError."""
    run, places = run_key(job), {"": job.source_series, **_sequences(job)}
    with ExitStack() as grants:
        granted = {
            name: (
                series.series_instance_uid,
                grants.enter_context(
                    series_grant(
                        series.orthanc_id,
                        holder=run,
                        number=job.pk,
                        seconds=settings.INFERENCE_TIMEOUT_S,
                    )
                ),
            )
            for name, series in places.items()
        }
        series_instance_uid, grant = granted.pop("")
        return inference().run(
            series_instance_uid=series_instance_uid,
            model_id=job.model_id,
            model_version=job.model_version,
            patient_id=job.patient.patient_id,
            parameters=job.parameters,
            idempotency_key=run,
            grant=grant,
            sequences=granted,
        )


def _sequences(job: AIJob) -> dict[str, Series]:
    """Of a model of several sequences the series beside the reference; still of this patient."""
    inputs = job.manifest.inputs
    names = [one.id for one in inputs.sequences if one.id != inputs.reference]
    uids = {name: (job.facts or {})[name]["value"] for name in names}
    found = images.series_of_patient(job.patient_id, uids.values())
    if gone := [name for name, uid in uids.items() if uid not in found]:
        detail = f"{gone[0]}: the series is no longer there"
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, detail)
    return {name: found[uid] for name, uid in uids.items()}
