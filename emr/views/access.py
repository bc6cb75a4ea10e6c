"""Ways to a patient's record that the role alone does not give: the glass and grants."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView
from common.errors import ErrorCode
from emr import selectors, serializers, services
from rbac.permissions import Permission


class PatientBreakGlass(ApiView):
    required_permissions = {"POST": Permission.BREAK_GLASS}

    @extend_schema(
        summary="Break the glass: get emergency access to a patient for 60 minutes",
        tags=["patients"],
        request=serializers.BreakGlassIn,
        responses={
            201: serializers.BreakGlassOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = serializers.BreakGlassIn(data=request.data)
        body.is_valid(raise_exception=True)
        expires_at = services.patient_break_glass(
            actor=self.actor, pk=pk, reason=body.validated_data["reason"]
        )
        answer = serializers.BreakGlassOut({"patient": pk, "expires_at": expires_at})
        return Response(answer.data, status=201)


class PatientGrants(GenericApiView):
    required_permissions = {"GET": Permission.MANAGE_USERS, "POST": Permission.MANAGE_USERS}
    serializer_class = serializers.GrantOut
    queryset: QuerySet[Any, Any] = selectors.patient_grants(0)

    @extend_schema(
        summary="List the users with whom a patient is shared",
        tags=["patients"],
        responses={
            200: serializers.GrantOut(many=True),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        selectors.patient_get(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="grant.list",
            object_type="grant",
            patient_id=pk,
            permission=Permission.MANAGE_USERS,
        )
        self.queryset = selectors.patient_grants(pk)
        return self.list_response(request)

    @extend_schema(
        summary="Share a patient with an external user until expires_at",
        tags=["patients"],
        request=serializers.GrantIn,
        responses={
            201: serializers.GrantOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND, ErrorCode.USER_NOT_FOUND),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = serializers.GrantIn(data=request.data)
        body.is_valid(raise_exception=True)
        grant_id = services.patient_share(actor=self.actor, pk=pk, **body.validated_data)
        grant = selectors.patient_grants(pk).get(grant_id=grant_id)
        return Response(serializers.GrantOut(grant).data, status=201)


class PatientGrant(ApiView):
    required_permissions = {"DELETE": Permission.MANAGE_USERS}

    @extend_schema(
        summary="Stop sharing a patient with a user",
        tags=["patients"],
        responses={
            204: None,
            **errors(ErrorCode.PATIENT_NOT_FOUND, ErrorCode.GRANT_NOT_FOUND),
        },
    )
    def delete(self, request: Request, pk: int, grant_id: int) -> Response:
        services.patient_unshare(actor=self.actor, pk=pk, grant_id=grant_id)
        return Response(status=204)
