"""The laboratory bench: specimens, entering and verifying, values, critical values."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr.selectors import patient_get
from lis import selectors, serializers
from lis.analytes import analytes, panel_for
from lis.choices import SpecimenState
from lis.filters import CriticalFilter, LabValueFilter
from lis.models import CriticalValue, LabValue, ResultVersion, Specimen
from lis.services import criticals, releases, specimens
from rbac.permissions import Permission

_STEP_ERRORS = errors(
    ErrorCode.VALIDATION,
    ErrorCode.ORDER_NOT_FOUND,
    ErrorCode.LAB_ITEM_NOT_FOUND,
    ErrorCode.INVALID_TRANSITION,
)


class Analytes(ApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="List what the laboratory measures, with units, ranges and critical limits",
        tags=["laboratory"],
        responses=serializers.AnalyteOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(serializers.AnalyteOut(analytes().values(), many=True).data)


class OrderPanel(ApiView):
    required_permissions = {"GET": Permission.ENTER_LAB_RESULT}

    @extend_schema(
        summary="Get what may be entered for a laboratory order, with the ranges of its patient",
        tags=["laboratory"],
        responses={200: serializers.PanelOut, **errors(ErrorCode.ORDER_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        order = selectors.lab_order_get(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="lab_panel.read",
            object_type="order",
            object_id=pk,
            patient_id=order.patient_id,
            permission=Permission.ENTER_LAB_RESULT,
        )
        return Response(serializers.PanelOut(panel_for(order.patient)).data)


class OfOrder(GenericApiView):
    """Lists the rows of one order."""

    list_object = "order"

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {row.order.patient_id for row in rows}


class OrderSpecimens(OfOrder):
    required_permissions = {"GET": Permission.VIEW_ORDER, "POST": Permission.VIEW_ORDER}
    list_action = "specimen.list"
    serializer_class = serializers.SpecimenOut
    queryset: QuerySet[Specimen] = Specimen.objects.none()

    @extend_schema(
        summary="List the specimens of a laboratory order",
        tags=["laboratory"],
        responses={200: serializers.SpecimenOut(many=True), **errors(ErrorCode.ORDER_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        order = selectors.lab_order_get(self.actor, pk)
        self.queryset = selectors.specimens_of(self.actor, order)
        return self.list_response(request)

    @extend_schema(
        summary="Note that a specimen was taken",
        tags=["laboratory"],
        request=serializers.SpecimenIn,
        responses={201: serializers.SpecimenOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        body = serializers.SpecimenIn(data=request.data)
        body.is_valid(raise_exception=True)
        specimen = specimens.specimen_collect(actor=self.actor, order_id=pk, **body.validated_data)
        return Response(serializers.SpecimenOut(specimen).data, status=201)


class SpecimenReceive(ApiView):
    required_permissions = {"POST": Permission.WORK_LIS_ORDER}

    @extend_schema(
        summary="Receive a specimen in the laboratory",
        tags=["laboratory"],
        request=None,
        responses={200: serializers.SpecimenOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, specimen_id: int) -> Response:
        specimen = specimens.specimen_move(
            actor=self.actor, specimen_id=specimen_id, state=SpecimenState.RECEIVED
        )
        return Response(serializers.SpecimenOut(specimen).data)


class SpecimenReject(ApiView):
    required_permissions = {"POST": Permission.WORK_LIS_ORDER}

    @extend_schema(
        summary="Reject a specimen with a reason",
        tags=["laboratory"],
        request=serializers.SpecimenRejectIn,
        responses={200: serializers.SpecimenOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, specimen_id: int) -> Response:
        body = serializers.SpecimenRejectIn(data=request.data)
        body.is_valid(raise_exception=True)
        specimen = specimens.specimen_move(
            actor=self.actor,
            specimen_id=specimen_id,
            state=SpecimenState.REJECTED,
            **body.validated_data,
        )
        return Response(serializers.SpecimenOut(specimen).data)


class SpecimenLabel(ApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="Get the label of a specimen: its number and that as Code 128",
        tags=["laboratory"],
        responses={200: serializers.SpecimenLabelOut, **errors(ErrorCode.LAB_ITEM_NOT_FOUND)},
    )
    def get(self, request: Request, specimen_id: int) -> Response:
        label = specimens.specimen_label(actor=self.actor, specimen_id=specimen_id)
        return Response(serializers.SpecimenLabelOut(label).data)


class LabResults(OfOrder):
    required_permissions = {"GET": Permission.VIEW_ORDER, "POST": Permission.ENTER_LAB_RESULT}
    list_action = "lab_result.list"
    serializer_class = serializers.LabResultOut
    queryset: QuerySet[ResultVersion] = ResultVersion.objects.none()

    @extend_schema(
        summary="List the versions of an order's result",
        tags=["laboratory"],
        responses={200: serializers.LabResultOut(many=True), **errors(ErrorCode.ORDER_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        order = selectors.lab_order_get(self.actor, pk)
        self.queryset = selectors.versions_of(self.actor, order)
        return self.list_response(request)

    @extend_schema(
        summary="Enter a result, or amend one with a reason; another person verifies it",
        tags=["laboratory"],
        request=serializers.LabResultIn,
        responses={201: serializers.LabResultOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        body = serializers.LabResultIn(data=request.data)
        body.is_valid(raise_exception=True)
        version = releases.result_enter(actor=self.actor, order_id=pk, **body.validated_data)
        return Response(serializers.LabResultOut(version).data, status=201)


class LabResultVerify(ApiView):
    required_permissions = {"POST": Permission.CONFIRM_ORDER}

    @extend_schema(
        summary="Verify a result that somebody else entered: it becomes the order's result",
        tags=["laboratory"],
        request=None,
        responses={200: serializers.LabResultOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = releases.result_verify(actor=self.actor, version_id=version_id)
        return Response(serializers.LabResultOut(version).data)


class LabResultReturn(ApiView):
    required_permissions = {"POST": Permission.CONFIRM_ORDER}

    @extend_schema(
        summary="Send a result back with a reason instead of verifying it",
        tags=["laboratory"],
        request=serializers.LabResultReturnIn,
        responses={200: serializers.LabResultOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, version_id: int) -> Response:
        body = serializers.LabResultReturnIn(data=request.data)
        body.is_valid(raise_exception=True)
        version = releases.result_return(
            actor=self.actor, version_id=version_id, **body.validated_data
        )
        return Response(serializers.LabResultOut(version).data)


class LabResultCheck(ApiView):
    required_permissions = {"POST": Permission.ENTER_LAB_RESULT}

    @extend_schema(
        summary="Check the rows of a result before it is entered: flags, ranges and what is wrong",
        tags=["laboratory"],
        request=serializers.CheckIn,
        responses={
            200: serializers.CheckedOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.ORDER_NOT_FOUND),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = serializers.CheckIn(data=request.data)
        body.is_valid(raise_exception=True)
        rows = releases.result_check(actor=self.actor, order_id=pk, **body.validated_data)
        return Response(serializers.CheckedOut({"rows": rows}).data)


class LabValues(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}
    list_action = "lab_value.list"
    list_object = "lab_value"
    serializer_class = serializers.LabValueOut
    filterset_class = LabValueFilter
    ordering_fields = ["at"]

    def get_queryset(self) -> QuerySet[LabValue]:
        return selectors.values_visible_to(self.actor)

    @extend_schema(
        summary="List the laboratory values of a patient, for trends",
        tags=["laboratory"],
        responses=serializers.LabValueOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class PatientAnalytes(ApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="List what was measured of a patient, each with its newest values",
        tags=["laboratory"],
        responses={
            200: serializers.AnalyteHistoryOut(many=True),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        patient_get(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="lab_value.list",
            object_type="patient",
            object_id=pk,
            patient_id=pk,
            permission=Permission.VIEW_ORDER,
        )
        found = selectors.analytes_of(self.actor, pk)
        return Response(serializers.AnalyteHistoryOut(found, many=True).data)


class Criticals(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}
    list_action = "critical.list"
    list_object = "critical"
    serializer_class = serializers.CriticalOut
    filterset_class = CriticalFilter
    ordering_fields = ["at"]

    def get_queryset(self) -> QuerySet[CriticalValue]:
        return selectors.criticals_visible_to(self.actor)

    @extend_schema(
        summary="List critical values and whom they were told",
        tags=["laboratory"],
        responses=serializers.CriticalOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class OpenCriticals(ApiView):
    """For the banner of every page: of no patient, so that it may be asked for often."""

    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="Count the critical values that nobody has read back",
        tags=["laboratory"],
        responses=serializers.OpenCriticalsOut,
    )
    def get(self, request: Request) -> Response:
        summary = criticals.criticals_open_summary(actor=self.actor)
        return Response(serializers.OpenCriticalsOut(summary).data)


class CriticalAttempts(ApiView):
    required_permissions = {"POST": Permission.CRITICAL_RESULT}

    @extend_schema(
        summary="Note that somebody was told a critical value, or not reached",
        tags=["laboratory"],
        request=serializers.AttemptIn,
        responses={201: serializers.CriticalOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, critical_id: int) -> Response:
        body = serializers.AttemptIn(data=request.data)
        body.is_valid(raise_exception=True)
        critical = criticals.attempt_add(
            actor=self.actor, critical_id=critical_id, **body.validated_data
        )
        return Response(serializers.CriticalOut(critical).data, status=201)
