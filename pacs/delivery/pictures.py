"""Pictures that nginx keeps: where they are, and who asks for one that it does not have.

A view decides and records each access and sends nginx to ``/_rendered/PLACE``. nginx answers from
its cache or asks the process that draws, which no client reaches, with the token of that decision.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from hmac import compare_digest
from typing import Any, ClassVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.http import HttpRequest, HttpResponse
from django.views import View

from common.api.exceptions import error_response
from common.api.permissions import Access, Declaration
from common.context import RequestContext, request_context
from common.errors import ErrorCode, NotFound
from common.macs import authenticator
from common.ops.middleware import measured
from pacs.delivery import pixels
from pacs.delivery.rendering import Rendering, rendering_of
from pacs.derived import picture_cache
from pacs.derived.decisions import StoredFrame

TOKEN = "X-Picture-Token"  # noqa: S105  (the name of a header)
TOKEN_S = 300
ROUTE = "rendered-picture"
_PATH = "/_rendered/"
_FAILURE = "pacs.picture_failure"
"""In the WSGI environment: why there is no picture. No header of a request has such a name."""
_mac = authenticator("picture")


def place(frame: StoredFrame, wanted: Rendering) -> str:
    return f"{frame.orthanc_id}/{frame.number - 1}/{frame.version}/{wanted.text()}"


def token(place: str) -> str:
    """Proof that access to the picture was decided, for TOKEN_S seconds."""
    return _token(place, str(int(time.time())))


def _token(place: str, made: str) -> str:
    return f"{made}:{_mac(place.encode(), made.encode())}"


def _check(place: str, proof: str) -> None:
    made = proof.partition(":")[0]
    if not compare_digest(proof.encode(), _token(place, made).encode()) or (
        int(made) + TOKEN_S < time.time()
    ):
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND)


def etag(place: str) -> str:
    orthanc_id, index, version, text = place.split("/")
    return f'"{orthanc_id}-{index}-{version}_{text}"'


class Pictures:
    """WSGI middleware before Django: draws a picture for nginx. Failures are Django's to answer."""

    def __init__(self, django: WSGIApplication) -> None:
        self._django = django

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(_PATH) or environ["REQUEST_METHOD"] != "GET":
            return self._django(environ, start_response)
        begun, request_id = time.monotonic(), environ.get("HTTP_X_REQUEST_ID", "")
        try:
            with request_context(RequestContext(request_id)):
                content, headers = _drawn(
                    path.removeprefix(_PATH), environ.get("HTTP_X_PICTURE_TOKEN", "")
                )
        except Exception as error:  # the view answers it with the envelope
            environ[_FAILURE] = error
            return self._django(environ, start_response)
        measured(ROUTE, "GET", 200, time.monotonic() - begun)
        start_response("200 OK", [*headers.items(), ("Content-Length", str(len(content)))])
        return [content]


class NoPicture(View):
    """Says why ``Pictures`` has drawn none."""

    required_permissions: ClassVar[Declaration] = {"GET": Access.PUBLIC}

    def dispatch(self, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        return error_response(request.META.get(_FAILURE) or NotFound(ErrorCode.ROUTE_NOT_FOUND))


def _drawn(place: str, proof: str) -> tuple[bytes, dict[str, str]]:
    _check(place, proof)
    orthanc_id, index, _, text = place.split("/")
    wanted = rendering_of(text)
    content = pixels.picture(orthanc_id, int(index), wanted)
    headers = {"Content-Type": wanted.media_type, "ETag": etag(place)}
    if not picture_cache.remember(orthanc_id, place):
        headers["X-Not-Kept"] = "1"
    return content, headers
