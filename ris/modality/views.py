"""DICOM nodes, for administrators; the modality worklist, for radiology."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from pacs.index.order_images import arrivals_of
from rbac.permissions import Permission
from ris.modality import nodes, serializers
from ris.models import DicomNode, ScheduledStudy

_MANAGE = Permission.MANAGE_NODES
_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_LOCKED = (ErrorCode.VERSION_CONFLICT, ErrorCode.PRECONDITION_REQUIRED)


class DicomNodes(GenericApiView):
    required_permissions = {"GET": _MANAGE, "POST": _MANAGE}
    list_action = "dicom_node.list"
    list_object = "dicom_node"
    serializer_class = serializers.DicomNodeOut
    filter_backends = []
    queryset = DicomNode.objects.none()

    def get_queryset(self) -> QuerySet[DicomNode]:
        return DicomNode.objects.visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    @extend_schema(
        summary="List the DICOM nodes",
        tags=["imaging"],
        responses=serializers.DicomNodeOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Add a DICOM node",
        tags=["imaging"],
        request=serializers.DicomNodeIn,
        responses={
            201: serializers.DicomNodeOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.DicomNodeIn(data=request.data)
        body.is_valid(raise_exception=True)
        node = nodes.node_create(actor=self.actor, **body.validated_data)
        return with_etag(Response(serializers.DicomNodeOut(node).data, status=201), node.version)


class DicomNodeDetail(ApiView):
    required_permissions = {"PATCH": _MANAGE, "DELETE": _MANAGE}

    @extend_schema(
        summary="Change a DICOM node (If-Match: the version read)",
        tags=["imaging"],
        parameters=[_IF_MATCH],
        request=serializers.DicomNodePatchIn,
        responses={
            200: serializers.DicomNodeOut,
            **errors(
                ErrorCode.VALIDATION, ErrorCode.RECORD_NOT_FOUND, ErrorCode.DUPLICATE, *_LOCKED
            ),
        },
    )
    def patch(self, request: Request, node_id: int) -> Response:
        expected = expected_version(request)
        body = serializers.DicomNodePatchIn(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        node = nodes.node_update(
            actor=self.actor, node_id=node_id, expected=expected, **body.validated_data
        )
        return with_etag(Response(serializers.DicomNodeOut(node).data), node.version)

    @extend_schema(
        summary="Delete a DICOM node",
        tags=["imaging"],
        responses={204: None, **errors(ErrorCode.RECORD_NOT_FOUND)},
    )
    def delete(self, request: Request, node_id: int) -> Response:
        nodes.node_delete(actor=self.actor, node_id=node_id)
        return Response(status=204)


class DicomNodeEcho(ApiView):
    required_permissions = {"POST": _MANAGE}

    @extend_schema(
        summary="Test the connection to a DICOM node by a C-ECHO",
        tags=["imaging"],
        request=None,
        responses={
            200: serializers.NodeEchoOut,
            **errors(ErrorCode.RECORD_NOT_FOUND, ErrorCode.ARCHIVE_UNAVAILABLE),
        },
    )
    def post(self, request: Request, node_id: int) -> Response:
        node, milliseconds = nodes.node_test(actor=self.actor, node_id=node_id)
        said = {"outcome": node.echo_outcome, "milliseconds": milliseconds, "at": node.echo_at}
        return Response(serializers.NodeEchoOut(said).data)


class ModalityWorklist(GenericApiView):
    required_permissions = {"GET": Permission.WORK_RIS_ORDER}
    list_action = "worklist_item.list"
    list_object = "order"
    serializer_class = serializers.ScheduledStudyOut
    searched_by = filterset_fields = ("state", "reason")
    queryset = ScheduledStudy.objects.none()

    def get_queryset(self) -> QuerySet[ScheduledStudy]:
        seen = ScheduledStudy.objects.visible_to(self.actor)
        seen = seen.select_related("order__patient").prefetch_related("order__performed_steps")
        return seen.order_by("state", "-order__ordered_at", "-pk")

    def paginate_queryset(self, queryset: Any) -> Any:
        """The rows of the page, with the images that came."""
        page: list[Any] = super().paginate_queryset(queryset) or []
        arrived = arrivals_of([row.order for row in page])
        for row in page:
            row.arrivals = arrived[row.order_id]
        return page

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.order.patient_id for row in rows]

    def rows_shown(self, rows: Rows) -> list[int]:
        return [row.order_id for row in rows]

    @extend_schema(
        summary="List the modality worklist: which orders are on it and why",
        tags=["imaging"],
        responses=serializers.ScheduledStudyOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)
