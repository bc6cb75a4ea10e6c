"""Wards, beds, the nurse station."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import expected_version, with_etag
from common.api.exceptions import as_app_error, envelope
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr.choices import BulkOutcome
from emr.filters import BedStayFilter
from emr.models import BedStay, Ward
from emr.selectors import ward_board, ward_stays as found
from emr.serializers import ward_bodies as bodies
from emr.services import vitals_bulk, ward_stays
from rbac.permissions import Permission

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_MOVING = errors(
    ErrorCode.VALIDATION,
    ErrorCode.RECORD_NOT_FOUND,
    ErrorCode.WARD_NOT_FOUND,
    ErrorCode.BED_OCCUPIED,
    ErrorCode.INVALID_TRANSITION,
    ErrorCode.VERSION_CONFLICT,
    ErrorCode.PRECONDITION_REQUIRED,
)


class Wards(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_WARD, "POST": Permission.MANAGE_WARDS}
    list_action = "ward.list"
    list_object = "ward"
    serializer_class = bodies.WardOut
    filter_backends = []

    def get_queryset(self) -> QuerySet[Ward]:
        return found.wards_visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    @extend_schema(summary="List the wards", tags=["wards"], responses=bodies.WardOut(many=True))
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Create a ward with its beds",
        tags=["wards"],
        request=bodies.WardIn,
        responses={
            201: bodies.WardOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.WardIn(data=request.data)
        body.is_valid(raise_exception=True)
        ward = ward_stays.ward_create(actor=self.actor, **body.validated_data)
        return with_etag(Response(bodies.WardOut(ward).data, status=201), ward.version)


class WardDetail(ApiView):
    required_permissions = {"PATCH": Permission.MANAGE_WARDS}

    @extend_schema(
        summary="Change a ward or its beds (If-Match: the version read)",
        tags=["wards"],
        parameters=[_IF_MATCH],
        request=bodies.WardPatchIn,
        responses={
            200: bodies.WardOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.WARD_NOT_FOUND,
                ErrorCode.BED_IN_USE,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.PRECONDITION_REQUIRED,
            ),
        },
    )
    def patch(self, request: Request, pk: int) -> Response:
        expected = expected_version(request)
        body = bodies.WardPatchIn(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        ward = ward_stays.ward_update(
            actor=self.actor, pk=pk, expected=expected, **body.validated_data
        )
        return with_etag(Response(bodies.WardOut(ward).data), ward.version)


class WardBoard(ApiView):
    required_permissions = {"GET": Permission.VIEW_WARD}

    @extend_schema(
        summary="Get a ward in one screen: beds, patients, vital signs, what waits",
        tags=["wards"],
        responses={200: bodies.BoardOut, **errors(ErrorCode.WARD_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        board = ward_board.ward_board(self.actor, found.ward_get(self.actor, pk))
        audit.record(
            actor=self.actor,
            action="ward.board",
            object_type="ward",
            object_id=pk,
            permission=Permission.VIEW_WARD,
            patients=board.patient_ids,
        )
        return Response(bodies.BoardOut(board).data)


class BedStays(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_WARD, "POST": Permission.PLACE_PATIENT}
    list_action = "bed.list"
    list_object = "bed_stay"
    serializer_class = bodies.BedStayOut
    filterset_class = BedStayFilter
    ordering_fields = ["started_at"]

    def get_queryset(self) -> QuerySet[BedStay]:
        return found.stays_visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.encounter.patient_id for row in rows]

    @extend_schema(
        summary="List who lay in which bed, the newest first",
        tags=["wards"],
        responses=bodies.BedStayOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Put the patient of an open inpatient encounter into a free bed",
        tags=["wards"],
        request=bodies.BedTakeIn,
        responses={201: bodies.BedStayOut, **_MOVING},
    )
    def post(self, request: Request) -> Response:
        body = bodies.BedTakeIn(data=request.data)
        body.is_valid(raise_exception=True)
        stay = ward_stays.bed_take(actor=self.actor, **body.validated_data)
        return with_etag(Response(bodies.BedStayOut(stay).data, status=201), stay.version)


class BedChange(ApiView):
    required_permissions = {"POST": Permission.PLACE_PATIENT}

    @extend_schema(
        summary="Transfer a patient to another bed (If-Match: the version of the stay)",
        tags=["wards"],
        parameters=[_IF_MATCH],
        request=bodies.BedChangeIn,
        responses={201: bodies.BedStayOut, **_MOVING},
    )
    def post(self, request: Request, pk: int) -> Response:
        body = bodies.BedChangeIn(data=request.data)
        body.is_valid(raise_exception=True)
        stay = ward_stays.bed_change(
            actor=self.actor, pk=pk, expected=expected_version(request), **body.validated_data
        )
        return with_etag(Response(bodies.BedStayOut(stay).data, status=201), stay.version)


class BedLeave(ApiView):
    required_permissions = {"POST": Permission.PLACE_PATIENT}

    @extend_schema(
        summary="Free a bed, and discharge its patient (If-Match: the version of the stay)",
        tags=["wards"],
        parameters=[_IF_MATCH],
        request=bodies.BedLeaveIn,
        responses={200: bodies.BedStayOut, **_MOVING},
    )
    def post(self, request: Request, pk: int) -> Response:
        body = bodies.BedLeaveIn(data=request.data)
        body.is_valid(raise_exception=True)
        stay = ward_stays.bed_leave(
            actor=self.actor, pk=pk, expected=expected_version(request), **body.validated_data
        )
        return with_etag(Response(bodies.BedStayOut(stay).data), stay.version)


class VitalsBulk(ApiView):
    required_permissions = {"POST": Permission.RECORD_VITALS}

    @extend_schema(
        summary="Record vital signs of many patients; each row is stored or refused for itself",
        tags=["vital signs"],
        request=bodies.VitalsBulkIn,
        responses={200: bodies.VitalsBulkOut, **errors(ErrorCode.VALIDATION)},
    )
    def post(self, request: Request) -> Response:
        body = bodies.VitalsBulkIn(data=request.data)
        body.is_valid(raise_exception=True)
        results = [self._result(row) for row in body.validated_data["rows"]]
        return Response(bodies.VitalsBulkOut({"results": results}).data)

    def _result(self, row: dict[str, Any]) -> dict[str, Any]:
        body = bodies.VitalsEntryIn(data=row)
        given = row.get("client_id")
        shown: dict[str, Any] = {
            "client_id": given if isinstance(given, str) else None,
            "vitals": None,
        }
        if body.is_valid():
            entered = vitals_bulk.vitals_enter(actor=self.actor, **body.validated_data)
            shown |= {"outcome": entered.outcome, "vitals": entered.row}
            error = entered.error
        else:
            shown |= {"outcome": BulkOutcome.REFUSED}
            error = as_app_error(ValidationError(body.errors))
        return shown | {"error": envelope(error)["error"] if error else None}
