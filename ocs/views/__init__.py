"""Orders and the steps they take; ``order_work`` and ``order_forms`` are what is around them."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from ocs import selectors, serializers, services
from ocs.choices import OrderStatus
from ocs.filters import OrderFilter, OrderOrdering
from ocs.models import Order, OrderHistory
from rbac.permissions import Permission

_STEP_CODES = (ErrorCode.VALIDATION, ErrorCode.ORDER_NOT_FOUND, ErrorCode.INVALID_TRANSITION)
_STEP_ERRORS = errors(*_STEP_CODES)
_WORK_ERRORS = errors(*_STEP_CODES, ErrorCode.OWN_CONSULTATION)
_RESULT_ERRORS = errors(*_STEP_CODES, ErrorCode.OWN_CONSULTATION, ErrorCode.UNVERIFIED_RESULT)


def _answer(request: Request, order: Order, status: int = 200) -> Response:
    body = serializers.OrderOut(order, context={"request": request}).data
    return with_etag(Response(body, status=status), order.version)


class Orders(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER, "POST": Permission.CREATE_ORDER}
    list_action = "order.list"
    list_object = "order"
    serializer_class = serializers.OrderOut
    filterset_class = OrderFilter
    filter_backends = [DjangoFilterBackend, OrderOrdering]
    ordering_fields = ["ordered_at", "status", "accession_number", "priority", "due_at"]

    def get_queryset(self) -> QuerySet[Order]:
        return selectors.orders_visible_to(self.actor)

    @extend_schema(
        summary="List the orders that I may see",
        tags=["orders"],
        responses=serializers.OrderOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Create an order for imaging, laboratory, treatment or consultation",
        tags=["orders"],
        request=serializers.OrderIn,
        responses={
            201: serializers.OrderCreatedOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.OrderIn(data=request.data)
        body.is_valid(raise_exception=True)
        order = services.order_create(actor=self.actor, **body.validated_data)
        found = selectors.possible_duplicates(self.actor, order.patient_id, order.job_type)
        order.possible_duplicates = found.exclude(pk=order.pk)  # type: ignore[attr-defined]
        shown = serializers.OrderCreatedOut(order, context={"request": request})
        return with_etag(Response(shown.data, status=201), order.version)


class OrderDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="Get an order",
        tags=["orders"],
        responses={200: serializers.OrderOut, **errors(ErrorCode.ORDER_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        order = selectors.order_get(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="order.read",
            object_type="order",
            object_id=pk,
            patient_id=order.patient_id,
            permission=Permission.VIEW_ORDER,
        )
        return _answer(request, order)


class OrderStep(ApiView):
    """One view per step; the right to it depends on the order and is decided by the service."""

    required_permissions = {"POST": Permission.VIEW_ORDER}
    serializer_class: ClassVar[type[serializers.StepIn]] = serializers.StepIn
    to_status: ClassVar[OrderStatus]

    def step(self, request: Request, pk: int) -> Response:
        body = self.serializer_class(data=request.data)
        body.is_valid(raise_exception=True)
        order = services.order_transition(
            actor=self.actor, order_id=pk, to_status=self.to_status, **body.validated_data
        )
        return _answer(request, order)


class OrderAccept(OrderStep):
    to_status = OrderStatus.ACCEPTED

    @extend_schema(
        summary="Accept an order (radiology and laboratory their own, doctors the others)",
        tags=["orders"],
        request=serializers.StepIn,
        responses={200: serializers.OrderOut, **_WORK_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.step(request, pk)


class OrderStart(OrderStep):
    to_status = OrderStatus.IN_PROGRESS

    @extend_schema(
        summary="Start an accepted order",
        tags=["orders"],
        request=serializers.StepIn,
        responses={200: serializers.OrderOut, **_WORK_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.step(request, pk)


class OrderSubmitResult(OrderStep):
    to_status = OrderStatus.RESULT_READY
    serializer_class = serializers.ResultIn

    @extend_schema(
        summary="Enter the result of an order in progress",
        tags=["orders"],
        request=serializers.ResultIn,
        responses={200: serializers.OrderOut, **_RESULT_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.step(request, pk)


class OrderConfirm(OrderStep):
    to_status = OrderStatus.CONFIRMED

    @extend_schema(
        summary="Confirm the result of an order (doctors; radiology and laboratory their own)",
        tags=["orders"],
        request=serializers.StepIn,
        responses={200: serializers.OrderOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.step(request, pk)


class OrderCancel(OrderStep):
    to_status = OrderStatus.CANCELLED

    @extend_schema(
        summary="Cancel my order before it has a result",
        tags=["orders"],
        request=serializers.StepIn,
        responses={200: serializers.OrderOut, **_STEP_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.step(request, pk)


class OrderHistoryList(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}
    list_action = "order.history"
    list_object = "order"
    serializer_class = serializers.OrderHistoryOut
    queryset: QuerySet[OrderHistory] = OrderHistory.objects.none()

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {row.order.patient_id for row in rows}

    @extend_schema(
        summary="List the status changes of an order",
        tags=["orders"],
        responses={
            200: serializers.OrderHistoryOut(many=True),
            **errors(ErrorCode.ORDER_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        order = selectors.order_get(self.actor, pk)
        self.queryset = selectors.order_history(order)
        return self.list_response(request)
