"""Shares of patients and studies, and who has access to a patient."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from acct import selectors as accounts
from acct.serializers import UserBriefOut
from audit import services as audit
from common.api.permissions import Access
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from rbac import selectors as rights
from rbac.permissions import Permission
from ris.sharing import selectors, serializers, services
from ris.sharing.filters import RecipientFilter, ShareFilter


class Shares(GenericApiView):
    required_permissions = {"GET": Access.AUTHENTICATED, "POST": Permission.SHARE_PATIENT}
    list_action = "share.list"
    list_object = "grant"
    serializer_class = serializers.ShareOut
    filterset_class = ShareFilter
    ordering_fields = ["expires_at", "created_at"]
    ordering = ["expires_at"]

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [share.patient.pk for share in rows if share.patient]

    def rows_shown(self, rows: Rows) -> list[int]:
        return [share.grant.pk for share in rows]

    def get_queryset(self) -> QuerySet[Any]:
        return rights.shares_visible_to(self.actor)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = super().paginate_queryset(queryset) or []
        return selectors.shares_described(self.actor, page)

    @extend_schema(
        summary="List what I shared and what is shared with me, the next to end first",
        tags=["sharing"],
        responses=serializers.ShareOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Share a patient or a study with another user until expires_at",
        tags=["sharing"],
        request=serializers.ShareIn,
        responses={
            201: serializers.ShareOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.USER_NOT_FOUND,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.ShareIn(data=request.data)
        body.is_valid(raise_exception=True)
        grant = services.share_create(actor=self.actor, **body.validated_data)
        [share] = selectors.shares_described(self.actor, [grant])
        return Response(serializers.ShareOut(share).data, status=201)


class ShareDetail(ApiView):
    required_permissions = {"DELETE": Permission.SHARE_PATIENT}

    @extend_schema(
        summary="End a share now",
        tags=["sharing"],
        responses={204: None, **errors(ErrorCode.GRANT_NOT_FOUND)},
    )
    def delete(self, request: Request, share_id: int) -> Response:
        services.share_end(actor=self.actor, share_id=share_id)
        return Response(status=204)


class Recipients(GenericApiView):
    required_permissions = {"GET": Permission.SHARE_PATIENT}
    list_action = "user.recipients"
    list_object = "user"
    serializer_class = UserBriefOut
    queryset = accounts.users_list().none()
    filterset_class = RecipientFilter

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.recipients(self.actor)

    @extend_schema(
        summary="List the users with whom I may share a patient",
        tags=["sharing"],
        responses=UserBriefOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class PatientAccess(ApiView):
    required_permissions = {"GET": Permission.VIEW_ACCESS}

    @extend_schema(
        summary="List who has access to a patient beyond their role, why and until when",
        tags=["sharing"],
        responses={
            200: serializers.AccessOut(many=True),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        found = selectors.patient_access(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="patient.access_list",
            object_type="patient",
            object_id=pk,
            patient_id=pk,
            permission=Permission.VIEW_ACCESS,
        )
        return Response(serializers.AccessOut(found, many=True).data)
