"""Receive a multipart/related request body (RFC 2387): each part becomes a file on disk."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from common.api.uploads import ReceivedFile, SpoolHandler
from common.errors import ErrorCode, InvalidInput
from common.http.related_parser import malformed, parse_related


class _Body:
    """The request body. Django cannot find the end of a chunked one (RFC 9112 7.1)."""

    def __init__(self, request: HttpRequest) -> None:
        terminated = request.META.get("wsgi.input_terminated")
        self._stream = request.META["wsgi.input"] if terminated else request

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except OSError as error:
            raise UnreadablePostError(str(error)) from None
        return data


def boundary_of(request: HttpRequest, part_type: str) -> str:
    """The boundary of a body whose parts have the type ``part_type``, from the request headers.

    Raises InvalidInput: 415 for another Content-Type or a Content-Encoding, 400 without a boundary.
    """
    parameters = {name.lower(): value for name, value in (request.content_params or {}).items()}
    multipart = request.content_type == "multipart/related"
    packed = request.headers.get("Content-Encoding", "identity").strip().lower() != "identity"
    if not multipart or parameters.get("type", part_type).lower() != part_type:
        raise InvalidInput(
            ErrorCode.UNSUPPORTED_MEDIA, f'send multipart/related; type="{part_type}"'
        )
    if packed:
        raise InvalidInput(ErrorCode.UNSUPPORTED_MEDIA, "send it without Content-Encoding")
    if not parameters.get("boundary"):
        raise malformed("Content-Type names no boundary")
    return str(parameters["boundary"])


def receive_parts(request: HttpRequest, handler: SpoolHandler, boundary: str) -> list[ReceivedFile]:
    """Write each part to disk; the file names are the numbers of the parts, from 1.

    Raises InvalidInput: 400 for a malformed or incomplete body, 413 for too many parts.
    """
    files: list[ReceivedFile] = []
    for number, part in enumerate(parse_related(_Body(request), boundary), 1):
        if number > settings.DATA_UPLOAD_MAX_NUMBER_FILES:
            raise InvalidInput(ErrorCode.REQUEST_TOO_LARGE, "too many parts")
        size = 0
        handler.new_file("", str(number), part.content_type, None)
        for chunk in part.chunks():
            handler.receive_data_chunk(chunk, size)
            size += len(chunk)
        files.append(handler.file_complete(size))
    return files
