"""Content negotiation (PS3.18 8.7).

The client's Accept header is never passed to the archive: it could make the archive transcode,
which can crash it. The archive is always requested to return the stored transfer syntax.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http.request import MediaType

from common.errors import AppError, ErrorCode

_MAX_LENGTH = 1000
StoredSyntaxes = Callable[[], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A media type in which the gateway can respond.

    ``archive_accept``: the Accept header of the request to the archive; ``part``: the type of the
    parts of multipart/related. Frames are negotiated in ``frame_forms``.
    """

    media_type: str
    archive_accept: str
    part: str = ""


DICOM_JSON = (
    Offer("application/dicom+json", "application/dicom+json"),
    Offer("application/json", "application/dicom+json"),
)
DICOM_INSTANCES = (
    Offer(
        "multipart/related",
        'multipart/related; type="application/dicom"; transfer-syntax=*',
        "application/dicom",
    ),
)
FRAMES = Offer(
    "multipart/related",
    'multipart/related; type="application/octet-stream"; transfer-syntax=*',
    "application/octet-stream",
)
BULK_DATA = (
    Offer(
        "multipart/related",
        'multipart/related; type="application/octet-stream"',
        "application/octet-stream",
    ),
    Offer("application/octet-stream", "application/octet-stream"),
)
RENDERED = (Offer("image/jpeg", "image/jpeg"), Offer("image/png", "image/png"))


def negotiate(
    header: str | None, offers: Sequence[Offer], stored: StoredSyntaxes = frozenset
) -> Offer:
    """The offer that the client prefers; the first one if there is no Accept header.

    ``stored`` returns the transfer syntaxes of the target; it is called only if the client names
    a transfer syntax. Without one the client accepts any. Raises AppError (406).
    """
    for accepted in accept_ranges(header):
        for offer in offers:
            if _matches(accepted, offer, stored):
                return offer
    names = ", ".join(f"{o.media_type}; type={o.part}" if o.part else o.media_type for o in offers)
    raise AppError(ErrorCode.NOT_ACCEPTABLE, f"available: {names}", "Accept")


def accept_ranges(header: str | None) -> list[MediaType]:
    """The media ranges of the Accept header, in order of preference."""
    if not header:
        return [MediaType("*/*")]
    if len(header) > _MAX_LENGTH:
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "the Accept header is too long", "Accept")
    try:
        ranges = [MediaType(text) for text in header.split(",") if text.strip()]
    except ValueError:
        raise AppError(
            ErrorCode.NOT_ACCEPTABLE, "the Accept header is malformed", "Accept"
        ) from None
    return sorted((r for r in ranges if r.quality > 0), key=lambda r: r.quality, reverse=True)


def _matches(accepted: MediaType, offer: Offer, stored: StoredSyntaxes) -> bool:
    name = f"{accepted.main_type}/{accepted.sub_type}".lower()
    main, _, sub = offer.media_type.partition("/")
    if name not in ("*/*", f"{main}/*", f"{main}/{sub}"):
        return False
    if not offer.part:
        return True
    if accepted.params.get("type", "*/*").lower() not in ("*/*", offer.part):
        return False
    syntax = accepted.params.get("transfer-syntax", "*")
    return syntax == "*" or stored() == {syntax}
