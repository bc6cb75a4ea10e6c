"""WSGI middleware before Django: serves a frame or a picture whose access decision is cached."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from acct.authentication import Claims, claims_of
from common.errors import AppError, ExternalError
from pacs.delivery.answers import picture_headers
from pacs.derived import decisions
from pacs.derived.decisions import FrameKind, StoredFrame
from pacs.dicom.uids import UID_REGEX
from pacs.dicomweb.frame_answers import MISSING, Headers, frame_headers, frame_response
from pacs.dicomweb.frame_forms import QuickForms, accept_of, quick_forms
from pacs.dicomweb.picture_request import quick_parse
from pacs.dicomweb.query import THUMBNAIL_VIEWPORT

_UID = rf"({UID_REGEX})"  # an invalid UID is not in the cache
_PATH = re.compile(
    rf"/api/ris/dicom-web/studies/{_UID}/series/{_UID}/instances/{_UID}"
    r"(?:/frames/([1-9][0-9]{0,8}))?(/rendered|/thumbnail)?"
)
_VIEWPORTS = {"/rendered": "", "/thumbnail": THUMBNAIL_VIEWPORT}
WAIT_STEP_S, WAIT_STEPS = 0.005, 20
_STATUS = {200: "200 OK", 304: "304 Not Modified"}
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{0,45}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _Form:
    """``kinds``: of the frames that can be answered; ``headers``: of the answer for one."""

    kinds: Iterable[FrameKind]
    headers: Callable[[StoredFrame], Headers]


@dataclass(frozen=True, slots=True)
class _Request:
    """A request for one frame or its picture that a cached decision may answer."""

    claims: Claims
    study: str
    series: str
    instance: str
    number: int
    address: str
    form: _Form

    def find(self) -> Headers | None:
        """The response headers from the cached decision; None if there is none."""
        frame = decisions.frame_find(
            self.claims,
            self.study,
            self.series,
            self.instance,
            self.number,
            self.address,
            kinds=self.form.kinds,
        )
        return None if frame is None else self.form.headers(frame)


class CachedFrames:
    """WSGI application. Everything without a cached permission goes to Django, refusals too."""

    def __init__(self, django: WSGIApplication) -> None:
        self._django = django

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = _request(environ)
        if asked is None:
            return self._django(environ, start_response)
        try:
            headers = asked.find()
            if headers is None:
                with decisions.decision_lock(asked.claims, asked.study, asked.series) as alone:
                    headers = None if alone else _wait(asked)
                    if headers is None:
                        return self._django(environ, start_response)
        except ExternalError:
            return self._django(environ, start_response)
        status, headers = frame_response(headers, environ.get("HTTP_IF_NONE_MATCH"))
        start_response(_STATUS[status], list(headers.items()))
        return [b""]


def _wait(asked: _Request) -> Headers | None:
    """Poll for the decision that another request is making now."""
    for _ in range(WAIT_STEPS):
        time.sleep(WAIT_STEP_S)
        headers = asked.find()
        if headers is not None:
            return headers
    return None


def _request(environ: WSGIEnvironment) -> _Request | None:
    match = _PATH.fullmatch(environ["PATH_INFO"])
    if match is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    study, series, instance, number, suffix = match.groups()
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    request_id = environ.get("HTTP_X_REQUEST_ID", "")
    address = environ.get("HTTP_X_REAL_IP", "")
    if scheme != "Bearer" or not _REQUEST_ID.fullmatch(request_id):
        return None
    if not _ADDRESS.fullmatch(address) or MISSING in environ:
        return None
    form = _picture_form(environ, suffix) if suffix else _frame_form(environ, number, request_id)
    if form is None:
        return None
    try:
        claims = claims_of(token)
    except AppError:
        return None
    return _Request(claims, study, series, instance, int(number or 1), address, form)


def _picture_form(environ: WSGIEnvironment, suffix: str) -> _Form | None:
    accepted, query_string = environ.get("HTTP_ACCEPT"), environ.get("QUERY_STRING", "")
    wanted = quick_parse(accepted, query_string, _VIEWPORTS[suffix])
    return _Form(FrameKind, partial(picture_headers, wanted=wanted)) if wanted else None


def _frame_form(environ: WSGIEnvironment, number: str | None, request_id: str) -> _Form | None:
    accepted = accept_of(environ.get("HTTP_ACCEPT"), environ.get("QUERY_STRING", ""))
    forms = quick_forms(accepted) if number else None
    return _Form(forms, partial(_frame_headers, forms, request_id)) if forms else None


def _frame_headers(forms: QuickForms, boundary: str, frame: StoredFrame) -> Headers:
    return frame_headers(frame, forms[frame.kind], boundary=boundary)
