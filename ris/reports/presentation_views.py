"""Reports as they are read, what they are compared with, and what may be taken over."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.negotiation import AnyAccept
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from pacs.index.studies import study_get
from rbac.permissions import Permission
from ris.choices import ReportLanguage
from ris.models import Report
from ris.reports import presentation, serializers
from ris.reports.offered_values import values_offered
from ris.reports.pdf import report_pdf


class ComparisonQuery(drf.Serializer[None]):
    other = drf.IntegerField(min_value=1, required=False)


class ValuesQuery(drf.Serializer[None]):
    language = drf.ChoiceField(ReportLanguage.choices, default=ReportLanguage.KOREAN)


class _ReadView(ApiView):
    def recorded(self, report: Report, action: str) -> None:
        audit.record(
            actor=self.actor,
            action=action,
            object_type="report",
            object_id=report.pk,
            patient_id=report.patient_id,
            permission=Permission.VIEW_REPORT,
        )


class ReportSummary(_ReadView):
    required_permissions = {"GET": Permission.VIEW_REPORT}

    @extend_schema(
        summary="Get what a nurse or a patient reads of a report",
        description="A nurse reads the impression and the recommendation; a patient all sections "
        "of their own signed report, after the delay that the hospital sets.",
        tags=["reports"],
        responses={200: serializers.SummaryOut, **errors(ErrorCode.REPORT_NOT_FOUND)},
    )
    def get(self, request: Request, report_id: int) -> Response:
        summary = presentation.report_summary(self.actor, report_id)
        self.recorded(summary.report, "report.summary")
        return Response(serializers.SummaryOut(summary).data)


class ReportComparison(_ReadView):
    required_permissions = {"GET": Permission.VIEW_REPORT}

    @extend_schema(
        summary="Compare a report with the patient's prior one",
        tags=["reports"],
        parameters=[OpenApiParameter("with", int, description="Another report of the patient")],
        responses={
            200: serializers.ComparisonOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.REPORT_NOT_FOUND),
        },
    )
    def get(self, request: Request, report_id: int) -> Response:
        given = request.query_params.get("with")
        asked = ComparisonQuery(data={} if given is None else {"other": given})
        asked.is_valid(raise_exception=True)
        other = asked.validated_data.get("other")
        found = presentation.report_comparison(self.actor, report_id, other)
        if found.prior is not None:
            self.recorded(found.prior, "report.compare")
        return Response(serializers.ComparisonOut(found).data)


class ReportValues(ApiView):
    required_permissions = {"GET": Permission.WRITE_REPORT}

    @extend_schema(
        summary="List values of a study that a report may take over",
        description="Of approved AI results, of measurements (DICOM SR) and of the prior report.",
        tags=["reports"],
        parameters=[ValuesQuery],
        responses={
            200: serializers.OffersOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND),
        },
    )
    def get(self, request: Request, study_instance_uid: str) -> Response:
        asked = ValuesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        study = study_get(self.actor, study_instance_uid, Permission.WRITE_REPORT)
        values = values_offered(self.actor, study, asked.validated_data["language"])
        audit.record(
            actor=self.actor,
            action="report.values",
            object_type="study",
            object_id=study_instance_uid,
            patient_id=study.patient_id,
            permission=Permission.WRITE_REPORT,
        )
        return Response(serializers.OffersOut(values).data)


class ReportPdf(_ReadView):
    required_permissions = {"GET": Permission.VIEW_REPORT}
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Get a report as a PDF, signed (PAdES) if the report is signed",
        tags=["reports"],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            **errors(ErrorCode.REPORT_NOT_FOUND, ErrorCode.ARCHIVE_UNAVAILABLE),
        },
    )
    def get(self, request: Request, report_id: int) -> HttpResponse:
        report, content = report_pdf(self.actor, report_id)
        self.recorded(report, "report.pdf")
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": f'inline; filename="report-{report.pk}.pdf"',
            },
        )
