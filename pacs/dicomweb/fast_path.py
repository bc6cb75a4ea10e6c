"""WSGI middleware before Django: serves a frame whose access decision is cached."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from acct.authentication import Claims, claims_of
from common.errors import AppError, ExternalError
from pacs.derived import decisions
from pacs.dicom.uids import UID_REGEX
from pacs.dicomweb.frame_answers import MISSING, frame_headers, frame_response
from pacs.dicomweb.frame_forms import QuickForms, accept_of, quick_forms

_UID = rf"({UID_REGEX})"  # an invalid UID is not in the cache
_FRAME = re.compile(
    rf"/api/ris/dicom-web/studies/{_UID}/series/{_UID}/instances/{_UID}/frames/([1-9][0-9]{{0,8}})"
)
WAIT_STEP_S, WAIT_STEPS = 0.005, 20
_STATUS = {200: "200 OK", 304: "304 Not Modified"}
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{0,45}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _FrameRequest:
    """A request for one frame that a cached decision may answer."""

    claims: Claims
    study: str
    series: str
    instance: str
    number: int
    address: str
    request_id: str
    forms: QuickForms

    def find(self) -> dict[str, str] | None:
        """The response headers from the cached decision; None if there is none."""
        frame = decisions.frame_find(
            self.claims,
            self.study,
            self.series,
            self.instance,
            self.number,
            self.address,
            kinds=self.forms,
        )
        if frame is None:
            return None
        return frame_headers(frame, self.forms[frame.kind], boundary=self.request_id)


class CachedFrames:
    """WSGI application. Everything without a cached permission goes to Django, refusals too."""

    def __init__(self, django: WSGIApplication) -> None:
        self._django = django

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        frame = _frame_request(environ)
        if frame is None:
            return self._django(environ, start_response)
        try:
            headers = frame.find()
            if headers is None:
                with decisions.decision_lock(frame.claims, frame.study, frame.series) as alone:
                    headers = None if alone else _wait(frame)
                    if headers is None:
                        return self._django(environ, start_response)
        except ExternalError:
            return self._django(environ, start_response)
        status, headers = frame_response(headers, environ.get("HTTP_IF_NONE_MATCH"))
        start_response(_STATUS[status], list(headers.items()))
        return [b""]


def _wait(frame: _FrameRequest) -> dict[str, str] | None:
    """Poll for the decision that another request is making now."""
    for _ in range(WAIT_STEPS):
        time.sleep(WAIT_STEP_S)
        headers = frame.find()
        if headers is not None:
            return headers
    return None


def _frame_request(environ: WSGIEnvironment) -> _FrameRequest | None:
    match = _FRAME.fullmatch(environ["PATH_INFO"])
    if match is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    request_id = environ.get("HTTP_X_REQUEST_ID", "")
    address = environ.get("HTTP_X_REAL_IP", "")
    if scheme != "Bearer" or not _REQUEST_ID.fullmatch(request_id):
        return None
    forms = quick_forms(accept_of(environ.get("HTTP_ACCEPT"), environ.get("QUERY_STRING", "")))
    if not forms or not _ADDRESS.fullmatch(address) or MISSING in environ:
        return None
    try:
        claims = claims_of(token)
    except AppError:
        return None
    study, series, instance, number = match.groups()
    return _FrameRequest(claims, study, series, instance, int(number), address, request_id, forms)
