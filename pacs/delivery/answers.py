"""Answers with images: filled by nginx from the archive (X-Accel-Redirect) or rendered here."""

from __future__ import annotations

from django.http import HttpResponse

from pacs.delivery.rendering import Rendering, image_render
from pacs.dicom.transfer_syntaxes import HTJ2K_SYNTAXES
from pacs.models import Instance

PRIVATE = "private, no-cache"


def from_archive(path: str, *, accept: str, content_type: str | None = None) -> HttpResponse:
    """``path`` below the archive's root; ``accept`` is what the archive is asked with.

    Without ``content_type`` there is none at all, so that the archive's own is the only one.
    """
    response = HttpResponse(content_type=content_type)
    if content_type is None:
        del response["Content-Type"]
    response["X-Accel-Redirect"] = f"/_orthanc/{path}"
    response["X-Orthanc-Accept"] = accept
    response["Cache-Control"] = PRIVATE
    return response


def from_file(name: str, *, content_type: str) -> HttpResponse:
    """``name``.gz below CDSS_DATA_DIR; nginx unpacks it for a client that wants it so."""
    response = HttpResponse(content_type=content_type)
    response["X-Accel-Redirect"] = f"/_packed/{name}"
    response["Cache-Control"] = PRIVATE
    return response


def is_rendered_here(image: Instance) -> bool:
    """Not by the archive, which does not know HTJ2K."""
    return image.transfer_syntax_uid in HTJ2K_SYNTAXES


def rendered(image: Instance, index: int, media_type: str, wanted: Rendering) -> HttpResponse:
    """Frame ``index`` from 0. Raises AppError (406), ExternalError."""
    picture = image_render(image, index, media_type, wanted)
    return HttpResponse(picture, media_type, headers={"Cache-Control": PRIVATE})
