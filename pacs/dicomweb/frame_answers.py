"""One frame's answer: headers that let nginx fetch it, write the multipart around it and tag it."""

from __future__ import annotations

from pacs.delivery.answers import PRIVATE
from pacs.derived.decisions import StoredFrame
from pacs.dicom.transfer_syntaxes import media_type
from pacs.dicomweb.frame_forms import FrameForm, FrameSource

Headers = dict[str, str]
MISSING = "HTTP_X_FRAME_MISSING"
"""In the environment of a request that nginx sends again because it did not find the file."""
_PLACES = {FrameSource.ARCHIVE: "/_frame", FrameSource.STORE: "/_frame_htj2k"}


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


def frame_headers(frame: StoredFrame, form: FrameForm, *, boundary: str) -> Headers:
    """One frame as the archive stores it, which nginx has in its cache or fetches, or a file of
    our own.

    nginx also writes the head and the tail of the one part, with ``boundary``: its own request id.
    """
    syntax = form.transfer_syntax_uid or frame.transfer_syntax_uid
    kind = _PLACES[form.source] + ("_part" if form.multipart else "")
    location = f"{kind}/{frame.orthanc_id}/{frame.number - 1}"
    part = part_type(syntax)
    headers = {
        "X-Accel-Redirect": location,
        "Cache-Control": PRIVATE,
        "ETag": frame_etag(location),
    }
    if not form.multipart:
        return headers | {"Content-Type": part}
    return headers | {"X-Part-Type": part, "Content-Type": related_type(syntax, boundary)}


def part_type(transfer_syntax_uid: str) -> str:
    """The Content-Type of one frame."""
    return f"{media_type(transfer_syntax_uid)}; transfer-syntax={transfer_syntax_uid}"


def related_type(transfer_syntax_uid: str, boundary: str) -> str:
    """The Content-Type of frames in multipart/related."""
    return f'multipart/related; type="{media_type(transfer_syntax_uid)}"; boundary={boundary}'
