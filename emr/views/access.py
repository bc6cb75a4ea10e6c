"""Emergency access to restricted patients, and its review."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.serializers import AuditLogOut
from common.api.permissions import Access
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr import selectors, serializers, services
from emr.filters import GlassFilter
from rbac import selectors as rights, services as grants
from rbac.permissions import Permission


class BrokenGlasses(GenericApiView):
    required_permissions = {"GET": Access.AUTHENTICATED, "POST": Permission.BREAK_GLASS}
    list_action = "glass.list"
    list_object = "grant"
    serializer_class = serializers.BrokenGlassOut
    filterset_class = GlassFilter
    ordering_fields = ["created_at"]

    def get_queryset(self) -> QuerySet[Any]:
        return rights.glasses_visible_to(self.actor)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = super().paginate_queryset(queryset) or []
        return selectors.glasses_described(self.actor, page)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.grant.patient_id for row in rows]

    def rows_shown(self, rows: Rows) -> list[int]:
        return [row.grant.pk for row in rows]

    @extend_schema(
        summary="List my emergency accesses; all of them for whoever reviews them",
        tags=["emergency access"],
        responses=serializers.BrokenGlassOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Break the glass of the patient with exactly this MRN for 60 minutes",
        tags=["emergency access"],
        request=serializers.BreakGlassIn,
        responses={
            201: serializers.BreakGlassOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND, ErrorCode.GLASS_LIMIT),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.BreakGlassIn(data=request.data)
        body.is_valid(raise_exception=True)
        grant = services.break_glass_by_mrn(actor=self.actor, **body.validated_data)
        return Response(serializers.BreakGlassOut(grant).data, status=201)


class BrokenGlassEnd(ApiView):
    required_permissions = {"DELETE": Access.AUTHENTICATED}

    @extend_schema(
        summary="End an emergency access now: one's own, or any for whoever reviews them",
        tags=["emergency access"],
        responses={204: None, **errors(ErrorCode.GLASS_NOT_FOUND)},
    )
    def delete(self, request: Request, grant_id: int) -> Response:
        grants.glass_end(actor=self.actor, grant_id=grant_id)
        return Response(status=204)


class BrokenGlassReads(GenericApiView):
    required_permissions = {"GET": Permission.REVIEW_GLASS}
    list_action = "glass.read"
    list_object = "grant"
    serializer_class = AuditLogOut
    queryset: QuerySet[Any] = AuditLogOut.Meta.model.objects.none()
    filter_backends = []

    @extend_schema(
        summary="List what was read through an emergency access, oldest first",
        tags=["emergency access"],
        responses={200: AuditLogOut(many=True), **errors(ErrorCode.GLASS_NOT_FOUND)},
    )
    def get(self, request: Request, grant_id: int) -> Response:
        self.grant = rights.glass_get(self.actor, grant_id)
        self.queryset = selectors.glass_reads(self.grant)
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [self.grant.patient_id]


class BrokenGlassReview(ApiView):
    required_permissions = {"POST": Permission.REVIEW_GLASS}

    @extend_schema(
        summary="Review an emergency access: justified or not",
        tags=["emergency access"],
        request=serializers.GlassReviewIn,
        responses={
            200: serializers.BrokenGlassOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.GLASS_NOT_FOUND, ErrorCode.GLASS_REVIEWED),
        },
    )
    def post(self, request: Request, grant_id: int) -> Response:
        body = serializers.GlassReviewIn(data=request.data)
        body.is_valid(raise_exception=True)
        grant = grants.glass_review(actor=self.actor, grant_id=grant_id, **body.validated_data)
        [shown] = selectors.glasses_described(self.actor, [grant])
        return Response(serializers.BrokenGlassOut(shown).data)
