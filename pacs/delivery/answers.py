"""Responses with images: sent by nginx (X-Accel-Redirect)."""

from __future__ import annotations

from django.http import HttpResponse

from common.errors import AppError, ErrorCode
from pacs.delivery import pictures, pixels
from pacs.delivery.rendering import Rendering
from pacs.derived.decisions import StoredFrame, stored_frame
from pacs.models import Instance

PRIVATE = "private, no-cache"


def from_archive(path: str, *, accept: str, content_type: str | None = None) -> HttpResponse:
    """Let nginx fetch ``path`` from the archive with the Accept header ``accept``.

    Without ``content_type`` the response has the Content-Type of the archive.
    """
    response = HttpResponse(content_type=content_type)
    if content_type is None:
        del response["Content-Type"]
    response["X-Accel-Redirect"] = f"/_orthanc/{path}"
    response["X-Orthanc-Accept"] = accept
    response["Cache-Control"] = PRIVATE
    return response


def from_file(name: str, *, content_type: str) -> HttpResponse:
    """Let nginx send the file ``name``.gz of CDSS_DATA_DIR; it decompresses it if necessary."""
    response = HttpResponse(content_type=content_type)
    response["X-Accel-Redirect"] = f"/_packed/{name}"
    response["Cache-Control"] = PRIVATE
    return response


def rendered(image: Instance, index: int, wanted: Rendering) -> HttpResponse:
    """Let nginx send the picture of frame ``index`` (from 0): its own copy, or drawn by us now.

    Raises AppError (406) for what has no pixels or too many.
    """
    if not image.rows or not image.columns:
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "the instance has no image")
    pixels.size_check(image)
    frame = stored_frame(image, index + 1)
    response = HttpResponse(headers=picture_headers(frame, wanted))
    del response["Content-Type"]
    return response


def picture_headers(frame: StoredFrame, wanted: Rendering) -> dict[str, str]:
    place = pictures.place(frame, wanted)
    return {
        "X-Accel-Redirect": f"/_rendered/{place}",
        pictures.TOKEN: pictures.token(place),
        "Cache-Control": PRIVATE,
        "ETag": pictures.etag(place),
    }
