"""WADO-URI requests (PS3.18 9): parameters and content negotiation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from common.errors import AppError, ErrorCode, InvalidInput
from pacs.delivery.rendering import Rendering, Window
from pacs.dicom.uids import Uid
from pacs.dicomweb import accept, query
from pacs.dicomweb.query import Parameters
from pacs.models import Instance

DICOM = accept.Offer("application/dicom", "application/dicom")
IMAGES = accept.RENDERED
_UIDS = {
    "studyUID": "study_instance_uid",
    "seriesUID": "series_instance_uid",
    "objectUID": "sop_instance_uid",
}
_OF_IMAGES = ("frameNumber", "rows", "columns", "windowCenter", "windowWidth", "imageQuality")
_REFUSED = ("anonymize", "annotation", "region", "presentationUID", "presentationSeriesUID")
_NUMBER = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,6})?", re.ASCII)

_SIZE = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class WadoUriRequest:
    """A parsed request; ``uids``: the UIDs by the field names of the index."""

    uids: dict[str, Uid]
    options: Mapping[str, str]


def request_parse(parameters: Parameters) -> WadoUriRequest:
    """Parse the parameters; unknown ones are ignored.

    Raises InvalidInput (400), also for parameters that are defined but not supported and would
    change the image, such as ``anonymize``.
    """
    for name, values in parameters.items():
        if name in _REFUSED:
            raise _invalid("is not supported", name)
        if len(values) > 1:
            raise _invalid("is given twice", name)
    options = {name: values[0] for name, values in parameters.items()}
    if options.get("requestType") != "WADO":
        raise _invalid("must be WADO", "requestType")
    return WadoUriRequest({field: _uid(options, name) for name, field in _UIDS.items()}, options)


def _uid(options: Mapping[str, str], name: str) -> Uid:
    try:
        return Uid(options.get(name, ""))
    except ValueError:
        raise _invalid("is not a UID", name) from None


def offer_choose(asked: WadoUriRequest, image: Instance, accept_header: str | None) -> accept.Offer:
    """Negotiate by contentType, else by Accept; the default is JPEG for images.

    Raises AppError (406), InvalidInput (400).
    """
    offers = (*IMAGES, DICOM) if image.rows else (DICOM,)
    offer = accept.negotiate(asked.options.get("contentType") or accept_header, offers)
    syntax = asked.options.get("transferSyntax", "*")
    if offer is DICOM and syntax not in ("*", image.transfer_syntax_uid):
        raise AppError(
            ErrorCode.NOT_ACCEPTABLE,
            "only the stored transfer syntax is available",
            "transferSyntax",
        )
    unfit = ("transferSyntax",) if offer is not DICOM else _OF_IMAGES
    for name in unfit:
        if name in asked.options:
            raise _invalid(f"has no meaning for {offer.media_type}", name)
    return offer


def frame_number(asked: WadoUriRequest, image: Instance) -> int:
    """The requested frame number, 1 if there is none. Raises InvalidInput (400)."""
    number = asked.options.get("frameNumber", "1")
    if not re.fullmatch(r"[0-9]{1,9}", number, re.ASCII):
        raise _invalid("must be a whole number", "frameNumber")
    return int(query.frames_parse(number, image.frames))


def rendering(asked: WadoUriRequest, image: Instance) -> Rendering:
    """Parse the rendering parameters. Raises InvalidInput (400)."""
    quality = asked.options.get("imageQuality", "")
    if quality and not (_SIZE.fullmatch(quality) and int(quality) <= 100):
        raise _invalid("a number from 1 to 100", "imageQuality")
    return Rendering(
        viewport=_viewport(asked.options, image),
        window=_window(asked.options),
        quality=int(quality) if quality else None,
    )


def _viewport(options: Mapping[str, str], image: Instance) -> tuple[int, int] | None:
    """The largest size within ``rows`` and ``columns`` that keeps the aspect ratio."""
    height, width = image.rows or 1, image.columns or 1
    scales = []
    for name, size in (("rows", height), ("columns", width)):
        if name not in options:
            continue
        if not _SIZE.fullmatch(options[name]) or int(options[name]) > query.MAX_VIEWPORT:
            raise _invalid(f"a number from 1 to {query.MAX_VIEWPORT}", name)
        scales.append(int(options[name]) / size)
    if not scales:
        return None
    viewport = max(1, round(width * min(scales))), max(1, round(height * min(scales)))
    if max(viewport) > query.MAX_VIEWPORT:
        raise _invalid(f"larger than {query.MAX_VIEWPORT} pixels", "rows, columns")
    return viewport


def _window(options: Mapping[str, str]) -> Window | None:
    center, width = options.get("windowCenter"), options.get("windowWidth")
    if center is None and width is None:
        return None
    if center is None or width is None:
        raise _invalid("must be given together", "windowCenter, windowWidth")
    if not (_NUMBER.fullmatch(center) and _NUMBER.fullmatch(width)) or float(width) < 1:
        raise _invalid("two numbers, the width at least 1", "windowCenter, windowWidth")
    return Window(float(center), float(width), "linear")


def _invalid(detail: str, name: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, detail, name)
