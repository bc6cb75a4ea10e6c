"""Frames and bulk data streamed by this process, one frame in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from common import context
from pacs.choices import Htj2k
from pacs.delivery import pixels
from pacs.delivery.answers import PRIVATE
from pacs.dicom.transfer_syntaxes import frame_syntax
from pacs.dicomweb import frame_forms
from pacs.dicomweb.frame_answers import MISSING, part_type, related_body, related_type
from pacs.dicomweb.frame_forms import FrameForm
from pacs.models import Instance


def form_choose(
    request: HttpRequest, image: Instance, indices: Sequence[int], *, single: bool
) -> FrameForm:
    """The form of the frames that the client prefers. Raises AppError (406)."""
    if image.htj2k == Htj2k.STORED and (
        request.META.get(MISSING) == "store"
        if len(indices) == 1
        else not pixels.frames_exist(image, indices)
    ):
        pixels.frames_requeue(image)
    header = frame_forms.accept_of(request.headers.get("Accept"), request.META["QUERY_STRING"])
    syntax = frame_syntax(image.transfer_syntax_uid)
    stored = frame_forms.StoredImage(syntax, image.htj2k == Htj2k.STORED)
    return frame_forms.frame_form(header, stored, single=single)


def streamed(
    request: HttpRequest,
    form: FrameForm,
    contents: Iterator[Iterable[bytes]],
    locations: Sequence[str],
) -> HttpResponse:
    """A response of parts, or of a single body. ``contents``: the chunks of each part."""
    boundary = context.current().request_id
    kind = part_type(form.transfer_syntax_uid)
    headers = {
        "Content-Type": related_type(form.transfer_syntax_uid, boundary)
        if form.multipart
        else kind,
        "Cache-Control": PRIVATE,
        "Vary": "Authorization, Accept",
    }
    if not form.multipart:
        headers["Content-Location"] = locations[0]
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    body = (
        related_body(contents, locations, kind, boundary)
        if form.multipart
        else chain.from_iterable(contents)
    )
    answer: HttpResponseBase = StreamingHttpResponse(body, headers=headers)
    return cast(HttpResponse, answer)
