"""Responses with images: sent by nginx (X-Accel-Redirect) or rendered in this process."""

from __future__ import annotations

from django.http import HttpResponse

from pacs.delivery.rendering import Rendering, image_render
from pacs.dicom.transfer_syntaxes import HTJ2K_SYNTAXES
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


def is_rendered_here(image: Instance) -> bool:
    """Whether this process renders the image: the archive does not support HTJ2K."""
    return image.transfer_syntax_uid in HTJ2K_SYNTAXES


def rendered(image: Instance, index: int, media_type: str, wanted: Rendering) -> HttpResponse:
    """Render frame ``index`` (from 0). Raises AppError (406), ExternalError."""
    picture = image_render(image, index, media_type, wanted)
    return HttpResponse(picture, media_type, headers={"Cache-Control": PRIVATE})
