"""One series with its instances."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from pacs.browse import serializers
from pacs.index import images
from rbac.permissions import Permission


class SeriesDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}

    @extend_schema(
        summary="Get a series and its instances",
        tags=["imaging"],
        responses={200: serializers.SeriesDetailOut, **errors(ErrorCode.SERIES_NOT_FOUND)},
    )
    def get(self, request: Request, series_instance_uid: str) -> Response:
        series = images.series_visible_get(self.actor, series_instance_uid)
        audit.record(
            actor=self.actor,
            action="series.read",
            object_type="series",
            object_id=series_instance_uid,
            patient_id=series.study.patient_id,
            permission=Permission.VIEW_STUDY,
        )
        body = {"series": series, "instances": images.instances_in_order(series)}
        return Response(serializers.SeriesDetailOut(body).data)
