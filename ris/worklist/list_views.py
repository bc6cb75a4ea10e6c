"""The radiologist's worklist: its pages, the next study, saved filters and settings."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows, list_recorders
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.models import WorklistEntry
from ris.reading.entries import setting_now
from ris.worklist import list_serializers as bodies, rows, saved_filters

_READ = Permission.REVIEW_AI
PAGE = 50
_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)


def _described(name: str, of: Any) -> OpenApiParameter:
    choices = [value for value, _ in of.extra.get("choices", ())]
    several = isinstance(of, bodies.States)
    return OpenApiParameter(
        name,
        int if name == "page_size" else str,
        description=of.extra.get("help_text", ""),
        enum=None if several else choices or None,
    )


class Worklist(GenericApiView):
    required_permissions = {"GET": _READ}
    list_action = "worklist.list"
    list_object = "study"
    serializer_class = bodies.WorklistRowOut
    filterset_class = bodies.WorklistParameters
    pagination_class = None

    @extend_schema(
        summary="List the studies to read: STAT first, then by the time left until their target",
        tags=["imaging"],
        parameters=[_described(*named) for named in bodies.WorklistParameters.base_filters.items()],
        responses={200: bodies.WorklistPageOut, **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> Response:
        asked, said = bodies.asked_of(self.actor, request.query_params)
        size = int(said["page_size"] or PAGE)
        shown, page = rows.worklist_list(self.actor, asked, size, said["cursor"])
        for record in list_recorders:
            record(self, shown)
        address = request.build_absolute_uri()
        return Response(
            {
                "results": self.get_serializer(shown, many=True).data,
                "next": page.cursor and replace_query_param(address, "cursor", page.cursor),
            }
        )

    def get_queryset(self) -> QuerySet[Any]:
        return WorklistEntry.objects.visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.study.patient_id for row in rows]

    def rows_shown(self, rows: Rows) -> list[str]:
        return [row.study.study_instance_uid for row in rows]


class WorklistNext(ApiView):
    required_permissions = {"POST": _READ}

    @extend_schema(
        summary="Lock the best unread study that nobody holds and get it; 204 if there is none",
        tags=["imaging"],
        request=bodies.WorklistNextIn,
        responses={200: bodies.WorklistRowOut, 204: None, **errors(ErrorCode.VALIDATION)},
    )
    def post(self, request: Request) -> Response:
        body = bodies.WorklistNextIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked, _ = bodies.asked_of(self.actor, body.validated_data)
        row = rows.worklist_next(actor=self.actor, asked=asked, session=request.auth.pk)
        if row is None:
            return Response(status=204)
        return Response(bodies.WorklistRowOut(row, context={"request": request}).data)


class SavedFilters(ApiView):
    required_permissions = {"GET": _READ, "POST": _READ}

    @extend_schema(
        summary="List the filters of the worklist: those of everybody, then my own",
        tags=["imaging"],
        responses=bodies.SavedFiltersOut,
    )
    def get(self, request: Request) -> Response:
        found = {"results": saved_filters.filters_of(self.actor)}
        return Response(bodies.SavedFiltersOut(found).data)

    @extend_schema(
        summary="Keep a filter of the worklist",
        tags=["imaging"],
        request=bodies.SavedFilterIn,
        responses={
            201: bodies.SavedFilterOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.SavedFilterIn(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        kept = saved_filters.filter_keep(actor=self.actor, **body.validated_data)
        return Response(bodies.SavedFilterOut(kept).data, status=201)


class SavedFilterDetail(ApiView):
    required_permissions = {"DELETE": _READ}

    @extend_schema(
        summary="Delete one of my filters of the worklist",
        tags=["imaging"],
        responses={204: None, **errors(ErrorCode.WORKLIST_FILTER_NOT_FOUND)},
    )
    def delete(self, request: Request, filter_id: int) -> Response:
        saved_filters.filter_delete(actor=self.actor, filter_id=filter_id)
        return Response(status=204)


class WorklistSettings(ApiView):
    required_permissions = {"GET": Permission.OPERATE, "PATCH": Permission.OPERATE}

    @extend_schema(
        summary="Get the targets and limits of the worklist",
        tags=["imaging"],
        responses=bodies.WorklistSettingOut,
    )
    def get(self, request: Request) -> Response:
        setting = setting_now()
        return with_etag(Response(bodies.WorklistSettingOut(setting).data), setting.version)

    @extend_schema(
        summary="Change the targets and limits of the worklist (If-Match: the version read)",
        tags=["imaging"],
        parameters=[_IF_MATCH],
        request=bodies.WorklistSettingIn,
        responses={
            200: bodies.WorklistSettingOut,
            **errors(
                ErrorCode.VALIDATION, ErrorCode.VERSION_CONFLICT, ErrorCode.PRECONDITION_REQUIRED
            ),
        },
    )
    def patch(self, request: Request) -> Response:
        expected = expected_version(request)
        body = bodies.WorklistSettingIn(data=request.data)
        body.is_valid(raise_exception=True)
        setting = saved_filters.setting_change(
            actor=self.actor, expected=expected, **body.validated_data
        )
        return with_etag(Response(bodies.WorklistSettingOut(setting).data), setting.version)
