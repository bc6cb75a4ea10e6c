"""What patients read and ask about their own record, and the staff's answer."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.serializers import AuditLogOut
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr.filters import ContactRequestFilter
from emr.models import ContactRequest
from emr.selectors import contact_changes as requests, record_readers
from emr.serializers import care_bodies as bodies
from emr.services import contact_changes
from rbac.permissions import Permission


class RecordReaders(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ACCESS}
    list_action = "access.read"
    list_object = "patient"
    serializer_class = bodies.RecordReaderOut
    filter_backends = []
    queryset: QuerySet[Any] = AuditLogOut.Meta.model.objects.none()

    @extend_schema(
        summary="List who looked at my own record, and at what, newest first",
        tags=["own record"],
        responses={200: bodies.RecordReaderOut(many=True), **errors(ErrorCode.PATIENT_NOT_FOUND)},
    )
    def get(self, request: Request) -> Response:
        self.patient = record_readers.own_patient(self.actor)
        self.queryset = record_readers.accesses_to(self.patient)
        return self.list_response(request)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return record_readers.readers_described(super().paginate_queryset(queryset) or [])

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [self.patient.pk]

    def rows_shown(self, rows: Rows) -> list[Any]:
        return []


class ContactRequests(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_PATIENT, "POST": Permission.VIEW_PATIENT}
    list_action = "contact_request.list"
    list_object = "contact_request"
    serializer_class = bodies.ContactRequestOut
    filterset_class = ContactRequestFilter
    ordering_fields = ["requested_at"]

    def get_queryset(self) -> QuerySet[ContactRequest]:
        return requests.requests_visible_to(self.actor)

    @extend_schema(
        summary="List the corrections of contact data that I asked for, or may decide on",
        tags=["own record"],
        responses=bodies.ContactRequestOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Ask for a correction of my own contact data",
        tags=["own record"],
        request=bodies.ContactRequestIn,
        responses={
            201: bodies.ContactRequestOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND, ErrorCode.DUPLICATE),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.ContactRequestIn(data=request.data)
        body.is_valid(raise_exception=True)
        made = contact_changes.contact_request_create(actor=self.actor, **body.validated_data)
        return Response(bodies.ContactRequestOut(made).data, status=201)


class ContactRequestDecide(ApiView):
    required_permissions = {"POST": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Accept or decline a correction; accepting changes the patient's data",
        tags=["own record"],
        request=bodies.ContactDecisionIn,
        responses={
            200: bodies.ContactRequestOut,
            **errors(
                ErrorCode.VALIDATION, ErrorCode.RECORD_NOT_FOUND, ErrorCode.INVALID_TRANSITION
            ),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = bodies.ContactDecisionIn(data=request.data)
        body.is_valid(raise_exception=True)
        decided = contact_changes.contact_request_decide(
            actor=self.actor, pk=pk, **body.validated_data
        )
        return Response(bodies.ContactRequestOut(decided).data)
