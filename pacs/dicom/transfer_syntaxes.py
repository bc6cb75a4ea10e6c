"""Transfer syntaxes (PS3.5 annex A) and the media types of their frames."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydicom.uid import (
    HTJ2K,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPIPHTJ2KReferencedDeflate,
)

OCTETS = "application/octet-stream"
JPHC = "image/jphc"
HTJ2K_SYNTAXES = frozenset({HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K})
HTJ2K_SERVED = str(HTJ2KLosslessRPCL)
"""The transfer syntax of the frame store."""
NATIVE = frozenset(
    {
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    }
)
DEFLATED = frozenset(
    {DeflatedExplicitVRLittleEndian, JPIPHTJ2KReferencedDeflate, "1.2.840.10008.1.2.4.95"}
)
"""The whole data set is compressed: a small file may fill the memory of its reader."""
_MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "1.2.840.10008.1.2.4.50": "image/jpeg",
        "1.2.840.10008.1.2.4.51": "image/jpeg",
        "1.2.840.10008.1.2.4.57": "image/jpeg",
        "1.2.840.10008.1.2.4.70": "image/jpeg",
        "1.2.840.10008.1.2.4.80": "image/jls",
        "1.2.840.10008.1.2.4.81": "image/jls",
        "1.2.840.10008.1.2.4.90": "image/jp2",
        "1.2.840.10008.1.2.4.91": "image/jp2",
        "1.2.840.10008.1.2.5": "image/dicom-rle",
        **dict.fromkeys(HTJ2K_SYNTAXES, JPHC),
    }
)


def frame_syntax(transfer_syntax_uid: str) -> str:
    """The transfer syntax of the frames of a stored instance.

    Native pixels leave the archive in little endian, whatever they are stored in, and Explicit VR
    Little Endian is the only name for them (PS3.18 8.7.3.2).
    """
    return ExplicitVRLittleEndian if transfer_syntax_uid in NATIVE else transfer_syntax_uid


def media_type(transfer_syntax_uid: str) -> str:
    """The media type of one frame (PS3.18 table 8.7.3-6)."""
    return _MEDIA_TYPES.get(transfer_syntax_uid, OCTETS)
