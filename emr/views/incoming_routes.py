"""Patients of other hospitals: staged, compared, and resolved by a person one by one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr.filters import IncomingFilter
from emr.models import IncomingPatient
from emr.selectors import incoming_patients as selectors
from emr.serializers import incoming_bodies as bodies
from emr.services import incoming_patients
from rbac.permissions import Permission


class BulkSync(ApiView):
    required_permissions = {"POST": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Send patients of another hospital (at most 5,000); nobody is linked by itself",
        description="Each row is staged once per `source` and `external_id`, and compared with our "
        "patients; a person then links it to one of them, makes a new patient or rejects it. Bad "
        "rows are kept with their reason.",
        tags=["incoming patients"],
        request=bodies.BulkSyncIn,
        responses={202: bodies.IncomingRunOut, **errors(ErrorCode.VALIDATION)},
    )
    def post(self, request: Request) -> Response:
        body = bodies.BulkSyncIn(data=request.data)
        body.is_valid(raise_exception=True)
        run = incoming_patients.run_request(
            actor=self.actor,
            source=body.validated_data["source"],
            rows=[bodies.checked_row(raw) for raw in body.validated_data["patients"]],
        )
        states = selectors.states_counted([run])
        return Response(bodies.IncomingRunOut(run, context={"states": states}).data, status=202)


class IncomingRuns(GenericApiView):
    required_permissions = {"GET": Permission.EDIT_PATIENT}
    list_action = "incoming_run.list"
    list_object = "incoming_run"
    serializer_class = bodies.IncomingRunOut
    ordering_fields = ["id"]

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.runs_visible_to(self.actor)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        self.page = super().paginate_queryset(queryset) or []
        return list(self.page)

    def get_serializer_context(self) -> dict[str, Any]:
        return {"states": selectors.states_counted(getattr(self, "page", []))}

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    @extend_schema(
        summary="List the requests with patients of other hospitals",
        tags=["incoming patients"],
        responses=bodies.IncomingRunOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class IncomingRunDetail(ApiView):
    required_permissions = {"GET": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Get the progress of a request with patients of another hospital",
        tags=["incoming patients"],
        responses={200: bodies.IncomingRunOut, **errors(ErrorCode.RECORD_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        run = selectors.run_get(self.actor, pk)
        states = selectors.states_counted([run])
        return Response(bodies.IncomingRunOut(run, context={"states": states}).data)


class IncomingPatients(GenericApiView):
    required_permissions = {"GET": Permission.EDIT_PATIENT}
    list_action = "incoming.list"
    list_object = "incoming_patient"
    serializer_class = bodies.IncomingPatientOut
    filterset_class = IncomingFilter
    ordering_fields = ["line"]

    def get_queryset(self) -> QuerySet[IncomingPatient]:
        return selectors.rows_visible_to(self.actor)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return selectors.rows_described(self.actor, super().paginate_queryset(queryset) or [])

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [pk for row in rows for pk in row.patients]

    def rows_shown(self, rows: Rows) -> list[int]:
        return [row.row.pk for row in rows]

    @extend_schema(
        summary="List patients of other hospitals with those of ours who may be the same",
        tags=["incoming patients"],
        responses=bodies.IncomingPatientOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class IncomingDetail(ApiView):
    required_permissions = {"GET": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Get a patient of another hospital",
        tags=["incoming patients"],
        responses={200: bodies.IncomingPatientOut, **errors(ErrorCode.RECORD_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        row = selectors.row_get(self.actor, pk)
        [shown] = selectors.rows_described(self.actor, [row])
        audit.record(
            actor=self.actor,
            action="incoming.read",
            object_type="incoming_patient",
            object_id=pk,
            permission=Permission.EDIT_PATIENT,
            patients=shown.patients,
        )
        return Response(bodies.IncomingPatientOut(shown).data)


class IncomingResolve(ApiView):
    required_permissions = {"POST": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Say who it is: link it to a patient, make a new one, or reject it",
        tags=["incoming patients"],
        request=bodies.IncomingResolveIn,
        responses={
            200: bodies.IncomingPatientOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.RECORD_NOT_FOUND,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.PATIENT_MERGED,
                ErrorCode.INVALID_TRANSITION,
                ErrorCode.DUPLICATE,
            ),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = bodies.IncomingResolveIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = incoming_patients.row_resolve(actor=self.actor, pk=pk, **body.validated_data)
        [shown] = selectors.rows_described(self.actor, [row])
        return Response(bodies.IncomingPatientOut(shown).data)
