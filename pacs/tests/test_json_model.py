"""DICOM JSON from the bytes of a file: every value of every VR, nested ones, texts decoded."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from pacs.dicom.json_model import INLINE_BYTES, file_attributes, file_value
from pacs.tests.dicom_files import mr_image, part10

URL = "https://cdss.example/bulk/"
LITTLE, BIG = ExplicitVRLittleEndian, ExplicitVRBigEndian
WORDS = {"OW": "u2", "OF": "f4", "OL": "u4", "OD": "f8", "OV": "u8"}
VALUES = {
    "AE": ("AET", ["AET"]),
    "AS": ("030Y", ["030Y"]),
    "AT": (0x00100010, ["00100010"]),
    "CS": (["A", "B"], ["A", "B"]),
    "DA": ("20200101", ["20200101"]),
    "DS": (["1.50", "-2e3"], [1.5, -2000]),
    "DT": ("20200101101500.5+0900", ["20200101101500.5+0900"]),
    "FD": ([1.5, 1e300], [1.5, 1e300]),
    "FL": (0.5, [0.5]),
    "IS": ("12", [12]),
    "LO": (["a", "b"], ["a", "b"]),
    "LT": (" a\\b ", [" a\\b"]),
    "PN": ("A^B=C=D", [{"Alphabetic": "A^B", "Ideographic": "C", "Phonetic": "D"}]),
    "SH": ("sh", ["sh"]),
    "SL": (-5, [-5]),
    "SS": (-3, [-3]),
    "ST": ("s\\t", ["s\\t"]),
    "SV": ([-(2**40), 2**60], [-(2**40), str(2**60)]),
    "TM": ("101500.25", ["101500.25"]),
    "UC": (["x", "y"], ["x", "y"]),
    "UI": ("1.2.3", ["1.2.3"]),
    "UL": (5, [5]),
    "UR": ("http://x.example/z", ["http://x.example/z"]),
    "US": ([4, 65535], [4, 65535]),
    "UT": ("long", ["long"]),
    "UV": (7, [7]),
}


def with_element(vr, value, syntax=LITTLE):
    """At top level and in the second item of a sequence."""
    inner = Dataset()
    inner.add_new(0x00770010, "LO", "CDSS TEST")
    inner.add_new(0x00771001, vr, value)
    image = mr_image()
    image.update(inner)
    image.add_new(0x00771080, "SQ", [Dataset(), inner])
    if syntax == BIG:
        image.PixelData = np.frombuffer(image.PixelData, "<u2").astype(">u2").tobytes()
    return part10(image, syntax)


def both(file):
    found = file_attributes(file, URL)
    json.dumps(found, allow_nan=False)
    return found["00771001"], found["00771080"]["Value"][1]["00771001"]


@pytest.mark.parametrize("vr", VALUES)
@pytest.mark.parametrize("syntax", [LITTLE, BIG])
def test_values(vr, syntax):
    value, expected = VALUES[vr]
    for element in both(with_element(vr, value, syntax)):
        assert element == {"vr": vr, "Value": expected}


@pytest.mark.parametrize("vr", WORDS)
@pytest.mark.parametrize("count", [3, INLINE_BYTES])
@pytest.mark.parametrize("syntax", [LITTLE, BIG])
def test_words_are_little_endian_and_long_ones_bulk_data(vr, count, syntax):
    numbers = np.arange(count, dtype=WORDS[vr]) + 1
    stored = numbers.astype(f"{'>' if syntax == BIG else '<'}{WORDS[vr]}").tobytes()
    file = with_element(vr, stored + b"\0" * (len(stored) % 2), syntax)
    places = ("00771001", "00771080/2/00771001")
    paths = ((0x00771001,), (0x00771080, 2, 0x00771001))
    for element, place, path in zip(both(file), places, paths, strict=True):
        assert element["vr"] == vr
        if "InlineBinary" in element:
            assert base64.b64decode(element["InlineBinary"]) == numbers.tobytes()
        else:
            assert element == {"vr": vr, "BulkDataURI": URL + place}
        assert file_value(file, path) == numbers.tobytes()


@pytest.mark.parametrize("vr", ["OB", "UN"])
def test_bytes_are_bulk_data(vr):
    file = with_element(vr, b"\1\2\3\4")
    for element, place in zip(both(file), ("00771001", "00771080/2/00771001"), strict=True):
        assert element == {"vr": vr, "BulkDataURI": URL + place}
    assert file_value(file, (0x00771080, 2, 0x00771001)) == b"\1\2\3\4"


@pytest.mark.parametrize(
    "path", [(0x00771002,), (0x00771080,), (0x00771080, 1, 0x00771001), (0x00771080, 3, 0x00771001)]
)
def test_there_is_no_other_bulk_data(path):
    assert file_value(with_element("OB", b"\1\2"), path) is None


def test_implicit_vrs_are_those_of_the_dictionary():
    image = mr_image(SmallestImagePixelValue=7, PixelRepresentation=0, RescaleSlope="2")
    found = file_attributes(part10(image, ImplicitVRLittleEndian), URL)
    assert found["00280106"] == {"vr": "US", "Value": [7]}
    assert found["00280103"] == {"vr": "US", "Value": [0]}
    assert found["00281053"] == {"vr": "DS", "Value": [2]}
    assert found["7FE00010"] == {"vr": "OW", "BulkDataURI": f"{URL}7fe00010"}
    assert not any(tag.endswith("0000") or tag.startswith("0002") for tag in found)


@pytest.mark.parametrize(
    ("charset", "name", "description"),
    [
        ("ISO_IR 100", "Müller^Jörg", "Schädel"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동", "뇌 영상"),
        (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "脳"),
        ("GB18030", "Wang^XiaoDong=王^小东", "头部"),
        ("ISO_IR 192", "Kim^Min=金^珉=김^민", "뇌"),
    ],
)
def test_texts_are_unicode_whatever_they_were(charset, name, description):
    image = mr_image(SpecificCharacterSet=charset, PatientName=name, StudyDescription=description)
    found = file_attributes(part10(image), URL)
    groups = dict(zip(("Alphabetic", "Ideographic", "Phonetic"), name.split("="), strict=False))
    assert found["00100010"] == {"vr": "PN", "Value": [groups]}
    assert found["00081030"] == {"vr": "LO", "Value": [description]}
    assert found["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}


@pytest.mark.filterwarnings("ignore")
def test_what_is_no_value_of_its_vr_is_a_string_and_what_is_empty_has_none():
    file = part10(mr_image(InstanceNumber="1", SliceThickness="2"))
    file = file.replace(b"IS\x02\x001 ", b"IS\x02\x001.").replace(b"DS\x02\x002 ", b"DS\x02\x00x ")
    found = file_attributes(file, URL)
    assert found["00200013"] == {"vr": "IS", "Value": ["1."]}
    assert found["00180050"] == {"vr": "DS", "Value": ["x"]}
    floats = [float("nan"), float("inf"), -float("inf")]
    assert both(with_element("FD", floats))[0]["Value"] == ["NaN", "Infinity", "-Infinity"]
    assert both(with_element("LO", ["", "b"]))[0] == {"vr": "LO", "Value": [None, "b"]}
    assert both(with_element("UL", None))[0] == {"vr": "UL"}


def test_implicit_pixel_values_have_the_sign_of_the_pixels():
    image = mr_image(PixelRepresentation=1, SmallestImagePixelValue=-7)
    found = file_attributes(part10(image, ImplicitVRLittleEndian), URL)
    assert found["00280106"] == {"vr": "SS", "Value": [-7]}
    assert found["00280103"] == {"vr": "US", "Value": [1]}


def test_every_attribute_with_a_value_has_it():
    """Also those that had to be read to read the others."""
    image = mr_image(SpecificCharacterSet="ISO_IR 100")
    found = file_attributes(part10(image), URL)
    present = {f"{int(element.tag):08X}" for element in image if element.value not in ("", None)}
    assert {tag for tag, one in found.items() if len(one) > 1} == present
