"""OpenAPI: examples, the error envelope, and the error codes that all operations share."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.plumbing import build_examples_list, build_media_type_object
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation

from common.api.permissions import Access, Declaration
from common.errors import ErrorCode

AUTHENTICATION_ERRORS = (
    ErrorCode.NOT_AUTHENTICATED,
    ErrorCode.TOKEN_INVALID,
    ErrorCode.TOKEN_REVOKED,
    ErrorCode.PERMISSION_DENIED,
    ErrorCode.AUDIT_UNAVAILABLE,
)
SERVER_ERRORS = (ErrorCode.INTERNAL, ErrorCode.UPSTREAM_UNAVAILABLE)
_BODY_ERRORS = (ErrorCode.MALFORMED, ErrorCode.REQUEST_TOO_LARGE, ErrorCode.UNSUPPORTED_MEDIA)
_IDEMPOTENCY_ERRORS = (
    ErrorCode.VALIDATION,
    ErrorCode.IDEMPOTENCY_IN_PROGRESS,
    ErrorCode.IDEMPOTENCY_MISMATCH,
)
_ENVELOPE = {"$ref": "#/components/schemas/ErrorEnvelope"}
_JSON = "application/json"

Object = dict[str, Any]
SerializerClass = TypeVar("SerializerClass", bound=type)


class ErrorBody(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_null=True)
    timestamp = serializers.DateTimeField()
    request_id = serializers.CharField()


class ErrorEnvelope(serializers.Serializer[Any]):
    error = ErrorBody()


def example(value: Any, *, media_type: str = _JSON) -> Callable[[SerializerClass], SerializerClass]:
    """Declare the example of a serializer, for requests and successful responses."""
    shown = OpenApiExample(
        "Example", value, media_type=media_type, status_codes=["200", "201", "202"]
    )
    return extend_schema_serializer(examples=[shown])


def answer(serializer: Any, value: Any, description: str = "") -> OpenApiResponse:
    """A response with its own example."""
    return OpenApiResponse(serializer, description, examples=[OpenApiExample("Example", value)])


def errors(*codes: ErrorCode) -> dict[int, OpenApiResponse]:
    """Error responses for ``extend_schema``: one for each status, listing its codes."""
    return {
        status: OpenApiResponse(ErrorEnvelope, _description(group), examples=_examples(group))
        for status, group in _by_status(codes).items()
    }


def errors_add(responses: Object, codes: Iterable[ErrorCode]) -> None:
    """Add ``codes`` to the responses of a generated operation."""
    for status, group in _by_status(codes).items():
        shown = {"schema": _ENVELOPE, "examples": build_examples_list(_examples(group))}
        response = {"content": {_JSON: shown}, "description": _description(group)}
        known = responses.get(str(status))
        responses[str(status)] = _merged(known, response) if known else response


def _by_status(codes: Iterable[ErrorCode]) -> dict[int, list[ErrorCode]]:
    by_status: dict[int, list[ErrorCode]] = defaultdict(list)
    for code in codes:
        by_status[code.value.status].append(code)
    return by_status


def _description(codes: Sequence[ErrorCode]) -> str:
    return "; ".join(f"{c.value.code} {c.value.en}" for c in codes)


def _examples(codes: Sequence[ErrorCode]) -> list[OpenApiExample]:
    return [
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
    ]


def _merged(known: Object, added: Object) -> Object:
    """Both responses of a status as one; a body other than the error envelope is kept."""
    sentences = [s for r in (known, added) for s in r["description"].split("; ") if s]
    bodies = [r["content"][_JSON] for r in (known, added)]
    schemas = [body["schema"] for body in bodies]
    examples = {name: ex for body in bodies for name, ex in body.get("examples", {}).items()}
    return {
        "content": {
            _JSON: {
                "schema": _ENVELOPE if schemas[0] == _ENVELOPE else {"oneOf": schemas},
                "examples": examples,
            }
        },
        "description": "; ".join(dict.fromkeys(sentences)),
    }


class AutoSchema(SpectacularAutoSchema):
    """Adds what every operation shares: Accept-Language, the idempotency key, common errors."""

    def get_description(self) -> str:  # type: ignore[override]
        """Only what ``extend_schema`` declares: a view's docstring is for engineers."""
        return ""

    @property
    def _public(self) -> bool:
        declared: Declaration = getattr(self.view, "required_permissions", {})
        return declared.get(self.method) is Access.PUBLIC

    def get_override_parameters(self) -> list[Any]:
        shared = [OpenApiParameter("Accept-Language", enum=["ko", "en"], location="header")]
        if self.method == "POST" and not self._public:
            shared.append(
                OpenApiParameter("X-Idempotency-Key", OpenApiTypes.STR, location="header")
            )
        return [*super().get_override_parameters(), *shared]

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Of a DELETE too, if its view names a ``delete_body``: the reason of a removal."""
        body = getattr(self.view, "delete_body", None)
        if self.method != "DELETE" or body is None:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        schema = self.resolve_serializer(body, direction).ref
        examples = self._get_examples(body(), direction, _JSON)  # type: ignore[no-untyped-call]
        return {
            "content": {_JSON: build_media_type_object(schema, examples)},
            "required": True,
        }

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            self.resolve_serializer(ErrorEnvelope, "response")
            errors_add(operation["responses"], self._shared_errors(operation))
            operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _shared_errors(self, operation: Object) -> list[ErrorCode]:
        """The codes of the address, authentication, parsing, paging and the idempotency key."""
        codes = list(SERVER_ERRORS)
        paged = self._is_list_view() and self._get_paginator()  # type: ignore[no-untyped-call]
        if "{" in self.path or paged:
            codes.append(ErrorCode.ROUTE_NOT_FOUND)
        if not self._public:
            codes += AUTHENTICATION_ERRORS
            codes += _IDEMPOTENCY_ERRORS if self.method == "POST" else ()
        if "requestBody" in operation:
            codes += _BODY_ERRORS
        if isinstance(self.view.get_content_negotiator(), DefaultContentNegotiation):
            codes.append(ErrorCode.NOT_ACCEPTABLE)
        if self._is_list_view() and self.get_filter_backends():
            codes.append(ErrorCode.VALIDATION)
        return codes


def share_error_responses(result: Object, **_: Any) -> Object:
    """Postprocessing hook: write each set of error codes once, under components."""
    shared: Object = {}
    for methods in result["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                body = response.get("content", {}).get(_JSON, {})
                if body.get("schema") == _ENVELOPE:
                    name = "_".join(sorted(re.findall(r"ERR_\d+", response["description"])))
                    shared[name] = response
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    result["components"]["responses"] = dict(sorted(shared.items()))
    return result
