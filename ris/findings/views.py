"""Recognises the key findings of a text that its author sends; nothing is kept."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.findings import serializers
from ris.findings.recognition import key_findings


class KeyFindings(ApiView):
    required_permissions = {"POST": Permission.WRITE_REPORT}

    @extend_schema(
        summary="Recognise the key findings of a text",
        description=(
            "Names what a Korean or English report says and whether it is negated, uncertain or "
            "of the past. The text is not stored and belongs to no patient."
        ),
        tags=["imaging"],
        request=serializers.KeyFindingsIn,
        responses={200: serializers.KeyFindingsOut, **errors(ErrorCode.VALIDATION)},
    )
    def post(self, request: Request) -> Response:
        body = serializers.KeyFindingsIn(data=request.data)
        body.is_valid(raise_exception=True)
        findings = key_findings(body.validated_data["text"])
        return Response(serializers.KeyFindingsOut({"findings": findings}).data)
