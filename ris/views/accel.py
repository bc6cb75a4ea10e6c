"""Answers that nginx fills from the archive (X-Accel-Redirect): no image passes through Python."""

from __future__ import annotations

from django.http import HttpResponse


def from_archive(path: str, *, accept: str, content_type: str | None = None) -> HttpResponse:
    """``path`` below the archive's root; ``accept`` is what the archive is asked with.

    Without ``content_type`` there is none at all, so that the archive's own is the only one.
    """
    response = HttpResponse(content_type=content_type)
    if content_type is None:
        del response["Content-Type"]
    response["X-Accel-Redirect"] = f"/_orthanc/{path}"
    response["X-Orthanc-Accept"] = accept
    response["Cache-Control"] = "private, no-cache"
    return response
