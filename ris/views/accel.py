"""Answers that nginx fills from the archive (X-Accel-Redirect): no image passes through Python."""

from __future__ import annotations

from django.http import HttpResponse

from ris.services.dicomweb import accept
from ris.services.dicomweb.warm import StoredFrame

Headers = dict[str, str]


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


def from_file(name: str, *, content_type: str) -> HttpResponse:
    """``name``.gz below CDSS_DATA_DIR; nginx unpacks it for a client that wants it so."""
    response = HttpResponse(content_type=content_type)
    response["X-Accel-Redirect"] = f"/_packed/{name}"
    response["Cache-Control"] = "private, no-cache"
    return response


def frame_etag(location: str) -> str:
    """The same as nginx makes of it ($etag), which does not pass ours on."""
    _, kind, orthanc_id, index = location.split("/")
    return f'"{orthanc_id}-{index}{kind.removeprefix("_frame")}"'


def frame_response(headers: Headers, if_none_match: str | None) -> tuple[int, Headers]:
    """200 with the frame, or 304 when the browser has it: decided and recorded all the same.

    nginx calls the tag weak (``W/``) where it writes around the bytes.
    """
    if (if_none_match or "").removeprefix("W/") != headers["ETag"]:
        return 200, headers
    return 304, {name: headers[name] for name in ("ETag", "Cache-Control")}


def frame_headers(frame: StoredFrame, *, multipart: bool, boundary: str) -> Headers:
    """One frame as the archive stores it: nginx has it in its cache or fetches it.

    nginx also writes the head and the tail of the one part, with ``boundary``: its own request id.
    """
    media_type = accept.frame_media_type(frame.transfer_syntax_uid)
    part = f"{media_type}; transfer-syntax={frame.transfer_syntax_uid}"
    location = f"/_frame{'_part' if multipart else ''}/{frame.orthanc_id}/{frame.number - 1}"
    headers = {
        "X-Accel-Redirect": location,
        "Cache-Control": "private, no-cache",
        "ETag": frame_etag(location),
    }
    if not multipart:
        return headers | {"Content-Type": part}
    return headers | {
        "X-Part-Type": part,
        "Content-Type": f'multipart/related; type="{media_type}"; boundary={boundary}',
    }
