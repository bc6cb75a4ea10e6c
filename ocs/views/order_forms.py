"""Forms: what a result must look like, and what is ordered together."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import answer, errors
from common.api.views import ApiView
from common.errors import ErrorCode
from ocs import examples, selectors, serializers, services
from ocs.services import printing
from rbac.permissions import Permission


class ResultSchema(ApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="Get the JSON Schema (2020-12) of the results of a job type",
        description="The newest version, or the one an order names as result_schema_version.",
        tags=["orders"],
        parameters=[serializers.SchemaQuery],
        responses={
            200: answer(OpenApiTypes.OBJECT, examples.RESULT_SCHEMA),
            **errors(ErrorCode.VALIDATION, ErrorCode.RESULT_SCHEMA_NOT_FOUND),
        },
    )
    def get(self, request: Request, job_type: str) -> Response:
        query = serializers.SchemaQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(selectors.result_schema_get(job_type, **query.validated_data))


class OrderSheet(ApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="Get what is printed of an order: its requisition or its result",
        tags=["orders"],
        parameters=[serializers.SheetQuery],
        responses={
            200: serializers.OrderSheetOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.ORDER_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        query = serializers.SheetQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        sheet = printing.order_sheet(actor=self.actor, order_id=pk, **query.validated_data)
        return Response(serializers.OrderSheetOut(sheet, context={"request": request}).data)


class OrderSets(ApiView):
    required_permissions = {"GET": Permission.CREATE_ORDER}

    @extend_schema(
        summary="List what is ordered together",
        tags=["orders"],
        responses=serializers.OrderSetOut(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = [{"id": name, **each} for name, each in selectors.order_sets().items()]
        return Response(serializers.OrderSetOut(rows, many=True).data)


class OrderSetApply(ApiView):
    required_permissions = {"POST": Permission.CREATE_ORDER}

    @extend_schema(
        summary="Order a set, or some of it, for a patient",
        tags=["orders"],
        request=serializers.OrderSetIn,
        responses={
            201: serializers.OrderSetApplied,
            **errors(
                ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND, ErrorCode.ORDER_SET_NOT_FOUND
            ),
        },
    )
    def post(self, request: Request, set_id: str) -> Response:
        body = serializers.OrderSetIn(data=request.data)
        body.is_valid(raise_exception=True)
        orders = services.order_set_apply(actor=self.actor, set_id=set_id, **body.validated_data)
        shown = serializers.OrderSetApplied({"orders": orders}, context={"request": request})
        return Response(shown.data, status=201)
