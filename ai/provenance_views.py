"""Where a mask comes from, and the probability map beside it."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ai.provenance_serializers import ProvenanceOut
from ai.selectors import jobs as job_selectors, segmentations as selectors
from ai.selectors.lineage import provenance
from ai.services import heatmaps
from audit import services as audit
from common.api.negotiation import AnyAccept
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission


class VersionProvenance(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}

    @extend_schema(
        summary="Get how a version came to be: input, model, people, published objects",
        tags=["segmentation"],
        responses={200: ProvenanceOut, **errors(ErrorCode.SEGMENTATION_NOT_FOUND)},
    )
    def get(self, request: Request, segmentation_id: int, version: int) -> Response:
        segmentation = selectors.segmentation_get(self.actor, segmentation_id)
        found = selectors.version_get(segmentation, version)
        audit.record(
            actor=self.actor,
            action="segmentation.provenance",
            object_type="segmentation",
            object_id=segmentation.pk,
            patient_id=segmentation.job.patient_id,
            permission=Permission.REQUEST_AI,
            detail={"version": version},
        )
        return Response(ProvenanceOut(provenance(found)).data)


class JobHeatmap(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Get the model's probability map: gzip of uint8 slices x rows x columns, 255 is 1",
        tags=["segmentation"],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            **errors(ErrorCode.AI_JOB_NOT_FOUND, ErrorCode.SEGMENTATION_NOT_FOUND),
        },
    )
    def get(self, request: Request, job_id: int) -> HttpResponse:
        job = job_selectors.job_get(self.actor, job_id)
        body = heatmaps.heatmap_of_job(job)
        audit.record(
            actor=self.actor,
            action="ai_job.heatmap",
            object_type="ai_job",
            object_id=job.pk,
            patient_id=job.patient_id,
            permission=Permission.REQUEST_AI,
        )
        return HttpResponse(
            body,
            content_type="application/octet-stream",
            headers={"Content-Encoding": "gzip", "Cache-Control": "private, no-store"},
        )
