"""Content negotiation of frames (PS3.18 8.7.3.3): as stored, as HTJ2K, or decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from django.http.request import MediaType
from pydicom.uid import ExplicitVRLittleEndian, HTJ2KLosslessRPCL, ImplicitVRLittleEndian

from common.errors import AppError, ErrorCode
from pacs.derived.decisions import FrameKind
from pacs.dicom.transfer_syntaxes import HTJ2K_SYNTAXES, JPHC, OCTETS, media_type
from pacs.dicomweb.accept import accept_ranges

_ANY = frozenset({"*/*", OCTETS})


class FrameSource(Enum):
    """Where a frame's bytes come from."""

    ARCHIVE = "the archive, in the stored transfer syntax"
    STORE = "the HTJ2K frame store"
    DECODED = "decoded from the archive's file"


@dataclass(frozen=True, slots=True)
class FrameForm:
    """How a frame is sent.

    ``transfer_syntax_uid``: empty if it is the stored one and that is not known yet.
    ``multipart``: as multipart/related, else as a single body.
    """

    source: FrameSource
    transfer_syntax_uid: str
    multipart: bool


@dataclass(frozen=True, slots=True)
class StoredImage:
    """The transfer syntax of the stored frames, and whether they are also stored as HTJ2K.

    ``transfer_syntax_uid``: as ``frame_syntax`` returns it. None: compressed, not known how;
    methods that need it raise LookupError.
    """

    transfer_syntax_uid: str | None
    htj2k: bool

    @property
    def native(self) -> bool:
        return self.transfer_syntax_uid == ExplicitVRLittleEndian

    def media_type(self) -> str:
        return media_type(self.known())

    def known(self) -> str:
        if self.transfer_syntax_uid is None:
            raise LookupError
        return self.transfer_syntax_uid


QuickForms = Mapping[FrameKind, FrameForm]
"""The forms for an Accept header before the image is known, where they depend on its kind alone."""


def accept_of(header: str | None, query: str) -> str | None:
    """The ``accept`` query parameter (PS3.18 8.3.3.1) if present, else the Accept header.

    For clients that cannot set the header, such as the image loader of OHIF.
    """
    named = parse_qs(query).get("accept") if query else None
    return named[-1] if named else header


def frame_form(header: str | None, stored: StoredImage, *, single: bool = True) -> FrameForm:
    """The form that the client prefers; only a ``single`` frame can be sent without multipart.

    The media type application/octet-stream without a transfer syntax means native pixels. A client
    that names neither gets the stored transfer syntax; with ``*`` HTJ2K is preferred.
    Stored HTJ2K is reversible with RPCL progression order, so it is valid under each of the three
    HTJ2K transfer syntaxes (1.2.840.10008.1.2.4.201 to .203). Raises AppError (406).
    """
    for accepted in accept_ranges(header):
        form = _form(accepted, stored, single)
        if form is not None:
            return form
    own = stored.transfer_syntax_uid or ""
    syntaxes = ", ".join(sorted({own, *(HTJ2K_SYNTAXES if stored.htj2k else ())} - {""}))
    raise AppError(
        ErrorCode.NOT_ACCEPTABLE,
        f"available: multipart/related; type={OCTETS}; transfer-syntax=*"
        f" ({syntaxes or 'as stored'}), or {ExplicitVRLittleEndian}",
        "Accept",
    )


@lru_cache(maxsize=1024)
def quick_forms(header: str | None) -> QuickForms:
    """The forms of a single frame that nginx can send before the image is known."""
    kinds = [kind for kind in FrameKind if kind is not FrameKind.PACKED]
    found = {kind: _quick_form(header, kind) for kind in kinds}
    return {kind: form for kind, form in found.items() if form is not None}


def _quick_form(header: str | None, kind: FrameKind) -> FrameForm | None:
    stored = StoredImage(ExplicitVRLittleEndian if kind.native else None, kind.htj2k)
    try:
        form = frame_form(header, stored)
    except (LookupError, AppError):
        return None
    return None if form.source is FrameSource.DECODED else form


def _form(accepted: MediaType, stored: StoredImage, single: bool) -> FrameForm | None:
    name = f"{accepted.main_type}/{accepted.sub_type}".lower()
    multipart = name in ("*/*", "multipart/*", "multipart/related")
    if not multipart and not single:
        return None
    params: Mapping[str, Any] = accepted.params
    part = params.get("type", "*/*").lower() if multipart else name
    syntax: str | None = params.get("transfer-syntax")
    if stored.htj2k and (label := _htj2k_label(part, syntax)):
        return FrameForm(FrameSource.STORE, label, multipart)
    if (part in _ANY and syntax == "*") or (part == "*/*" and syntax is None):
        return FrameForm(FrameSource.ARCHIVE, stored.transfer_syntax_uid or "", multipart)
    if (part in _ANY and syntax == ExplicitVRLittleEndian) or (part == OCTETS and syntax is None):
        source = FrameSource.ARCHIVE if stored.native else FrameSource.DECODED
        return FrameForm(source, ExplicitVRLittleEndian, multipart)
    if _fits_stored(part, syntax, stored):
        return FrameForm(FrameSource.ARCHIVE, stored.known(), multipart)
    return None


def _htj2k_label(part: str, syntax: str | None) -> str:
    """The transfer syntax under which stored HTJ2K is sent; empty if it is not acceptable."""
    if part == JPHC and syntax is None:
        return HTJ2KLosslessRPCL
    if part not in (*_ANY, JPHC):
        return ""
    if syntax == "*":
        return HTJ2KLosslessRPCL
    return syntax if syntax in HTJ2K_SYNTAXES else ""


def _fits_stored(part: str, syntax: str | None, stored: StoredImage) -> bool:
    if part not in (*_ANY, stored.media_type()):
        return False
    return syntax in (None, "*", stored.known()) or (
        stored.native and syntax == ImplicitVRLittleEndian
    )
