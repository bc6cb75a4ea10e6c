"""The inference service, and the jobs that wait for it or failed in it."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count

from ai.choices import JobStatus
from ai.models import AIJob
from common.errors import ErrorCode
from common.http.probe import ask
from common.ops.checks import check
from common.ops.gauges import gauge


@check("inference")
def inference() -> None:
    ask(settings.INFERENCE_URL, "/healthz", unavailable=ErrorCode.INFERENCE_UNAVAILABLE)


@gauge("cdss_ai_jobs", "AI jobs by status", "status")
def jobs() -> dict[str, float]:
    counted = AIJob.objects.order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(JobStatus.values, 0.0) | dict(counted)
