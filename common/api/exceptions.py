"""Turns exceptions into error responses: the only place that builds the error envelope."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import (
    PermissionDenied as DjangoPermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.utils.translation import get_language
from redis.exceptions import RedisError
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common import context
from common.errors import AppError, ErrorCode, InvalidInput
from common.ops import counters

logger = logging.getLogger(__name__)

_BY_DRF_TYPE: list[tuple[type[Exception], ErrorCode]] = [
    (drf.NotAuthenticated, ErrorCode.NOT_AUTHENTICATED),
    (drf.AuthenticationFailed, ErrorCode.TOKEN_INVALID),
    (drf.PermissionDenied, ErrorCode.PERMISSION_DENIED),
    (DjangoPermissionDenied, ErrorCode.PERMISSION_DENIED),
    (drf.NotFound, ErrorCode.ROUTE_NOT_FOUND),
    (Http404, ErrorCode.ROUTE_NOT_FOUND),
    (drf.MethodNotAllowed, ErrorCode.METHOD_NOT_ALLOWED),
    (drf.NotAcceptable, ErrorCode.NOT_ACCEPTABLE),
    (drf.UnsupportedMediaType, ErrorCode.UNSUPPORTED_MEDIA),
    (drf.Throttled, ErrorCode.THROTTLED),
    (drf.ParseError, ErrorCode.MALFORMED),
    (RequestDataTooBig, ErrorCode.REQUEST_TOO_LARGE),
    (TooManyFieldsSent, ErrorCode.REQUEST_TOO_LARGE),
    (TooManyFilesSent, ErrorCode.REQUEST_TOO_LARGE),
    (SuspiciousOperation, ErrorCode.MALFORMED),
    (UnreadablePostError, ErrorCode.MALFORMED),
    (OverflowError, ErrorCode.VALIDATION),  # a date that UTC puts before year 1 or after 9999
]
_OUR_SERVERS = (OperationalError, InterfaceError, RedisError)


def envelope(error: AppError) -> dict[str, Any]:
    """The body of an error response."""
    counters.count("cdss_errors", error.code.value.code)
    return {
        "error": {
            "code": error.code.value.code,
            "message": error.message(get_language() or "ko"),
            "detail": error.detail,
            "field": error.field,
            "timestamp": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "request_id": context.current().request_id,
        }
    }


def _first_problem(detail: Any, path: str = "") -> tuple[str | None, str]:
    """The field and message of the first problem in DRF's nested validation detail."""
    if isinstance(detail, dict) and detail:
        key, value = next(iter(detail.items()))
        name = path if key == "non_field_errors" else f"{path}.{key}".strip(".")
        return _first_problem(value, name)
    if isinstance(detail, list) and detail:
        first = next((item for item in detail if item), detail[0])
        return _first_problem(first, path)
    return path or None, str(detail)


def as_app_error(error: Exception) -> AppError:
    """The AppError for any exception; an unexpected one is logged and becomes INTERNAL."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, drf.ValidationError):
        field, sentence = _first_problem(error.detail)
        return InvalidInput(ErrorCode.VALIDATION, sentence, field)
    for kind, code in _BY_DRF_TYPE:
        if isinstance(error, kind):
            return AppError(code)
    if isinstance(error, _OUR_SERVERS):
        number = next((a for a in error.args if isinstance(a, int)), "")
        logger.error(
            "database or redis failed", extra={"error": f"{type(error).__name__} {number}"}
        )
        return AppError(ErrorCode.UPSTREAM_UNAVAILABLE)
    logger.exception("unhandled error", exc_info=error)
    return AppError(ErrorCode.INTERNAL)


def error_response(error: Exception) -> JsonResponse:
    """The error response outside DRF: DICOMweb gateway, Django's error handlers."""
    mapped = as_app_error(error)
    return JsonResponse(envelope(mapped), status=mapped.status, headers=_headers(mapped))


def _headers(error: AppError) -> dict[str, str]:
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return headers


def envelope_handler(error: Exception, _: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER."""
    mapped = as_app_error(error)
    set_rollback()
    headers = _headers(mapped)
    if isinstance(error, drf.Throttled) and getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return Response(envelope(mapped), status=mapped.status, headers=headers)


def bad_request(_: HttpRequest, exception: Exception) -> JsonResponse:
    return error_response(InvalidInput(ErrorCode.MALFORMED))


def permission_denied(_: HttpRequest, exception: Exception) -> JsonResponse:
    return error_response(AppError(ErrorCode.PERMISSION_DENIED))


def not_found(_: HttpRequest, exception: Exception) -> JsonResponse:
    return error_response(AppError(ErrorCode.ROUTE_NOT_FOUND))


def server_error(_: HttpRequest) -> JsonResponse:
    return error_response(AppError(ErrorCode.INTERNAL))
