"""Who does an order, its notes, and what may be its duplicate."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr import selectors as patients
from ocs import selectors, serializers
from ocs.models import OrderNote
from ocs.services import assignment
from rbac.permissions import Permission


class OrderDuplicates(ApiView):
    required_permissions = {"GET": Permission.CREATE_ORDER}

    @extend_schema(
        summary="Open orders of the same for the same patient within 24 hours",
        tags=["orders"],
        parameters=[serializers.DuplicateQuery],
        responses={
            200: serializers.DuplicatesOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request) -> Response:
        query = serializers.DuplicateQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        patient = patients.patient_get(self.actor, query.validated_data["patient"])
        found = selectors.possible_duplicates(
            self.actor, patient.pk, query.validated_data["job_type"]
        )
        audit.record(
            actor=self.actor,
            action="order.duplicates",
            object_type="patient",
            object_id=patient.pk,
            patient_id=patient.pk,
            permission=Permission.CREATE_ORDER,
        )
        return Response(serializers.DuplicatesOut({"possible_duplicates": found}).data)


class OrderAssignees(ApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="List those to whom an order can be assigned",
        tags=["orders"],
        responses={
            200: serializers.AssigneeOut(many=True),
            **errors(ErrorCode.ORDER_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        order = selectors.order_get(self.actor, pk)
        people = selectors.assignees_of(order) if selectors.may_work(self.actor, order) else []
        return Response(serializers.AssigneeOut(people, many=True).data)


class OrderAssign(ApiView):
    required_permissions = {"POST": Permission.VIEW_ORDER}

    @extend_schema(
        summary="Assign an order to one of those who work it, or to nobody",
        tags=["orders"],
        request=serializers.AssignIn,
        responses={
            200: serializers.OrderOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.ORDER_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = serializers.AssignIn(data=request.data)
        body.is_valid(raise_exception=True)
        order = assignment.order_assign(
            actor=self.actor, order_id=pk, user_id=body.validated_data["user"]
        )
        shown = serializers.OrderOut(order, context={"request": request})
        return with_etag(Response(shown.data), order.version)


class OrderNotes(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER, "POST": Permission.VIEW_ORDER}
    list_action = "order.notes"
    list_object = "order"
    serializer_class = serializers.OrderNoteOut
    queryset: QuerySet[OrderNote] = OrderNote.objects.none()

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {row.order.patient_id for row in rows}

    @extend_schema(
        summary="List the work notes of an order",
        tags=["orders"],
        responses={200: serializers.OrderNoteOut(many=True), **errors(ErrorCode.ORDER_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        order = selectors.order_get(self.actor, pk)
        self.queryset = selectors.notes_of(self.actor, order)
        return self.list_response(request)

    @extend_schema(
        summary="Add a work note to an order",
        tags=["orders"],
        request=serializers.OrderNoteIn,
        responses={
            201: serializers.OrderNoteOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.ORDER_NOT_FOUND),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = serializers.OrderNoteIn(data=request.data)
        body.is_valid(raise_exception=True)
        note = assignment.order_note_add(
            actor=self.actor, order_id=pk, text=body.validated_data["text"]
        )
        return Response(serializers.OrderNoteOut(note).data, status=201)
