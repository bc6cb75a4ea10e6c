"""Content negotiation (PS3.18 8.7). A client's Accept never reaches the archive: a wrong one
makes it transcode, which can crash it. The archive is asked for what it holds, as it holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http.request import MediaType

from common.errors import AppError, ErrorCode

_MAX_LENGTH = 1000
_NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"})
_FRAME_MEDIA_TYPES = {
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}

StoredSyntaxes = Callable[[], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """One form that the archive can answer in.

    ``archive_accept`` is what the archive is asked with; ``part`` is the type inside
    multipart/related; ``frames`` tells that the parts are frames, not DICOM files.
    """

    media_type: str
    archive_accept: str
    part: str = ""
    frames: bool = False


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
FRAMES = (
    Offer(
        "multipart/related",
        'multipart/related; type="application/octet-stream"; transfer-syntax=*',
        "application/octet-stream",
        frames=True,
    ),
)
_ONE_FRAME = (*FRAMES, Offer("application/octet-stream", "", frames=True))
BULK_DATA = (
    Offer(
        "multipart/related",
        'multipart/related; type="application/octet-stream"',
        "application/octet-stream",
    ),
)
RENDERED = (Offer("image/jpeg", "image/jpeg"), Offer("image/png", "image/png"))


def negotiate(
    header: str | None, offers: Sequence[Offer], stored: StoredSyntaxes = frozenset
) -> Offer:
    """The offer the client prefers; the first one without a header.

    ``stored`` tells the target's transfer syntaxes and is asked only when the client names one.
    A client that names none takes what is stored. Raises AppError (406).
    """
    for accepted in _ranges(header):
        for offer in offers:
            if _matches(accepted, offer, stored):
                return offer
    names = ", ".join(f"{o.media_type}; type={o.part}" if o.part else o.media_type for o in offers)
    raise AppError(ErrorCode.NOT_ACCEPTABLE, f"can be served: {names}", "Accept")


def frame_media_type(transfer_syntax_uid: str) -> str:
    """The media type of one stored frame (PS3.18 table 8.7.3-6)."""
    return _FRAME_MEDIA_TYPES.get(transfer_syntax_uid, "application/octet-stream")


def frame_is_multipart(header: str | None, transfer_syntax_uid: str) -> bool:
    """Whether one frame goes out in multipart/related (the default) or bare.

    Raises AppError (406) when the client takes neither in the stored transfer syntax.
    """
    offer = negotiate(header, _ONE_FRAME, lambda: frozenset({transfer_syntax_uid}))
    return bool(offer.part)


@lru_cache(maxsize=1024)
def any_frame_is_multipart(header: str | None) -> bool | None:
    """The same for a client that takes every transfer syntax; None for any other."""
    try:
        return bool(negotiate(header, _ONE_FRAME, _unknown).part)
    except (LookupError, AppError):
        return None


def _unknown() -> frozenset[str]:
    raise LookupError


def _ranges(header: str | None) -> list[MediaType]:
    """The media ranges of the header, preferred ones first."""
    if not header:
        return [MediaType("*/*")]
    if len(header) > _MAX_LENGTH:
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "the Accept header is too long", "Accept")
    try:
        ranges = [MediaType(text) for text in header.split(",") if text.strip()]
    except ValueError:
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "Accept cannot be read", "Accept") from None
    return sorted((r for r in ranges if r.quality > 0), key=lambda r: r.quality, reverse=True)


def _matches(accepted: MediaType, offer: Offer, stored: StoredSyntaxes) -> bool:
    name = f"{accepted.main_type}/{accepted.sub_type}".lower()
    bare_frame = offer.frames and not offer.part
    main, _, sub = offer.media_type.partition("/")
    if not bare_frame and name not in ("*/*", f"{main}/*", f"{main}/{sub}"):
        return False
    if not offer.frames and not offer.part:
        return True
    part = name if bare_frame else accepted.params.get("type", "*/*").lower()
    syntax = accepted.params.get("transfer-syntax", "*")
    own = offer.part or offer.media_type
    if part in ("*/*", own) and syntax == "*":
        return True
    held = stored()
    parts = {"*/*", own}
    if offer.frames and len(held) == 1:
        parts |= {_FRAME_MEDIA_TYPES.get(held_syntax, "") for held_syntax in held}
    if part not in parts:
        return False
    raw = offer.frames and held | {syntax} <= _NATIVE
    return syntax == "*" or held == {syntax} or raw
