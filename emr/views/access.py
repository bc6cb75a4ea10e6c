"""Emergency access to a restricted patient."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from emr import serializers, services
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
