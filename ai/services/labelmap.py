"""Labelmaps: bytes, order, volumes and NIfTI. Pure functions.

A labelmap is uint8 (slices, rows, columns), row-major like DICOM Pixel Data; 0 is background.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Collection, Sequence

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from common.errors import ErrorCode, InvalidInput

Labelmap = npt.NDArray[np.uint8]
Shape = tuple[int, int, int]

_GZIP_WINDOW = 31
_NIFTI_HEADER_LIMIT = 4096
_NIFTI_ERRORS = (ImageFileError, HeaderDataError, WrapStructError, OSError, ValueError)


def compress(labelmap: Labelmap) -> bytes:
    """Gzip without a time stamp: the same labelmap gives the same bytes."""
    return _gzip(np.ascontiguousarray(labelmap).tobytes())


def decompress(data: bytes, *, shape: Shape, labels: Collection[int]) -> Labelmap:
    """Unpack what a client sent, never more than the series needs.

    Raises:
        InvalidInput: LABELMAP_ENCODING (not gzip, damaged, cut off, or followed by other bytes),
            LABELMAP_SIZE (not exactly slices x rows x columns), LABELMAP_LABEL (a value that is
            neither 0 nor in ``labels``).
    """
    expected = int(np.prod(shape))
    content = _gunzip(data, limit=expected)
    if len(content) != expected:
        raise InvalidInput(
            ErrorCode.LABELMAP_SIZE, f"{len(content)} bytes instead of {expected}", "labelmap"
        )
    labelmap = np.frombuffer(content, np.uint8).reshape(shape)
    check_labels(labelmap, labels)
    return labelmap


def check_labels(labelmap: Labelmap, labels: Collection[int]) -> None:
    """Raise InvalidInput LABELMAP_LABEL if a voxel is neither 0 nor one of ``labels``."""
    present = np.flatnonzero(np.bincount(labelmap.ravel(), minlength=256))
    undeclared = sorted(set(present.tolist()) - {0, *labels})
    if undeclared:
        raise InvalidInput(ErrorCode.LABELMAP_LABEL, f"undeclared {undeclared}", "labelmap")


def reorder(labelmap: Labelmap, given: Sequence[str], wanted: Sequence[str]) -> Labelmap:
    """Put slices that come in the order of ``given`` SOP Instance UIDs into ``wanted`` order.

    Raises:
        InvalidInput: LABELMAP_SLICES, the two do not name the same instances, each once.
    """
    position = {uid: index for index, uid in enumerate(given)}
    if len(position) != len(labelmap) or sorted(given) != sorted(wanted):
        raise InvalidInput(ErrorCode.LABELMAP_SLICES, field="slices")
    return labelmap[[position[uid] for uid in wanted]]


def volumes_ml(
    labelmap: Labelmap,
    heights_mm: Sequence[float] | npt.NDArray[np.float64],
    pixel_mm2: float,
    labels: Collection[int],
) -> dict[int, float]:
    """Volume of each label in ml. ``heights_mm``: what each slice stands for along the normal."""
    totals = np.zeros(256)
    for plane, height in zip(labelmap, heights_mm, strict=True):
        totals += np.bincount(plane.ravel(), minlength=256) * height
    return {label: float(totals[label]) * pixel_mm2 / 1000 for label in labels}


def changes(
    before: Labelmap | None, after: Labelmap, labels: Collection[int]
) -> dict[int, dict[str, int]]:
    """How many voxels each label gained and lost; without ``before`` it was empty."""
    if before is None:
        counts = np.bincount(after.ravel(), minlength=256)
        return {label: {"added": int(counts[label]), "removed": 0} for label in labels}
    differs = before != after
    added = np.bincount(after[differs], minlength=256)
    removed = np.bincount(before[differs], minlength=256)
    return {label: {"added": int(added[label]), "removed": int(removed[label])} for label in labels}


def sha256(data: bytes) -> str:
    """The digest under which a stored version is checked."""
    return hashlib.sha256(data).hexdigest()


def to_nifti(labelmap: Labelmap, affine: npt.NDArray[np.float64]) -> bytes:
    """A gzipped NIfTI-1, voxels [column, row, slice]; deterministic.

    ``affine`` (4, 4) maps (column, row, slice) to RAS, mm.
    """
    voxels = labelmap.transpose(2, 1, 0)
    image = nib.Nifti1Image(voxels, affine)
    image.header.set_xyzt_units("mm")
    return _gzip(image.to_bytes())


def from_nifti(data: bytes, *, shape: Shape) -> tuple[Labelmap, npt.NDArray[np.float64]]:
    """The labelmap and the RAS affine of what ``to_nifti`` or the inference service wrote.

    Raises:
        InvalidInput: LABELMAP_ENCODING (not a gzipped uint8 NIfTI) or LABELMAP_SIZE.
    """
    content = _gunzip(data, limit=int(np.prod(shape)) + _NIFTI_HEADER_LIMIT)
    try:
        image = nib.Nifti1Image.from_bytes(content)
        voxels = np.asanyarray(image.dataobj)
    except _NIFTI_ERRORS as error:
        raise InvalidInput(ErrorCode.LABELMAP_ENCODING, "not a NIfTI", "labelmap") from error
    if voxels.dtype != np.uint8:
        raise InvalidInput(ErrorCode.LABELMAP_ENCODING, f"voxels are {voxels.dtype}", "labelmap")
    if voxels.shape != shape[::-1]:
        raise InvalidInput(ErrorCode.LABELMAP_SIZE, f"{voxels.shape} voxels", "labelmap")
    return np.ascontiguousarray(voxels.transpose(2, 1, 0)), np.asarray(image.affine, np.float64)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=6, mtime=0)


def _gunzip(data: bytes, *, limit: int) -> bytes:
    """Unpack one gzip member of at most ``limit`` bytes; a bomb is stopped one byte after it."""
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        content = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise InvalidInput(ErrorCode.LABELMAP_ENCODING, "not gzip", "labelmap") from error
    if len(content) > limit:
        raise InvalidInput(ErrorCode.LABELMAP_SIZE, f"more than {limit} bytes", "labelmap")
    if not stream.eof:
        raise InvalidInput(ErrorCode.LABELMAP_ENCODING, "cut off", "labelmap")
    if stream.unused_data:
        raise InvalidInput(ErrorCode.LABELMAP_ENCODING, "bytes after the end", "labelmap")
    return content
