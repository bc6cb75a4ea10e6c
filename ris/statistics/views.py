"""The statistics of radiology, as figures and as tables for a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.statistics import serializers as shapes
from ris.statistics.csv_tables import csv_of
from ris.statistics.selectors import StatisticsQuery, reader_allowed, statistics_of
from ris.statistics.times import Period


class _Statistics(ApiView):
    def answer(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        period = Period(asked["since"], asked["until"])
        reader = reader_allowed(self.actor, asked["reader"])
        found = statistics_of(StatisticsQuery(period, asked["modality"], reader))
        audit.record(
            actor=self.actor,
            action=action,
            object_type="statistics",
            permission=Permission.VIEW_STATISTICS,
            detail={"since": str(period.since), "until": str(period.until), "reader": reader},
        )
        answer: dict[str, Any] = shapes.StatisticsOut(found).data
        return answer


class Statistics(_Statistics):
    required_permissions = {"GET": Permission.VIEW_STATISTICS}

    @extend_schema(
        summary="Get turnaround, volumes, unread studies, AI agreement, critical results, CT dose",
        tags=["reports"],
        parameters=[shapes.StatisticsIn],
        responses={200: shapes.StatisticsOut, **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> Response:
        asked = shapes.StatisticsIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(self.answer("statistics.read", asked.validated_data))


class StatisticsTable(_Statistics):
    required_permissions = {"GET": Permission.VIEW_STATISTICS}

    @extend_schema(
        summary="Get one table of the statistics as CSV",
        tags=["reports"],
        parameters=[shapes.StatisticsTableIn],
        responses={(200, "text/csv"): OpenApiTypes.STR, **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> HttpResponse:
        asked = shapes.StatisticsTableIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        table = asked.validated_data["table"]
        return HttpResponse(
            csv_of(self.answer("statistics.export", asked.validated_data)[table]),
            content_type="text/csv; charset=utf-8",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": f'attachment; filename="{table}.csv"',
            },
        )
