"""Response headers for one frame: with them nginx fetches it and adds the multipart boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pacs.delivery.answers import PRIVATE
from pacs.derived.decisions import StoredFrame
from pacs.dicom.transfer_syntaxes import media_type
from pacs.dicomweb.frame_forms import FrameForm, FrameSource

Headers = dict[str, str]
MISSING = "HTTP_X_FRAME_MISSING"
"""Set in the WSGI environment if nginx repeats a request because the frame is not where it looked:
``store`` if its file does not exist, ``archive`` if the archive cannot find it in the instance."""
_PLACES = {FrameSource.ARCHIVE: "/_frame", FrameSource.STORE: "/_frame_htj2k"}


def frame_etag(location: str) -> str:
    """The ETag that nginx sets ($etag), because it does not pass on ours."""
    _, kind, orthanc_id, index = location.split("/")
    return f'"{orthanc_id}-{index}{kind.removeprefix("_frame")}"'


def frame_response(headers: Headers, if_none_match: str | None) -> tuple[int, Headers]:
    """Status and headers: 200, or 304 if the client has the frame. Access is checked either way.

    nginx makes the ETag weak (``W/``) if it adds multipart boundaries.
    """
    if (if_none_match or "").removeprefix("W/") != headers["ETag"]:
        return 200, headers
    return 304, {name: headers[name] for name in ("ETag", "Cache-Control")}


def frame_headers(frame: StoredFrame, form: FrameForm, *, boundary: str) -> Headers:
    """Headers for a frame from the archive (cached by nginx) or from the HTJ2K frame store.

    nginx writes the header and the end of the single part itself; ``boundary`` is its request id.
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
    """The Content-Type of a frame."""
    return f"{media_type(transfer_syntax_uid)}; transfer-syntax={transfer_syntax_uid}"


def related_body(
    contents: Iterable[Iterable[bytes]], locations: Iterable[str], content_type: str, boundary: str
) -> Iterator[bytes]:
    """The body of a multipart/related response: the chunks of each part, and their URLs."""
    for content, location in zip(contents, locations, strict=True):
        head = f"Content-Type: {content_type}\r\nContent-Location: {location}\r\n\r\n"
        yield f"--{boundary}\r\n{head}".encode()
        yield from content
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def related_type(transfer_syntax_uid: str, boundary: str) -> str:
    """The Content-Type of a multipart/related body of frames."""
    return f'multipart/related; type="{media_type(transfer_syntax_uid)}"; boundary={boundary}'
