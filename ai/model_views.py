"""The administration of AI models over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ai import model_serializers as serializers
from ai.selectors.usage import model_usage
from ai.services import model_settings
from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission

_SERVICE = (ErrorCode.INFERENCE_UNAVAILABLE, ErrorCode.INFERENCE_FAILED)
_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)


class ModelSettings(ApiView):
    required_permissions = {"GET": Permission.MANAGE_MODELS}

    @extend_schema(
        summary="List every AI model with the hospital's settings, and the refused folders",
        tags=["ai"],
        responses={200: serializers.ModelsOverviewOut, **errors(*_SERVICE)},
    )
    def get(self, request: Request) -> Response:
        overview = model_settings.models_overview()
        return Response(serializers.ModelsOverviewOut(overview).data)


class ModelSettingDetail(ApiView):
    required_permissions = {"PATCH": Permission.MANAGE_MODELS}

    @extend_schema(
        summary="Switch an AI model on or off, or choose its version (If-Match: the version read)",
        tags=["ai"],
        parameters=[_IF_MATCH],
        request=serializers.ModelSettingIn,
        responses={
            200: serializers.ManagedModelOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.MODEL_NOT_FOUND,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.PRECONDITION_REQUIRED,
                *_SERVICE,
            ),
        },
    )
    def patch(self, request: Request, model_id: str) -> Response:
        expected = expected_version(request)
        body = serializers.ModelSettingIn(data=request.data)
        body.is_valid(raise_exception=True)
        changed = model_settings.model_setting_change(
            actor=self.actor,
            model_id=model_id,
            expected=expected,
            enabled=body.validated_data.get("enabled"),
            default_version=body.validated_data.get("default_version"),
        )
        return with_etag(Response(serializers.ManagedModelOut(changed).data), changed.version)


class ModelUsage(ApiView):
    required_permissions = {"GET": Permission.MANAGE_MODELS}

    @extend_schema(
        summary="Show how an AI model is used and how far doctors agree with it, by month",
        tags=["ai"],
        parameters=[serializers.UsageIn],
        responses={
            200: serializers.ModelUsageOut(many=True),
            **errors(ErrorCode.VALIDATION),
        },
    )
    def get(self, request: Request, model_id: str) -> Response:
        asked = serializers.UsageIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = model_usage(model_id, **asked.validated_data)
        return Response(serializers.ModelUsageOut(rows, many=True).data)
