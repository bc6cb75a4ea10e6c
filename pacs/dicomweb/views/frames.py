"""WADO-RS frames (PS3.18 10.4.1.1.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from django.http import HttpRequest, HttpResponse

from common import context
from common.person import Person
from pacs.delivery import pixels
from pacs.delivery.access_record import AccessRecord
from pacs.delivery.answers import PRIVATE, from_archive
from pacs.derived import decisions
from pacs.derived.addresses import instance_url
from pacs.dicom.transfer_syntaxes import JPHC, OCTETS
from pacs.dicomweb import accept, query
from pacs.dicomweb.frame_answers import (
    MISSING,
    Headers,
    frame_headers,
    frame_response,
)
from pacs.dicomweb.frame_forms import FrameForm, FrameSource
from pacs.dicomweb.views.gateway import Parts
from pacs.dicomweb.views.retrieve import CachesDecision, frames_wanted
from pacs.dicomweb.views.streaming import form_choose, streamed
from pacs.models import Instance


class Frames(CachesDecision):
    """nginx serves single frames, from the frame store or from the archive.

    A list of frames is streamed by this process, except of frames that are packed bits: only the
    archive's DICOMweb plugin can extract those.
    """

    offers = (
        accept.FRAMES,
        accept.Offer("multipart/related", "", JPHC),
        accept.Offer(OCTETS, OCTETS),
        accept.Offer(JPHC, JPHC),
    )

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        target = self.target(access, user, parts)
        wanted = frames_wanted(target, parts)
        image = cast(Instance, target.instance)
        indices = [int(number) - 1 for number in wanted.split(",")]
        form = form_choose(request, image, indices, single=len(indices) == 1)
        if form.source is FrameSource.DECODED:
            return _decoded(request, parts, image, indices, form)
        packed = form.source is FrameSource.ARCHIVE and image.sop_class_uid in decisions.PACKED_BITS
        missing = request.META.get(MISSING) == "archive"
        if len(indices) == 1 and not packed and not missing:
            self.decision_cache(user, target)
            frame = decisions.stored_frame(image, indices[0] + 1)
            headers = frame_headers(frame, form, boundary=context.current().request_id)
            return _conditional(request, headers)
        if form.source is FrameSource.STORE:
            return _streamed(request, parts, form, pixels.frames_htj2k(image, indices))
        if missing or not packed:
            frames = pixels.frames_from_file if missing else pixels.frames_stored
            return _streamed(request, parts, form, frames(image, indices))
        path = query.archive_path(target, f"/frames/{wanted}")
        return from_archive(path, accept=accept.FRAMES.archive_accept)


def _decoded(
    request: HttpRequest, parts: Parts, image: Instance, indices: Sequence[int], form: FrameForm
) -> HttpResponse:
    """Decoded frames; a single frame that the client has (ETag) is not decoded again."""
    if len(indices) > 1:
        return _streamed(request, parts, form, pixels.frames_decoded(image, indices))
    tag = f'"{image.orthanc_id}-{indices[0]}_decoded{"_part" if form.multipart else ""}"'
    headers = {"ETag": tag, "Cache-Control": PRIVATE}
    answer = _conditional(request, headers)
    if answer.status_code == 304:
        return answer
    answer = _streamed(request, parts, form, pixels.frames_decoded(image, indices))
    answer["ETag"] = tag
    return answer


def _conditional(request: HttpRequest, headers: Headers) -> HttpResponse:
    status, headers = frame_response(headers, request.headers.get("If-None-Match"))
    return HttpResponse(status=status, headers=headers)


def _streamed(
    request: HttpRequest, parts: Parts, form: FrameForm, frames: Iterator[bytes]
) -> HttpResponse:
    uids = (parts[f"{level}_instance_uid"] for level in ("study", "series", "sop"))
    instance = instance_url(*uids)
    places = [f"{instance}/frames/{int(number)}" for number in parts["frames"].split(",")]
    return streamed(request, form, ([frame] for frame in pixels.prefetched(frames)), places)
