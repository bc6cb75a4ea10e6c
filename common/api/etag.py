"""ETag and If-Match over VersionedModel rows."""

from __future__ import annotations

import re

from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import ConflictError, ErrorCode, InvalidInput


def with_etag(response: Response, version: int) -> Response:
    """Set the strong ETag of a row's version."""
    response["ETag"] = f'"{version}"'
    return response


def expected_version(request: Request) -> int:
    """The version in If-Match; ConflictError (428) without one, InvalidInput when malformed."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise ConflictError(ErrorCode.PRECONDITION_REQUIRED, "If-Match is missing", "If-Match")
    tag = re.fullmatch(r'(?:W/)?"?(\d{1,10})"?', header, re.ASCII)
    if tag is None:
        raise InvalidInput(ErrorCode.VALIDATION, "If-Match must be one ETag", "If-Match")
    return int(tag[1])
