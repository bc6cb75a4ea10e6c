"""Critical results of imaging: flagged, listed, and whom they were told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from lis.serializers import AttemptIn, OpenCriticalsOut
from rbac.permissions import Permission
from ris.models import CriticalReport
from ris.reports import critical_findings as criticals, critical_serializers as shapes


class CriticalReportFilter(filters.FilterSet):
    patient = filters.NumberFilter(field_name="report__patient_id")
    open = filters.BooleanFilter(method="is_open", label="Not yet confirmed by reading back")

    class Meta:
        model = CriticalReport
        fields: list[str] = []

    def is_open(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        waiting = CriticalReport.objects.open().values("pk")
        return rows.filter(pk__in=waiting) if value else rows.exclude(pk__in=waiting)


class ReportCritical(ApiView):
    required_permissions = {"POST": Permission.CRITICAL_RESULT}

    @extend_schema(
        summary="Flag a report as critical: people are alerted until one reads it back",
        tags=["reports"],
        request=shapes.CriticalReportIn,
        responses={
            201: shapes.CriticalReportOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.REPORT_NOT_FOUND, ErrorCode.DUPLICATE),
        },
    )
    def post(self, request: Request, report_id: int) -> Response:
        body = shapes.CriticalReportIn(data=request.data)
        body.is_valid(raise_exception=True)
        critical = criticals.report_flag(
            actor=self.actor, report_id=report_id, **body.validated_data
        )
        return Response(shapes.CriticalReportOut(critical).data, status=201)


class CriticalReports(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_REPORT}
    list_action = "critical_report.list"
    list_object = "critical_report"
    serializer_class = shapes.CriticalReportOut
    filterset_class = CriticalReportFilter
    ordering_fields = ["at"]

    def get_queryset(self) -> QuerySet[CriticalReport]:
        return criticals.criticals_visible_to(self.actor)

    @extend_schema(
        summary="List critical results of imaging and whom they were told",
        tags=["reports"],
        responses=shapes.CriticalReportOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.report.patient_id for row in rows]


class OpenCriticalReports(ApiView):
    """For the banner of every page: of no patient, so that it may be asked for often."""

    required_permissions = {"GET": Permission.VIEW_REPORT}

    @extend_schema(
        summary="Count the critical results of imaging that nobody has read back",
        tags=["reports"],
        responses=OpenCriticalsOut,
    )
    def get(self, request: Request) -> Response:
        return Response(OpenCriticalsOut(criticals.criticals_open_summary(actor=self.actor)).data)


class CriticalReportCalls(ApiView):
    required_permissions = {"POST": Permission.CRITICAL_RESULT}

    @extend_schema(
        summary="Note that somebody was told a critical result of imaging, or not reached",
        tags=["reports"],
        request=AttemptIn,
        responses={
            201: shapes.CriticalReportOut,
            **errors(
                ErrorCode.VALIDATION, ErrorCode.REPORT_NOT_FOUND, ErrorCode.INVALID_TRANSITION
            ),
        },
    )
    def post(self, request: Request, critical_report_id: int) -> Response:
        body = AttemptIn(data=request.data)
        body.is_valid(raise_exception=True)
        critical = criticals.attempt_add(
            actor=self.actor, critical_id=critical_report_id, **body.validated_data
        )
        return Response(shapes.CriticalReportOut(critical).data, status=201)
