"""Checks whether a file is a DICOM object that can be stored, without reading its pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom import Dataset
from pydicom.charset import convert_encodings
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    UID,
    AllTransferSyntaxes,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from common.errors import ErrorCode, InvalidInput
from pacs.dicom.structure import Element, MalformedError, Walker
from pacs.dicom.transfer_syntaxes import DEFLATED
from pacs.dicom.uids import Uid

PREAMBLE_BYTES = 128
TIFF_HEADERS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""What PS3.10 7.1 has the preamble for: slides that TIFF readers open too."""
MAX_VALUE_BYTES = 1024
NATIVE = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian})
IDENTIFIERS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
PIXEL_BITS = {"PixelData": None, "FloatPixelData": 32, "DoubleFloatPixelData": 64}
PIXEL_SUBSTITUTES = ("SpectroscopyData", "PixelDataProviderURL")
KEYWORDS = (
    *IDENTIFIERS,
    "SpecificCharacterSet",
    "PatientID",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PhotometricInterpretation",
)
PIXEL_NUMBERS = (
    *("Rows", "Columns", "SamplesPerPixel", "PlanarConfiguration"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
)
"""Of VR US: read as anything else they are another number, or memory for pixels that are not."""
TAGS = {keyword: int(Tag(keyword)) for keyword in (*KEYWORDS, *PIXEL_BITS, *PIXEL_SUBSTITUTES)}
DATA_TAGS = frozenset(TAGS[keyword] for keyword in KEYWORDS)
META_TAGS = frozenset({int(Tag("MediaStorageSOPClassUID")), int(Tag("TransferSyntaxUID"))})
_ONE_NUMBER = (("US", 2), (None, 2))
TRANSFER_SYNTAXES = frozenset(AllTransferSyntaxes) - DEFLATED


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be stored.

    ``has_file_meta``: group 0002 is there, whether or not the 128-byte preamble is.
    ``corrections``: what is stored instead of bytes of the file, by their offset.
    """

    path: Path
    sop_class_uid: Uid
    sop_instance_uid: Uid
    study_instance_uid: Uid
    series_instance_uid: Uid
    patient_id: str
    transfer_syntax_uid: str
    has_preamble: bool
    has_file_meta: bool
    corrections: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class FileFormat:
    """The encoding of a file. ``data_set_at``: offset of the data set."""

    has_preamble: bool
    has_file_meta: bool
    is_directory: bool
    data_set_at: int
    transfer_syntax_uid: UID

    @property
    def implicit(self) -> bool:
        return self.transfer_syntax_uid == ImplicitVRLittleEndian

    @property
    def little_endian(self) -> bool:
        return self.transfer_syntax_uid != ExplicitVRBigEndian


def inspect(path: Path) -> Candidate | None:
    """Check a file; None for a DICOMDIR, which is an index of files and not an image.

    Raises InvalidInput: DICOM_UNREADABLE (not DICOM, truncated, pixels that do not fit their
    size, deflated: a small file could fill the archive's memory, or what the archive may read in
    another way) or DICOM_INCOMPLETE.
    """
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            form = format_of(stream, size)
            if form.is_directory:
                return None
            elements, values = _read(stream, form, size)
            identifiers = _identifiers(values)
            _check_pixels(elements, values, form.transfer_syntax_uid)
            patient_id = _text(values, "PatientID").strip()
            corrections = (
                *_preamble_corrections(stream, form),
                *_blank_corrections(stream, elements.get(TAGS["PatientID"])),
            )
    except InvalidInput:
        raise
    except Exception as error:
        raise _unreadable(type(error).__name__) from None
    sop_class_uid, sop_instance_uid, study_instance_uid, series_instance_uid = identifiers
    return Candidate(
        path=path,
        sop_class_uid=sop_class_uid,
        sop_instance_uid=sop_instance_uid,
        study_instance_uid=study_instance_uid,
        series_instance_uid=series_instance_uid,
        patient_id=patient_id,
        transfer_syntax_uid=form.transfer_syntax_uid,
        has_preamble=form.has_preamble,
        has_file_meta=form.has_file_meta,
        corrections=corrections,
    )


def _preamble_corrections(stream: BinaryIO, form: FileFormat) -> Iterator[tuple[int, bytes]]:
    """A preamble that is no zeros and no TIFF header may make the file a program too."""
    stream.seek(0)
    preamble = stream.read(PREAMBLE_BYTES) if form.has_preamble else b""
    if preamble.strip(b"\0") and not preamble.startswith(TIFF_HEADERS):
        yield 0, bytes(PREAMBLE_BYTES)


def _blank_corrections(stream: BinaryIO, element: Element | None) -> Iterator[tuple[int, bytes]]:
    """Blanks before Patient ID go behind it: they mean nothing anywhere (PS3.5 6.2), but before it
    they are another patient to the archive.
    """
    if element is None or not element.length:
        return
    stream.seek(element.offset)
    value = stream.read(element.length)
    if value.startswith(b" ") and value.strip():
        yield element.offset, value.strip(b" ").ljust(len(value))


def _unreadable(reason: str) -> InvalidInput:
    return InvalidInput(ErrorCode.DICOM_UNREADABLE, reason)


def format_of(stream: BinaryIO, size: int) -> FileFormat:
    """Skip preamble and File Meta Information (PS3.10 7.1), which may both be missing."""
    stream.seek(PREAMBLE_BYTES)
    has_preamble = stream.read(4) == b"DICM"
    meta_at = PREAMBLE_BYTES + 4 if has_preamble else 0
    meta = Dataset()
    walker = Walker(stream, start=meta_at, size=size, implicit=False, little_endian=True)
    for element in walker.elements(group=2):
        if element.tag in META_TAGS:
            if element.tag in meta:
                raise MalformedError("an element is there twice")
            meta[element.tag] = _raw(stream, element, implicit=False, little_endian=True)
    data_set_at = walker.position
    stream.seek(data_set_at)
    syntax = _text(meta, "TransferSyntaxUID") or _guess_transfer_syntax(stream.read(6))
    if syntax not in TRANSFER_SYNTAXES:
        raise _unreadable("a transfer syntax that is not taken")
    return FileFormat(
        has_preamble=has_preamble,
        has_file_meta=data_set_at > meta_at,
        is_directory=_text(meta, "MediaStorageSOPClassUID") == MediaStorageDirectoryStorage,
        data_set_at=data_set_at,
        transfer_syntax_uid=UID(syntax),
    )


def _guess_transfer_syntax(first_bytes: bytes) -> str:
    if not first_bytes[4:6].isalpha() or not first_bytes[4:6].isupper():
        return ImplicitVRLittleEndian
    return ExplicitVRBigEndian if first_bytes[0] == 0 else ExplicitVRLittleEndian


def _raw(
    stream: BinaryIO, element: Element, *, implicit: bool, little_endian: bool
) -> RawDataElement:
    if element.length is None or element.length > MAX_VALUE_BYTES:
        raise MalformedError("a short value is too long")
    return RawDataElement(
        BaseTag(element.tag),
        element.vr,
        element.length,
        stream.read(element.length),
        element.offset,
        implicit,
        little_endian,
    )


def _read(stream: BinaryIO, form: FileFormat, size: int) -> tuple[dict[int, Element], Dataset]:
    """Walk through the whole file, but read only the values that are needed."""
    elements: dict[int, Element] = {}
    values = Dataset()
    encoding = {"implicit": form.implicit, "little_endian": form.little_endian}
    for element in Walker(stream, start=form.data_set_at, size=size, **encoding).elements():
        if element.tag in elements:
            raise MalformedError("an element is there twice")
        elements[element.tag] = element
        if element.tag in DATA_TAGS:
            values[element.tag] = _raw(stream, element, **encoding)
    charset = convert_encodings(values.get("SpecificCharacterSet"))
    values.set_original_encoding(form.implicit, form.little_endian, charset)
    return elements, values


def _text(values: Dataset, keyword: str) -> str:
    """The value as it stands in the file, several joined by backslashes."""
    value = values.get(keyword)
    if isinstance(value, MultiValue):
        return "\\".join(map(str, value))
    return "" if value is None else str(value)


def _identifiers(values: Dataset) -> list[Uid]:
    found = [_text(values, keyword) for keyword in IDENTIFIERS]
    if not any(found):
        raise _unreadable("no identifier")
    return [_identifier(keyword, text) for keyword, text in zip(IDENTIFIERS, found, strict=True)]


def _identifier(keyword: str, text: str) -> Uid:
    try:
        return Uid(text)
    except ValueError:
        raise InvalidInput(ErrorCode.DICOM_INCOMPLETE, keyword) from None


def _check_pixels(elements: dict[int, Element], values: Dataset, syntax: UID) -> None:
    """Reject an image without pixels, or with pixels that do not match their attributes."""
    for name in PIXEL_NUMBERS:
        element = elements.get(TAGS[name])
        if element and element.length and (element.vr, element.length) not in _ONE_NUMBER:
            raise _unreadable(f"{name} is not one number of VR US")
    keyword = next((k for k in PIXEL_BITS if TAGS[k] in elements), None)
    if keyword is None:
        name = UID(_text(values, "SOPClassUID")).name
        is_image = "Rows" in values or name.endswith("Image Storage")
        if is_image and not any(TAGS[k] in elements for k in PIXEL_SUBSTITUTES):
            raise _unreadable("no pixels")
        return
    _check_numbers(values, PIXEL_BITS[keyword])
    if syntax in NATIVE:
        expected = _expected_bytes(values, PIXEL_BITS[keyword])
        length = elements[TAGS[keyword]].length
        if not length or length not in (expected, expected + expected % 2):
            raise _unreadable("pixels do not fit")


def _check_numbers(values: Dataset, bits: int | None) -> None:
    """Reject numbers that no image has."""
    if not (values.get("Rows") and values.get("Columns")):
        raise _unreadable("Rows and Columns of pixels are missing or zero")
    if bits is not None:
        return
    allocated = values.get("BitsAllocated") or 0
    stored = values.get("BitsStored") or allocated
    if not 1 <= stored <= allocated:
        raise _unreadable("Bits Stored do not fit into Bits Allocated")
    if (values.get("PixelRepresentation") or 0) > 1:
        raise _unreadable("Pixel Representation is neither 0 nor 1")


def _expected_bytes(values: Dataset, bits: int | None) -> int:
    """Bytes of native pixels (PS3.5 8.1): 4:2:2 keeps two of the three samples."""
    subsampled = _text(values, "PhotometricInterpretation").endswith("422")
    samples = 2 if subsampled else int(values.get("SamplesPerPixel") or 1)
    pixels = int(values.Rows) * int(values.Columns) * int(values.get("NumberOfFrames") or 1)
    return -(-pixels * samples * (bits or int(values.BitsAllocated)) // 8)
