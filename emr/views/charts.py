"""The rows of a patient's record: one list, one change and one history for every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr import filters, selectors, tasks
from emr.models import ClinicalRow, RecordChange
from emr.serializers import chart_bodies as bodies, overview_bodies
from emr.services import charting

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
CHANGING = (
    ErrorCode.VALIDATION,
    ErrorCode.RECORD_NOT_FOUND,
    ErrorCode.VERSION_CONFLICT,
    ErrorCode.PRECONDITION_REQUIRED,
)


class ChartRows(GenericApiView):
    """``model``: the kind; ``body_class``: what a new row says."""

    model: ClassVar[type[ClinicalRow]]
    body_class: ClassVar[type[bodies.StrictIn]]
    list_object = "row"

    def get_queryset(self) -> QuerySet[Any]:
        if filters.deleted_wanted(self.request):
            edit = str(self.required_permissions["POST"])
            return selectors.rows_deleted(self.actor, self.model, edit)
        read = str(self.required_permissions["GET"])
        return selectors.rows_visible_to(self.actor, self.model, read)

    def get(self, request: Request) -> Response:
        tasks.nudge_refresh_of(self.actor, request.GET.get("patient", ""))
        return self.list_response(request)

    def post(self, request: Request) -> Response:
        body = self.body_class(data=request.data)
        body.is_valid(raise_exception=True)
        row = self.create(body.validated_data)
        return with_etag(Response(self.get_serializer(row).data, status=201), row.version)

    def create(self, fields: dict[str, Any]) -> Any:
        return charting.row_create(actor=self.actor, model=self.model, **fields)


class ChartRow(ApiView):
    model: ClassVar[type[ClinicalRow]]
    body_class: ClassVar[type[bodies.StrictIn]]
    shown_class: ClassVar[Any]

    def get(self, request: Request, pk: int) -> Response:
        read = str(self.required_permissions["GET"])
        row = selectors.row_get(self.actor, self.model, pk, read)
        kind = self.model._meta.model_name or ""
        audit.record(
            actor=self.actor,
            action=f"{kind}.read",
            object_type=kind,
            object_id=pk,
            patient_id=row.patient_id,
            permission=read,
        )
        return with_etag(Response(self.shown_class(row).data), row.version)

    def patch(self, request: Request, pk: int) -> Response:
        expected = expected_version(request)
        body = self.body_class(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        row = charting.row_update(
            actor=self.actor, model=self.model, pk=pk, expected=expected, **body.validated_data
        )
        return with_etag(Response(self.shown_class(row).data), row.version)

    def delete(self, request: Request, pk: int) -> Response:
        expected = expected_version(request)
        body = bodies.RowDeleteIn(data=request.data)
        body.is_valid(raise_exception=True)
        charting.row_delete(
            actor=self.actor, model=self.model, pk=pk, expected=expected, **body.validated_data
        )
        return Response(status=204)


class RowHistory(GenericApiView):
    """Of a deleted row too, for those who may change such rows."""

    model: ClassVar[type[ClinicalRow]]
    list_action = "history.read"
    serializer_class = overview_bodies.RecordChangeOut
    filter_backends = []
    queryset: QuerySet[RecordChange] = RecordChange.objects.none()

    def get(self, request: Request, pk: int) -> Response:
        read, edit = self.required_permissions["GET"], charting.POLICIES[self.model].permission
        found = selectors.row_changes(self.actor, self.model, pk, str(read), edit)
        self.patient_id, self.queryset = found
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {self.patient_id}


def described(
    things: str, thing: str, tag: str, new: Any, shown: Any, *also: ErrorCode
) -> Callable[[Any], Any]:
    """The API's description of a list and of creating."""
    return extend_schema_view(
        get=extend_schema(summary=f"List {things}", tags=[tag], responses=shown(many=True)),
        post=extend_schema(
            summary=f"Create {thing}",
            tags=[tag],
            request=new,
            responses={
                201: shown,
                **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND, *also),
            },
        ),
    )


def changeable(thing: str, tag: str, changed: Any, shown: Any) -> Callable[[Any], Any]:
    """The API's description of reading, changing and deleting one."""
    return extend_schema_view(
        get=extend_schema(
            summary=f"Get {thing}",
            tags=[tag],
            responses={200: shown, **errors(ErrorCode.RECORD_NOT_FOUND)},
        ),
        patch=extend_schema(
            summary=f"Change {thing} (If-Match: the version read)",
            tags=[tag],
            parameters=[IF_MATCH],
            request=changed,
            responses={200: shown, **errors(*CHANGING)},
        ),
        delete=extend_schema(
            summary=f"Delete {thing}: it is kept with who, when and why",
            tags=[tag],
            parameters=[IF_MATCH],
            request=bodies.RowDeleteIn,
            responses={204: None, **errors(*CHANGING)},
        ),
    )


def historical(thing: str, tag: str) -> Callable[[Any], Any]:
    return extend_schema_view(
        get=extend_schema(
            summary=f"List the changes of {thing}, newest first",
            tags=[tag],
            responses={
                200: overview_bodies.RecordChangeOut(many=True),
                **errors(ErrorCode.RECORD_NOT_FOUND),
            },
        )
    )
