"""Two approved masks of one patient compared."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ai.services import labelmap as labelmaps
from audit import services as audit
from common.api.negotiation import AnyAccept
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from common.person import Person
from rbac.permissions import Permission
from ris.registration import growth_serializers as shapes
from ris.registration.growth_maps import GrowthMaps, growth_maps

_ERRORS = errors(
    ErrorCode.VALIDATION,
    ErrorCode.SEGMENTATION_NOT_FOUND,
    ErrorCode.MASK_NOT_APPROVED,
    ErrorCode.SERIES_NOT_A_VOLUME,
    ErrorCode.GROWTH_TWO_PATIENTS,
    ErrorCode.GROWTH_NOT_REGISTERED,
    ErrorCode.GROWTH_OTHER_FINDINGS,
)


def _compared(actor: Person, action: str, *, baseline: int, follow_up: int) -> GrowthMaps:
    found = growth_maps(actor, baseline=baseline, follow_up=follow_up)
    audit.record(
        actor=actor,
        action=action,
        object_type="segmentation",
        object_id=follow_up,
        patient_id=found.patient_id,
        permission=Permission.REQUEST_AI,
        detail={"baseline": baseline},
    )
    return found


class GrowthVolumesOfMasks(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}

    @extend_schema(
        summary="Compare two approved segmentations of a patient: what grew, shrank and stayed",
        tags=["imaging"],
        parameters=[shapes.GrowthIn],
        responses={200: shapes.GrowthOut, **_ERRORS},
    )
    def get(self, request: Request) -> Response:
        asked = shapes.GrowthIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = _compared(self.actor, "growth.read", **asked.validated_data)
        return Response(shapes.GrowthOut(found).data)


class GrowthLabelmap(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Get the growth map of two approved segmentations, on the slices of the later one",
        description=(
            "gzip of uint8 slices x rows x columns. 1: grown, 2: shrunk, 3: stable, 0: neither."
        ),
        tags=["imaging"],
        parameters=[shapes.GrowthMapIn],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **_ERRORS},
    )
    def get(self, request: Request) -> HttpResponse:
        asked = shapes.GrowthMapIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data.pop("type")
        found = _compared(self.actor, "growth.map", **asked.validated_data)
        return HttpResponse(
            labelmaps.compress(found.labelmap(wanted)),
            content_type="application/octet-stream",
            headers={"Content-Encoding": "gzip", "Cache-Control": "private, no-store"},
        )
