"""The views of every record: listed, recorded, read, changed with If-Match and removed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from audit import services as audit
from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from treatment import selectors, serializers as shapes
from treatment.models import CourseRow
from treatment.services import course_records

_CHANGE_ERRORS = errors(
    ErrorCode.VALIDATION,
    ErrorCode.TREATMENT_NOT_FOUND,
    ErrorCode.STUDY_NOT_FOUND,
    ErrorCode.VERSION_CONFLICT,
    ErrorCode.PRECONDITION_REQUIRED,
    ErrorCode.INVALID_TRANSITION,
)
_CREATE_ERRORS = errors(
    ErrorCode.VALIDATION,
    ErrorCode.PATIENT_NOT_FOUND,
    ErrorCode.STUDY_NOT_FOUND,
    ErrorCode.TREATMENT_NOT_FOUND,
    ErrorCode.DUPLICATE,
)
Shape = type[BaseSerializer[Any]]


def checked(body: type[Serializer[Any]], request: Request, *, partial: bool = False) -> Any:
    """The validated body of a request. Raises InvalidInput."""
    parsed = body(data=request.data, partial=partial)
    parsed.is_valid(raise_exception=True)
    return parsed.validated_data


class RecordList(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER, "POST": Permission.RECORD_TREATMENT}
    model: ClassVar[type[CourseRow]]
    body: ClassVar[type[Serializer[Any]]]
    create: ClassVar[Callable[..., Any]]

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.records_visible_to(self.model, self.actor)

    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def post(self, request: Request) -> Response:
        row = type(self).create(actor=self.actor, **checked(self.body, request))
        answer = Response(self.get_serializer(row).data, status=201)
        return with_etag(answer, row.version)


class RecordDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER, "DELETE": Permission.RECORD_TREATMENT}
    model: ClassVar[type[CourseRow]]
    shape: ClassVar[Shape]
    delete_body = shapes.RemovalIn
    remove: ClassVar[Callable[..., None] | None] = None

    def shown(self, row: Any) -> Any:
        """What the answer is made of."""
        return row

    def answered(self, row: Any) -> Response:
        return with_etag(Response(self.shape(self.shown(row)).data), row.version)

    def get(self, request: Request, pk: int) -> Response:
        row = selectors.record_get(self.model, self.actor, pk)
        audit.record(
            actor=self.actor,
            action=f"{self.model.record}.read",
            object_type=self.model.record,
            object_id=pk,
            patient_id=row.patient_id,
            permission=Permission.VIEW_ENCOUNTER,
        )
        return self.answered(row)

    def delete(self, request: Request, pk: int) -> Response:
        remove = type(self).remove or partial(course_records.row_remove, self.model)
        expected, said = expected_version(request), checked(self.delete_body, request)
        remove(actor=self.actor, pk=pk, expected=expected, **said)
        return Response(status=204)


class ChangingDetail(RecordDetail):
    required_permissions = {
        **RecordDetail.required_permissions,
        "PATCH": Permission.RECORD_TREATMENT,
    }
    body: ClassVar[type[Serializer[Any]]]
    update: ClassVar[Callable[..., Any]]

    def patch(self, request: Request, pk: int) -> Response:
        expected = expected_version(request)
        changes = checked(self.body, request, partial=True)
        row = type(self).update(actor=self.actor, pk=pk, expected=expected, **changes)
        return self.answered(row)


class RecordMove(ApiView):
    """One step of the record's states."""

    required_permissions = {"POST": Permission.RECORD_TREATMENT}
    body: ClassVar[type[Serializer[Any]]]
    shape: ClassVar[Shape]
    move: ClassVar[Callable[..., Any]]

    def post(self, request: Request, pk: int) -> Response:
        expected, step = expected_version(request), checked(self.body, request)
        row = type(self).move(actor=self.actor, pk=pk, expected=expected, **step)
        return with_etag(Response(self.shape(row).data), row.version)


def list_described(tag: str, many: str, one: str, body: Any, shape: Any) -> Callable[..., Any]:
    return extend_schema_view(
        get=extend_schema(summary=f"List {many}", tags=[tag], responses=shape(many=True)),
        post=extend_schema(
            summary=f"Record {one}",
            tags=[tag],
            request=body,
            responses={201: shape, **_CREATE_ERRORS},
        ),
    )


def detail_described(tag: str, one: str, shape: Any, body: Any = None) -> Callable[..., Any]:
    described = {
        "get": extend_schema(
            summary=f"Get {one}",
            tags=[tag],
            responses={200: shape, **errors(ErrorCode.TREATMENT_NOT_FOUND)},
        ),
        "delete": extend_schema(
            summary=f"Remove {one} with a reason; its history stays",
            tags=[tag],
            responses={204: None, **_CHANGE_ERRORS},
        ),
    }
    if body:
        described["patch"] = extend_schema(
            summary=f"Change {one}",
            tags=[tag],
            request=body,
            responses={200: shape, **_CHANGE_ERRORS},
        )
    return extend_schema_view(**described)


def move_described(tag: str, summary: str, body: Any, shape: Any) -> Callable[..., Any]:
    return extend_schema_view(
        post=extend_schema(
            summary=summary, tags=[tag], request=body, responses={200: shape, **_CHANGE_ERRORS}
        )
    )
