"""Damaged masks of other systems: refused by a sentence, and nothing is kept."""

from __future__ import annotations

import gzip
import math
import struct
from copy import deepcopy

import nibabel as nib
import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from ai.models import AIJob
from ai.tests import factories
from ai.tests.test_imports import (
    changed,
    import_nifti,
    kept,
    nifti,
    rtstruct,
    seg,
    send,
    square,
    two_segments,
    written,
)
from pacs.index.geometry import series_geometry

pytestmark = pytest.mark.django_db


def damaged_pixels(dataset, syntax):
    copy = deepcopy(dataset)
    copy.file_meta.TransferSyntaxUID = syntax
    copy.PixelData = encapsulate([b"\x07\x00broken" * 5] * int(copy.NumberOfFrames))
    copy["PixelData"].is_undefined_length = True
    return written(copy)


def damaged_deflation(dataset):
    """A whole header, then bytes that are no deflated stream."""
    copy = deepcopy(dataset)
    copy.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = written(copy)
    (length,) = struct.unpack("<I", content[140:144])
    return content[: 144 + length] + b"\xff" * 500


def numbered(dataset, number):
    """Segment 2 under another number."""
    copy = deepcopy(dataset)
    copy.SegmentSequence[1].SegmentNumber = number
    for group in copy.PerFrameFunctionalGroupsSequence:
        named = group.SegmentIdentificationSequence[0]
        if named.ReferencedSegmentNumber == 2:
            named.ReferencedSegmentNumber = number
    return written(copy)


def wide_labels(dataset, number):
    """A LABELMAP of 16 bits, segment 2 of which has this number in its voxels."""
    copy = deepcopy(dataset)
    pixels = np.frombuffer(copy.PixelData, np.uint8).astype("<u2")
    pixels = pixels[: int(copy.NumberOfFrames) * copy.Rows * copy.Columns]
    pixels[pixels == 2] = number
    copy.BitsAllocated = copy.BitsStored = 16
    copy.HighBit = 15
    copy.PixelData = pixels.tobytes()
    copy["PixelData"].VR = "OW"
    return written(copy)


def claiming(series, size):
    """A NIfTI whose header claims more voxels than its bytes hold."""
    image = nib.Nifti1Image(np.zeros((2, 2, 2), np.uint8), series_geometry(series).affine)
    content = bytearray(image.to_bytes())
    content[40:56] = struct.pack("<8h", 3, size, size, size, 1, 1, 1, 1)
    return bytes(content)


def placed_by(series, column):
    """A NIfTI the first column of whose affine is this."""
    content = bytearray(gzip.decompress(nifti(series, factories.make_mask())))
    for row in range(3):
        at = 280 + 16 * row
        content[at : at + 4] = struct.pack("<f", column)
    return bytes(content)


def coloured(series):
    mask = factories.make_mask().transpose(2, 1, 0)
    pixels = np.zeros(mask.shape, [("R", "u1"), ("G", "u1"), ("B", "u1")])
    return nib.Nifti1Image(pixels, series_geometry(series).affine).to_bytes()


def test_damaged_files_are_refused_as_unreadable(api, series):
    binary, labels = seg(series, two_segments()), seg(series, two_segments(), "LABELMAP")
    bad_references = changed(binary, ReferencedSeriesSequence=None)
    bad_references.add_new("ReferencedSeriesSequence", "LO", "no sequence")
    twice = rtstruct(series, [])
    twice.StructureSetROISequence.append(deepcopy(twice.StructureSetROISequence[0]))
    cases = {
        "RLE": damaged_pixels(labels, RLELossless),
        "JPEG 2000": damaged_pixels(labels, JPEG2000Lossless),
        "deflated": damaged_deflation(binary),
        "segment number 300": numbered(binary, 300),
        "segment number 0": numbered(binary, 0),
        "two segments of one number": numbered(binary, 1),
        "voxels of 258": wide_labels(labels, 258),
        "two structures of one number": written(twice),
        "referenced series are text": written(bad_references),
        "affine NaN": placed_by(series, math.nan),
        "affine with an empty column": placed_by(series, 0.0),
        "colours": coloured(series),
    }
    for name, content in cases.items():
        answer = import_nifti(api("doctor"), series, content)
        found = (answer.status_code, answer.json()["error"]["code"])
        assert found == (400, "ERR_124"), (name, answer.json())
    assert not AIJob.objects.exists()


@pytest.mark.parametrize("share", [0.05, 0.2, 0.6, 0.9])
def test_a_file_that_was_cut_off_is_told_as_damaged_though_no_series_was_chosen(api, series, share):
    whole = written(seg(series, two_segments()))
    answer = send(api("doctor"), series, whole[: int(len(whole) * share)])
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (400, "ERR_124", "file"), error


def test_a_header_that_claims_another_size_is_refused_before_it_is_read(api, series):
    answer = import_nifti(api("doctor"), series, claiming(series, 30000))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "ERR_440")
    assert "(30000, 30000, 30000) voxels, the series" in answer.json()["error"]["detail"]


@pytest.mark.parametrize("number", [300, -4])
def test_a_structure_is_numbered_by_its_place_in_the_file(api, series, number):
    z = series_geometry(series).positions[2][2]
    file = rtstruct(series, [square(1, 4, z)])
    file.StructureSetROISequence[0].ROINumber = number
    file.ROIContourSequence[0].ReferencedROINumber = number
    answer = import_nifti(api("doctor"), series, written(file))
    assert answer.status_code == 201, answer.json()
    assert set(np.unique(kept(answer)[1])) == {0, 1}
