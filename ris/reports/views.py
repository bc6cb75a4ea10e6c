"""Reports: begun, saved as they are written, handed over, signed and amended."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from common.person import Person
from rbac.permissions import Permission
from ris.models import Report, ReportVersion
from ris.reports import selectors, serializers, services
from ris.reports.archiving import report_redrive
from ris.reports.filters import ReportFilter

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_TEXT = (ErrorCode.VALIDATION, ErrorCode.TEMPLATE_NOT_FOUND, ErrorCode.INSTANCE_NOT_FOUND)
_STEP = (
    ErrorCode.VALIDATION,
    ErrorCode.REPORT_NOT_FOUND,
    ErrorCode.VERSION_CONFLICT,
    ErrorCode.INVALID_TRANSITION,
    ErrorCode.REPORT_SIGNED,
    ErrorCode.REPORT_EMPTY,
    ErrorCode.REPORT_INCOMPLETE,
    ErrorCode.REPORT_MOVED,
    ErrorCode.PRECONDITION_REQUIRED,
)


def _shown(actor: Person, report_id: int, status: int = 200) -> Response:
    """The report as it is stored now, for whoever has just changed it."""
    report = selectors.report_shown(actor, report_id)
    body = serializers.ReportOut(report).data
    return with_etag(Response(body, status=status), report.version)


class Reports(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_REPORT, "POST": Permission.WRITE_REPORT}
    list_action = "report.list"
    list_object = "report"
    serializer_class = serializers.ReportRowOut
    filterset_class = ReportFilter
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    ordering_fields = ["created_at", "saved_at", "signed_at"]

    def get_queryset(self) -> QuerySet[Report]:
        return selectors.reports_visible_to(self.actor)

    @extend_schema(
        summary="List the reports that I may read",
        tags=["reports"],
        responses=serializers.ReportRowOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Begin the report of a study",
        tags=["reports"],
        request=serializers.ReportIn,
        responses={
            201: serializers.ReportOut,
            **errors(*_TEXT, ErrorCode.STUDY_NOT_FOUND, ErrorCode.REPORT_EXISTS),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.ReportIn(data=request.data)
        body.is_valid(raise_exception=True)
        report = services.report_create(actor=self.actor, **body.validated_data)
        return _shown(self.actor, report.pk, status=201)


class ReportDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_REPORT, "PATCH": Permission.WRITE_REPORT}

    @extend_schema(
        summary="Get a report with its text",
        tags=["reports"],
        responses={200: serializers.ReportOut, **errors(ErrorCode.REPORT_NOT_FOUND)},
    )
    def get(self, request: Request, report_id: int) -> Response:
        report = selectors.report_shown(self.actor, report_id)
        audit.record(
            actor=self.actor,
            action="report.read",
            object_type="report",
            object_id=report.pk,
            patient_id=report.patient_id,
            permission=Permission.VIEW_REPORT,
        )
        return with_etag(Response(serializers.ReportOut(report).data), report.version)

    @extend_schema(
        summary="Save a report (If-Match: the version read)",
        description="Each save that changes something is kept as a version of its own.",
        tags=["reports"],
        parameters=[_IF_MATCH],
        request=serializers.ReportChangeIn,
        responses={
            200: serializers.ReportOut,
            **errors(*_TEXT, *_STEP[1:5], ErrorCode.REPORT_EXISTS, ErrorCode.PRECONDITION_REQUIRED),
        },
    )
    def patch(self, request: Request, report_id: int) -> Response:
        expected = expected_version(request)
        body = serializers.ReportChangeIn(data=request.data)
        body.is_valid(raise_exception=True)
        services.report_save(
            actor=self.actor, report_id=report_id, expected=expected, **body.validated_data
        )
        return _shown(self.actor, report_id)


class ReportVersions(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_REPORT}
    list_action = "report.versions"
    list_object = "report"
    serializer_class = serializers.ReportVersionOut
    filter_backends = []
    queryset: QuerySet[ReportVersion] = ReportVersion.objects.none()

    @extend_schema(
        summary="List the versions of a report, newest first",
        tags=["reports"],
        responses={
            200: serializers.ReportVersionOut(many=True),
            **errors(ErrorCode.REPORT_NOT_FOUND),
        },
    )
    def get(self, request: Request, report_id: int) -> Response:
        report = selectors.report_shown(self.actor, report_id)
        self.patient_id = report.patient_id
        self.queryset = selectors.versions_visible_to(self.actor, report)
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {self.patient_id}


class ReportPreliminary(ApiView):
    required_permissions = {"POST": Permission.WRITE_REPORT}

    @extend_schema(
        summary="Make a report preliminary: it waits for a signature (If-Match: the version read)",
        tags=["reports"],
        parameters=[_IF_MATCH],
        request=None,
        responses={200: serializers.ReportOut, **errors(*_STEP)},
    )
    def post(self, request: Request, report_id: int) -> Response:
        services.report_preliminary(
            actor=self.actor, report_id=report_id, expected=expected_version(request)
        )
        return _shown(self.actor, report_id)


class ReportSignature(ApiView):
    required_permissions = {"POST": Permission.SIGN_REPORT}

    @extend_schema(
        summary="Sign a report, with the password again (If-Match: the version read)",
        description="Nobody changes a signed report any more; it can be amended.",
        tags=["reports"],
        parameters=[_IF_MATCH],
        request=serializers.SignatureIn,
        responses={
            200: serializers.ReportOut,
            **errors(*_STEP, ErrorCode.PASSWORD_WRONG, ErrorCode.THROTTLED),
        },
    )
    def post(self, request: Request, report_id: int) -> Response:
        expected = expected_version(request)
        body = serializers.SignatureIn(data=request.data)
        body.is_valid(raise_exception=True)
        services.report_sign(
            actor=self.actor, report_id=report_id, expected=expected, **body.validated_data
        )
        return _shown(self.actor, report_id)


class ReportDiscard(ApiView):
    required_permissions = {"POST": Permission.WRITE_REPORT}

    @extend_schema(
        summary="Discard a draft (If-Match: the version read)",
        description="It is kept with its versions; another report may be begun in its place.",
        tags=["reports"],
        parameters=[_IF_MATCH],
        request=serializers.DiscardIn,
        responses={
            200: serializers.ReportOut,
            **errors(*_STEP[:5], ErrorCode.PRECONDITION_REQUIRED),
        },
    )
    def post(self, request: Request, report_id: int) -> Response:
        expected = expected_version(request)
        body = serializers.DiscardIn(data=request.data)
        body.is_valid(raise_exception=True)
        services.report_discard(
            actor=self.actor, report_id=report_id, expected=expected, **body.validated_data
        )
        return _shown(self.actor, report_id)


class ReportArchive(ApiView):
    required_permissions = {"POST": Permission.OPERATE}

    @extend_schema(
        summary="Store a report's DICOM document at the next run, whatever failed before",
        tags=["reports"],
        request=None,
        responses={
            202: serializers.ReportRowOut,
            **errors(ErrorCode.REPORT_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, report_id: int) -> Response:
        report_redrive(actor=self.actor, report_id=report_id)
        report = selectors.report_get(self.actor, report_id)
        return Response(serializers.ReportRowOut(report).data, status=202)


class ReportAmendment(ApiView):
    required_permissions = {"POST": Permission.WRITE_REPORT}

    @extend_schema(
        summary="Begin the amendment of a signed report: a draft of its own",
        tags=["reports"],
        request=serializers.AmendmentIn,
        responses={
            201: serializers.ReportOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.REPORT_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
                ErrorCode.REPORT_EXISTS,
            ),
        },
    )
    def post(self, request: Request, report_id: int) -> Response:
        body = serializers.AmendmentIn(data=request.data)
        body.is_valid(raise_exception=True)
        draft = services.report_amend(actor=self.actor, report_id=report_id, **body.validated_data)
        return _shown(self.actor, draft.pk, status=201)
