"""Transfer syntaxes (PS3.5 annex A) and the media types of their frames."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydicom.uid import HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL

OCTETS = "application/octet-stream"
JPHC = "image/jphc"
HTJ2K_SYNTAXES = frozenset({HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K})
HTJ2K_SERVED = str(HTJ2KLosslessRPCL)
"""The transfer syntax of the frame store."""
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


def media_type(transfer_syntax_uid: str) -> str:
    """The media type of one frame (PS3.18 table 8.7.3-6)."""
    return _MEDIA_TYPES.get(transfer_syntax_uid, OCTETS)
