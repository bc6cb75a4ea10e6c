"""What counts as a DICOM object that can be stored."""

from __future__ import annotations

import random
from io import BytesIO
from struct import pack

import pydicom
import pytest
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ComprehensiveSRStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    MediaStorageDirectoryStorage,
    SegmentationStorage,
    generate_uid,
)

from common.errors import ErrorCode, InvalidInput
from pacs.dicom import structure
from pacs.ingest import inspection
from pacs.ingest.inspection import inspect
from pacs.ingest.part10 import part10_write
from pacs.tests.dicom_files import bare, mr_image, part10


@pytest.fixture
def verdict(tmp_path):
    """The error code of a file, or None when it is fine."""

    def judge(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        try:
            inspect(path)
        except InvalidInput as error:
            return error.code
        return None

    return judge


def sequence(undefined):
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.3"
    item.ReferencedSOPInstanceUID = generate_uid()
    inner = Dataset()
    inner.ReferencedImageSequence = [item, item]
    inner["ReferencedImageSequence"].is_undefined_length = undefined
    inner.is_undefined_length_sequence_item = undefined
    return [inner]


def encapsulated():
    image = mr_image(PixelData=encapsulate([b"\xff\x4f" * 40, b"\xff\x4f" * 30]), NumberOfFrames=2)
    image["PixelData"].VR = "OB"
    image["PixelData"].is_undefined_length = True
    return part10(image, JPEG2000Lossless)


def nested(undefined):
    image = mr_image(ReferencedSeriesSequence=sequence(undefined))
    image["ReferencedSeriesSequence"].is_undefined_length = undefined
    return part10(image)


WHOLE = {
    "native": lambda: part10(mr_image()),
    "bare implicit": lambda: bare(mr_image()),
    "bare explicit": lambda: bare(mr_image(), implicit=False),
    "bare big endian": lambda: bare(mr_image(), implicit=False, little_endian=False),
    "encapsulated": encapsulated,
    "sequences of defined length": lambda: nested(undefined=False),
    "sequences of undefined length": lambda: nested(undefined=True),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_passes_and_none_that_is_cut(verdict, name):
    file = WHOLE[name]()
    assert verdict(file) is None
    passed = [cut for cut in range(0, len(file), 5) if verdict(file[:cut]) is None]
    assert passed == []


def test_garbage_never_passes(verdict):
    rng = random.Random(1)
    for size in (1, 7, 8, 130, 1000, 5000):
        for _ in range(20):
            noise = rng.randbytes(size)
            assert verdict(noise) is ErrorCode.DICOM_UNREADABLE
            assert verdict(bytes(128) + b"DICM" + noise) is ErrorCode.DICOM_UNREADABLE


def test_damage_never_escapes_as_another_error(verdict):
    rng = random.Random(2)
    whole = nested(undefined=True)
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[rng.randrange(len(whole))] = rng.randrange(256)
        assert verdict(bytes(damaged)) in (
            None,
            ErrorCode.DICOM_UNREADABLE,
            ErrorCode.DICOM_INCOMPLETE,
        )


@pytest.mark.parametrize(
    "keyword", ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"]
)
@pytest.mark.parametrize("value", [None, "", "1.2.x", "1", "1." + "2" * 63])
def test_identifiers_are_required(verdict, keyword, value):
    assert verdict(bare(mr_image(**{keyword: value}))) is ErrorCode.DICOM_INCOMPLETE


EIGHT = {"BitsAllocated": 8, "BitsStored": 8}


@pytest.mark.parametrize(
    ("attributes", "fits"),
    [
        ({"PixelData": bytes(510)}, False),
        ({"PixelData": bytes(514)}, False),
        ({"PixelData": b""}, False),
        ({"Rows": 17}, False),
        ({"Rows": 0, "PixelData": b""}, False),
        ({"NumberOfFrames": 2}, False),
        ({"NumberOfFrames": 2, "PixelData": bytes(1024)}, True),
        (
            {"Rows": 3, "Columns": 3, **EIGHT, "PixelData": bytes(9)},
            True,
        ),
        ({"BitsAllocated": 1, "BitsStored": 1, "PixelData": bytes(32)}, True),
        (
            {"SamplesPerPixel": 3, **EIGHT, "PixelData": bytes(768)},
            True,
        ),
        (
            {
                "SamplesPerPixel": 3,
                **EIGHT,
                "PhotometricInterpretation": "YBR_FULL_422",
                "PixelData": bytes(512),
            },
            True,
        ),
        ({"PixelData": None}, False),
        ({"Rows": None, "Columns": None}, False),
    ],
)
def test_native_pixels_fill_their_size(verdict, attributes, fits):
    expected = None if fits else ErrorCode.DICOM_UNREADABLE
    assert verdict(bare(mr_image(**attributes))) is expected


@pytest.mark.parametrize(
    "attributes",
    [
        {"BitsAllocated": 0},
        {"BitsStored": 17},
        {"PixelRepresentation": 2},
        {"Rows": 0},
        {"Columns": None},
    ],
)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEGLSLossless])
def test_numbers_that_no_image_has_are_refused(verdict, attributes, syntax):
    image = mr_image(**attributes)
    if syntax == JPEGLSLossless:
        image.PixelData = encapsulate([b"0123"])
        image["PixelData"].is_undefined_length = True
    assert verdict(part10(image, syntax)) is ErrorCode.DICOM_UNREADABLE


@pytest.mark.parametrize("keyword", inspection.PIXEL_NUMBERS)
@pytest.mark.parametrize("wrong", [("UL", 16), ("IS", "16"), ("US", [16, 16]), ("SS", 1)])
def test_a_number_of_the_pixels_is_one_of_vr_us(verdict, keyword, wrong):
    image = mr_image()
    image.add_new(keyword, *wrong)
    assert verdict(part10(image)) is ErrorCode.DICOM_UNREADABLE


def test_objects_without_pixels_pass(verdict):
    report = mr_image(
        SOPClassUID=ComprehensiveSRStorage, Modality="SR", PixelData=None, Rows=None, Columns=None
    )
    assert verdict(part10(report)) is None


def test_float_pixels(verdict):
    image = mr_image(PixelData=None, SOPClassUID=SegmentationStorage, BitsAllocated=32)
    image.FloatPixelData = bytes(1024)
    assert verdict(part10(image)) is None
    image.FloatPixelData = bytes(512)
    assert verdict(part10(image)) is ErrorCode.DICOM_UNREADABLE


def test_trailing_zeros_are_padding(verdict):
    for zeros in (1, 7, 8, 500):
        assert verdict(part10(mr_image()) + bytes(zeros)) is None


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(verdict):
    file = part10(mr_image(), DeflatedExplicitVRLittleEndian)
    assert verdict(file) is ErrorCode.DICOM_UNREADABLE


def element(number, vr, value):
    return pack("<HH2sH", 0x10, number, vr, len(value)) + value


OURS, THEIRS = (element(0x20, b"LO", patient) for patient in (b"OURS", b"THEIRS"))
HIDDEN = element(0x21, b"LO", THEIRS)


@pytest.mark.parametrize(
    "patient",
    [
        THEIRS + OURS,  # the archive takes the first
        pack("<HH2sHL", 0x10, 0x19, b"ZZ", 4, len(OURS) + 8) + OURS + HIDDEN,  # takes 4 bytes more
        pack("<HHL", 0xFFFE, 0xE00D, 0) + OURS,  # ends here
    ],
    ids=["twice", "unknown VR", "end of an item"],
)
def test_what_the_archive_reads_in_another_way_is_refused(verdict, patient):
    plain = part10(mr_image(PatientID="OURS"))
    assert plain.count(OURS) == 1
    assert verdict(plain.replace(OURS, patient)) is ErrorCode.DICOM_UNREADABLE


def test_transfer_syntaxes_that_nobody_knows_are_refused(verdict):
    known, file = b"1.2.840.10008.1.2.1\0", part10(mr_image())
    assert file.count(known) == 1
    for syntax in (b"1.2.840.113619.5.2", b"1.2.3", b"1.2.840.10008.1.2.9"):
        unknown = file.replace(known, syntax.ljust(len(known), b"\0"))
        assert verdict(unknown) is ErrorCode.DICOM_UNREADABLE


def test_a_huge_identifying_value_is_not_read(verdict):
    assert verdict(bare(mr_image(PatientID="1" * 5000))) is ErrorCode.DICOM_UNREADABLE


def test_depth_and_count_are_bounded(verdict, monkeypatch):
    opened = b"\x08\x00\x40\x11\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    assert verdict(opened * 100_000) is ErrorCode.DICOM_UNREADABLE
    monkeypatch.setattr(structure, "MAX_ELEMENTS", 10)
    assert verdict(bare(mr_image())) is ErrorCode.DICOM_UNREADABLE


def test_a_dicomdir_is_no_image(tmp_path):
    directory = mr_image()
    file = bytearray(part10(directory))
    meta = pydicom.dcmread(BytesIO(file)).file_meta
    assert meta.MediaStorageSOPClassUID
    directory.SOPClassUID = MediaStorageDirectoryStorage
    path = tmp_path / "DICOMDIR"
    path.write_bytes(part10(directory))
    assert inspect(path) is None


@pytest.mark.parametrize("patient_id", ["김민준-1", "金^1", "Müller"])
def test_patient_ids_are_read_in_their_character_set(tmp_path, patient_id):
    path = tmp_path / "file"
    path.write_bytes(bare(mr_image(PatientID=f" {patient_id} ")))
    assert inspect(path).patient_id == patient_id


def test_a_data_set_gets_a_preamble_and_keeps_its_bytes(tmp_path):
    image = mr_image()
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bare(image))
    part10_write(inspect(source), target)
    first = target.read_bytes()
    part10_write(inspect(source), target)
    assert target.read_bytes() == first
    read = pydicom.dcmread(target)
    assert read.file_meta.MediaStorageSOPInstanceUID == image.SOPInstanceUID
    assert read.PixelData == image.PixelData
    again = inspect(target)
    assert (again.has_preamble, again.sop_instance_uid) == (True, image.SOPInstanceUID)
    source.write_bytes(first[128 + 4 :])
    part10_write(inspect(source), target)
    assert target.read_bytes() == first
