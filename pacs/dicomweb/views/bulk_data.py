"""Bulk data of an attribute (PS3.18 10.4.1.1.5), always in little endian."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.http import HttpRequest, HttpResponse
from pydicom.uid import ExplicitVRLittleEndian

from common.errors import AppError, ErrorCode
from pacs.delivery import pixels
from pacs.derived.addresses import instance_url
from pacs.derived.bulk_values import bulk_value
from pacs.derived.decisions import PACKED_BITS
from pacs.dicom.structure import PIXEL_DATA
from pacs.dicomweb import accept
from pacs.dicomweb.frame_forms import FrameForm, FrameSource
from pacs.dicomweb.views.gateway import FromArchive, Parts
from pacs.dicomweb.views.streaming import form_choose, streamed
from pacs.index.studies import Target
from pacs.models import Instance


class BulkData(FromArchive):
    """``bulkdata`` is the attribute's path: ``7FE00010`` or ``52009229/1/00280030``."""

    offers = accept.BULK_DATA

    def from_archive(self, request: HttpRequest, target: Target, parts: Parts) -> HttpResponse:
        image = cast(Instance, target.instance)
        uids = (parts[f"{level}_instance_uid"] for level in ("study", "series", "sop"))
        instance = instance_url(*uids)
        path = [int(step, 10 if at % 2 else 16) for at, step in enumerate(_steps(parts))]
        if path == [PIXEL_DATA] and image.rows and image.sop_class_uid not in PACKED_BITS:
            return _pixel_data(request, image, instance, parts)
        native = frozenset({ExplicitVRLittleEndian})
        offer = accept.negotiate(request.headers.get("Accept"), self.offers, lambda: native)
        form = FrameForm(FrameSource.ARCHIVE, ExplicitVRLittleEndian, bool(offer.part))
        value = bulk_value(image, path)
        return streamed(request, form, iter([[value]]), [_location(instance, parts)])


def _steps(parts: Parts) -> list[str]:
    return parts["bulkdata"].split("/")


def _location(instance: str, parts: Parts) -> str:
    return f"{instance}/bulkdata/{parts['bulkdata']}"


def _pixel_data(request: HttpRequest, image: Instance, instance: str, parts: Parts) -> HttpResponse:
    """Native pixels are one part; of compressed ones each frame is one (PS3.18 8.7.3.3)."""
    indices = range(image.frames)
    form = form_choose(request, image, indices, single=True)
    frames = pixels.prefetched(_frames(image, indices, form))
    if form.transfer_syntax_uid == ExplicitVRLittleEndian:
        return streamed(request, form, iter([frames]), [_location(instance, parts)])
    if not form.multipart and len(indices) > 1:
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "several frames need multipart/related", "Accept")
    places = [f"{instance}/frames/{index + 1}" for index in indices]
    return streamed(request, form, ([frame] for frame in frames), places)


def _frames(image: Instance, indices: range, form: FrameForm) -> Iterator[bytes]:
    if form.source is FrameSource.DECODED:
        return pixels.frames_decoded(image, indices)
    if form.source is FrameSource.STORE:
        return pixels.frames_htj2k(image, indices)
    return pixels.frames_stored(image, indices)
