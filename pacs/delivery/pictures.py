"""Pictures that nginx keeps: where they are, and who asks for one that it does not have.

A view decides and records each access and sends nginx to ``/_rendered/PLACE``. nginx answers from
its cache or asks the view below, which no client reaches, with the token of that decision.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.views import View

from common.api.exceptions import error_response
from common.api.permissions import Access, Declaration
from common.errors import ErrorCode, NotFound
from pacs.delivery import pixels
from pacs.delivery.rendering import Rendering, rendering_of
from pacs.derived import picture_cache
from pacs.derived.decisions import StoredFrame

TOKEN = "X-Picture-Token"  # noqa: S105  (the name of a header)
TOKEN_S = 300
_signer = TimestampSigner(salt="pacs.pictures")


def place(frame: StoredFrame, wanted: Rendering) -> str:
    return f"{frame.orthanc_id}/{frame.number - 1}/{frame.version}/{wanted.text()}"


def token(place: str) -> str:
    """Proof that access to the picture was decided, for TOKEN_S seconds."""
    return _signer.sign(place)[len(place) + 1 :]


def etag(place: str) -> str:
    orthanc_id, index, version, text = place.split("/")
    return f'"{orthanc_id}-{index}-{version}_{text}"'


class Picture(View):
    """Draws a picture for nginx."""

    required_permissions: ClassVar[Declaration] = {"GET": Access.PUBLIC}

    def dispatch(self, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        try:
            return _picture(parts["place"], request.headers.get(TOKEN, ""))
        except Exception as error:  # every error is answered with the envelope
            return error_response(error)


def _picture(place: str, proof: str) -> HttpResponse:
    try:
        _signer.unsign(f"{place}:{proof}", max_age=TOKEN_S)
    except BadSignature:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND) from None
    orthanc_id, index, _, text = place.split("/")
    wanted = rendering_of(text)
    content = pixels.picture(orthanc_id, int(index), wanted)
    headers = {"ETag": etag(place)}
    if not picture_cache.remember(orthanc_id, place):
        headers["X-Not-Kept"] = "1"
    return HttpResponse(content, wanted.media_type, headers=headers)
