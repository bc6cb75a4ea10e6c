"""Endpoints for health checks and Prometheus. nginx does not expose /readyz and /metrics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from common.ops import checks, exposition


def healthz(_: HttpRequest) -> JsonResponse:
    """Liveness: the process answers."""
    return JsonResponse({"status": "ok"})


def readyz(_: HttpRequest) -> JsonResponse:
    """Readiness: 200, or 503 with the names of the failing checks (no address, no reason)."""
    found = checks.findings()
    ready = all(finding.is_ok for finding in found.values())
    body = {
        "status": "ok" if ready else "failing",
        "checks": {
            name: {"status": finding.status, "seconds": finding.seconds}
            for name, finding in found.items()
        },
    }
    return JsonResponse(body, status=200 if ready else 503)


def metrics(_: HttpRequest) -> HttpResponse:
    """All metrics, for Prometheus."""
    return HttpResponse(exposition.text(), content_type=CONTENT_TYPE_LATEST)
