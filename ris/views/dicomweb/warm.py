"""In front of Django: a request for one frame that was decided before takes the short way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from acct.authentication import claims_of
from common.errors import AppError
from ris.services.dicomweb import accept, warm
from ris.views.accel import frame_headers, frame_response

_UID = r"([0-9.]{1,64})"  # whether it is one is told by finding it
_FRAME = re.compile(
    rf"/api/ris/dicom-web/studies/{_UID}/series/{_UID}/instances/{_UID}/frames/([1-9][0-9]{{0,8}})"
)
_STATUS = {200: "200 OK", 304: "304 Not Modified"}
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{0,45}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


class WarmFrames:
    """WSGI. Whatever it is not sure of, the refusals too, is Django's."""

    def __init__(self, django: WSGIApplication) -> None:
        self._django = django

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = self._headers(environ)
        if headers is None:
            return self._django(environ, start_response)
        status, headers = frame_response(headers, environ.get("HTTP_IF_NONE_MATCH"))
        start_response(_STATUS[status], list(headers.items()))
        return [b""]

    def _headers(self, environ: WSGIEnvironment) -> dict[str, str] | None:
        match = _FRAME.fullmatch(environ["PATH_INFO"])
        if match is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        request_id = environ.get("HTTP_X_REQUEST_ID", "")
        address = environ.get("HTTP_X_REAL_IP", "")
        if scheme != "Bearer" or not _REQUEST_ID.fullmatch(request_id):
            return None
        multipart = accept.any_frame_is_multipart(environ.get("HTTP_ACCEPT"))
        if multipart is None or not _ADDRESS.fullmatch(address):
            return None
        study, series, instance, number = match.groups()
        try:
            claims = claims_of(token)
            frame = warm.frame_find(claims, study, series, instance, int(number), address)
        except AppError:
            return None
        return (
            None
            if frame is None
            else frame_headers(frame, multipart=multipart, boundary=request_id)
        )
