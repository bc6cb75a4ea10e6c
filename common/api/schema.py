"""OpenAPI: the error envelope on every operation, with the codes that it can answer."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from common.errors import ErrorCode


class ErrorBody(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_null=True)
    timestamp = serializers.DateTimeField()
    request_id = serializers.CharField()


class ErrorEnvelope(serializers.Serializer[Any]):
    error = ErrorBody()


def errors(*codes: ErrorCode) -> dict[int, OpenApiResponse]:
    """Responses for ``extend_schema``: one per status, naming its codes."""
    by_status: dict[int, list[ErrorCode]] = defaultdict(list)
    for code in codes:
        by_status[code.value.status].append(code)
    return {status: _response(group) for status, group in by_status.items()}


def _response(codes: list[ErrorCode]) -> OpenApiResponse:
    return OpenApiResponse(
        ErrorEnvelope,
        description="; ".join(f"{c.value.code} {c.value.en}" for c in codes),
        examples=[
            OpenApiExample(
                c.name.lower(),
                value={
                    "error": {
                        "code": c.value.code,
                        "message": c.value.en,
                        "detail": "",
                        "field": None,
                        "timestamp": "2026-01-05T10:30:00Z",
                        "request_id": "4f6c1d5b2f0b4e0f9a1e4f6c1d5b2f0b",
                    }
                },
                response_only=True,
            )
            for c in codes
        ],
    )


class AutoSchema(SpectacularAutoSchema):
    """Adds what every operation shares: 401 and 403, Accept-Language, the idempotency key."""

    def get_override_parameters(self) -> list[Any]:
        shared = [OpenApiParameter("Accept-Language", enum=["ko", "en"], location="header")]
        if self.method == "POST":
            shared.append(
                OpenApiParameter("X-Idempotency-Key", OpenApiTypes.STR, location="header")
            )
        return [*super().get_override_parameters(), *shared]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        shared = errors(
            ErrorCode.NOT_AUTHENTICATED, ErrorCode.TOKEN_INVALID, ErrorCode.PERMISSION_DENIED
        )
        for status, response in shared.items():
            if str(status) not in bodies:
                bodies[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    response, str(status), direction=direction
                )
        return bodies
