"""The corpus: every kind of grey pixels in every syntax, within one level of pydicom's own."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.processing import apply_modality_lut
from pydicom.uid import (
    MPEG4HP41,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    RLELossless,
    SegmentationStorage,
)

from pacs.delivery.rendering import Rendering, Window, rendering_of
from pacs.delivery.stored_values import stored_frame
from pacs.htj2k.pixel_data import Refused
from pacs.tests.dicom_files import mr_image, part10
from pacs.tests.drawing_files import as_file, drawn, item, lut, plain, reference, values
from pacs.tests.htj2k_files import ENCODERS, NATIVE, image, replaced

BITS = [(8, 8), (8, 5), (16, 9), (16, 12), (16, 16), (32, 20), (32, 32)]
SYNTAXES = [*NATIVE, *ENCODERS]
DISPLAYS = {
    "nothing": {},
    "a window": {"WindowCenter": "20", "WindowWidth": "37"},
    "an exact window": {
        "WindowCenter": [20, 900],
        "WindowWidth": [35.5, 1],
        "VOILUTFunction": "LINEAR_EXACT",
    },
    "a sigmoid": {"WindowCenter": 11, "WindowWidth": 60, "VOILUTFunction": "SIGMOID"},
    "a slope": {"RescaleSlope": "1.5", "RescaleIntercept": "-24"},
    "a negative slope": {"RescaleSlope": "-1", "RescaleIntercept": "100"},
    "both": {
        "RescaleSlope": "-0.5",
        "RescaleIntercept": "7",
        "WindowCenter": "3",
        "WindowWidth": "40",
    },
    "an inverse": {"PresentationLUTShape": "INVERSE", "WindowCenter": "9", "WindowWidth": "50"},
}


def assert_like_pydicom(levels, frames, stored, **attributes):
    expected = reference(*plain(frames, stored, **attributes))
    assert levels.shape == expected.shape
    assert np.abs(levels - expected).max() <= 1


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("allocated", "stored"), BITS)
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_grey(syntax, allocated, stored, signed, photometric):
    if allocated == 32 and syntax not in (*NATIVE, RLELossless):
        pytest.skip("no encoder has it")
    frames = values(allocated, stored, signed=signed)
    for display in DISPLAYS.values():
        attributes = {**display, "PhotometricInterpretation": photometric}
        levels = drawn(as_file(frames, stored, syntax, **attributes))
        assert_like_pydicom(levels, frames, stored, **attributes)


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize(("signed", "first"), [(False, 0), (False, 300), (True, -700)])
def test_lookup_tables(syntax, signed, first):
    frames = values(16, 12, signed=signed)
    for display in (
        {"ModalityLUTSequence": [lut(first, 1500)]},
        {"VOILUTSequence": [lut(first, 1500)]},
        {"VOILUTSequence": [lut(first, 1500, 10), lut(0, 2)]},
        {"ModalityLUTSequence": [lut(first, 900)], "VOILUTSequence": [lut(100, 30000)]},
        {"VOILUTSequence": [lut(first, 1500)], "WindowCenter": "9", "WindowWidth": "50"},
    ):
        levels = drawn(as_file(frames, 12, syntax, **display))
        assert_like_pydicom(levels, frames.astype(np.int32), 12, **display)


@pytest.mark.parametrize("syntax", NATIVE)
def test_lookup_tables_of_words(syntax):
    frames = values(16, 12, signed=False)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    for keyword in ("ModalityLUTSequence", "VOILUTSequence"):
        levels = drawn(as_file(frames, 12, syntax, **{keyword: [lut(0, 4096, 16, order)]}))
        assert_like_pydicom(levels, frames, 12, **{keyword: [lut(0, 4096)]})


def test_a_table_of_eight_bits_for_deeper_values():
    """Which pydicom 3 reads modulo 256."""
    frames = values(16, 12, signed=False)
    curve = (np.arange(4096) >> 4).astype(np.uint8)
    table = item(LUTDescriptor=[4096, 0, 8])
    table.add_new("LUTData", "OW", curve.tobytes())
    levels = drawn(as_file(frames, 12, ExplicitVRLittleEndian, VOILUTSequence=[table]))
    assert np.array_equal(levels, curve[frames[0]])


def test_bits_above_the_high_bit_are_no_value():
    """Overlays of old, and signs that are not extended."""
    frames = values(16, 12, signed=True)
    clean = drawn(as_file(frames, 12, ExplicitVRLittleEndian))
    assert np.array_equal(drawn(as_file(frames & 0x0FFF, 12, ExplicitVRLittleEndian)), clean)
    shifted = as_file(frames << 4, 12, ExplicitVRLittleEndian)
    high = shifted.index(b"\x28\x00\x02\x01US") + 8
    assert np.array_equal(drawn(shifted[:high] + b"\x0f\x00" + shifted[high + 2 :]), clean)


@pytest.mark.parametrize("keyword", ["FloatPixelData", "DoubleFloatPixelData"])
@pytest.mark.parametrize("syntax", [*NATIVE])
def test_floating_point(keyword, syntax):
    kind = "f4" if keyword == "FloatPixelData" else "f8"
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    pixels = np.random.default_rng(1).normal(0.5, 3, (16, 16)).astype(kind)
    pixels[0, :3] = np.nan, np.inf, -np.inf
    for display in (
        {},
        {"WindowCenter": 0.5, "WindowWidth": 0.8, "VOILUTFunction": "LINEAR_EXACT"},
    ):
        dataset = mr_image(PixelData=None, BitsStored=None, HighBit=None, PixelRepresentation=None)
        dataset.BitsAllocated = int(kind[1]) * 8
        for name, value in display.items():
            setattr(dataset, name, value)
        setattr(dataset, keyword, pixels.astype(f"{order}{kind}").tobytes())
        low, high = (0.1, 0.9) if display else (pixels[1:].min(), pixels[1:].max())
        finite = pixels[0, 3:]
        if not display:
            low, high = min(low, finite.min()), max(high, finite.max())
        expected = np.clip((pixels.astype(float) - low) / (high - low), 0, 1) * 255
        levels = drawn(part10(dataset, syntax))
        assert np.abs(levels - np.nan_to_num(expected)).max() <= 1


@pytest.mark.parametrize("syntax", [*NATIVE])
def test_single_bits(syntax):
    frames = np.random.default_rng(2).integers(0, 2, (3, 7, 5), np.uint8)
    frames[1] = 0
    content = np.packbits(frames.reshape(-1), bitorder="little").tobytes()
    content += bytes(len(content) % 2)
    if syntax == ExplicitVRBigEndian:
        content = np.frombuffer(content, "u2").byteswap().tobytes()
    attributes = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}
    dataset = image(frames, 1, SOPClassUID=SegmentationStorage)
    for name, value in attributes.items():
        setattr(dataset, name, value)
    dataset["PixelData"].value = content
    file = part10(dataset, syntax)
    for index, frame in enumerate(frames):
        assert np.array_equal(drawn(file, index), frame * 255)
        unpacked = np.unpackbits(np.frombuffer(stored_frame(file, index), "u1"), bitorder="little")
        assert np.array_equal(unpacked[: frame.size], frame.reshape(-1))


@pytest.mark.parametrize(("syntax", "deepest"), [(JPEGBaseline8Bit, 8), (JPEGExtended12Bit, 12)])
def test_lossy_jpeg(syntax, deepest):
    ramp = np.tile(np.linspace(0, (1 << deepest) - 1, 64), (48, 1))
    frames = ramp[None].astype("u1" if deepest == 8 else "<u2")
    encoded = imagecodecs.jpeg8_encode(frames[0], level=95, bitspersample=deepest)
    attributes = {"WindowCenter": "90", "WindowWidth": "100"}
    dataset = image(frames, deepest, **attributes)
    dataset.PixelData = encapsulate([encoded])
    dataset["PixelData"].is_undefined_length = True
    decoded = imagecodecs.jpeg8_decode(encoded)[None]
    levels = drawn(part10(dataset, syntax))
    assert_like_pydicom(levels, decoded, deepest, **attributes)


def enhanced(frames: np.ndarray, shared: Dataset, own: list[Dataset], **top: object) -> bytes:
    groups = {
        "SharedFunctionalGroupsSequence": [shared],
        "PerFrameFunctionalGroupsSequence": own,
    }
    return as_file(frames, 12, ImplicitVRLittleEndian, **groups, **top)


def test_functional_groups_are_the_frames_own():
    frames = np.concatenate([values(16, 12, signed=False) for _ in range(3)])
    windows = [(100, 50), (900, 700), (2000, 9)]
    slopes = [("1", "0"), ("2", "-100"), ("-1", "4000")]
    own = [
        item(
            FrameVOILUTSequence=[item(WindowCenter=center, WindowWidth=width)],
            PixelValueTransformationSequence=[
                item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US")
            ],
        )
        for (center, width), (slope, intercept) in zip(windows, slopes, strict=True)
    ]
    per_frame = enhanced(frames, item(), own, WindowCenter=1, WindowWidth=1, RescaleSlope="7")
    shared = enhanced(frames, own[1], [item(), item(), item()], WindowCenter=1, WindowWidth=1)
    for index in range(3):
        for file, which in ((per_frame, index), (shared, 1)):
            attributes = {
                "WindowCenter": windows[which][0],
                "WindowWidth": windows[which][1],
                "RescaleSlope": slopes[which][0],
                "RescaleIntercept": slopes[which][1],
            }
            assert_like_pydicom(drawn(file, index), frames[index : index + 1], 12, **attributes)


@pytest.mark.parametrize("function", ["linear", "linear-exact", "sigmoid"])
def test_a_requested_window_replaces_every_other(function):
    frames = values(16, 12, signed=False)
    slope = {"RescaleSlope": "-1", "RescaleIntercept": "1000"}
    wanted = Rendering("image/png", window=Window(-200, 700, function))
    for own in ({"WindowCenter": "5", "WindowWidth": "5"}, {"VOILUTSequence": [lut(0, 9)]}):
        levels = drawn(as_file(frames, 12, RLELossless, **slope, **own), wanted=wanted)
        asked = {"WindowCenter": -200, "WindowWidth": 700}
        asked["VOILUTFunction"] = function.upper().replace("-", "_")
        assert_like_pydicom(levels, frames, 12, **slope, **asked)


@pytest.mark.parametrize(
    "window",
    [
        {"WindowCenter": "", "WindowWidth": ""},
        {"WindowCenter": "5", "WindowWidth": "0"},
        {"WindowCenter": "5"},
        {"WindowCenter": "5", "WindowWidth": "9", "VOILUTFunction": "CUBIC"},
    ],
)
def test_a_window_that_is_none_is_no_window(window):
    frames = values(16, 12, signed=False)
    assert_like_pydicom(drawn(as_file(frames, 12, ExplicitVRLittleEndian, **window)), frames, 12)


def test_a_window_of_one_is_a_threshold():
    frames = values(16, 12, signed=False)
    attributes = {"WindowCenter": "1000", "WindowWidth": "1"}
    levels = drawn(as_file(frames, 12, ExplicitVRLittleEndian, **attributes))
    assert np.array_equal(levels, (frames[0] > 999.5) * 255)


def test_a_constant_image_is_drawn():
    frames = np.full((1, 8, 8), 900, np.uint16)
    assert set(drawn(as_file(frames, 12, RLELossless)).reshape(-1)) == {128}
    assert not drawn(as_file(frames * 0, 12, RLELossless)).any()


def test_the_whole_range_is_that_of_the_modality_lut():
    """A table that is not monotonic: the ends of the stored values are not its extremes."""
    frames = values(16, 12, signed=False)
    table = lut(0, 4096, order="<")
    curve = np.abs(np.arange(4096) - 1800).astype("<u2")
    table.LUTData = curve.tobytes()
    levels = drawn(as_file(frames, 12, ExplicitVRLittleEndian, ModalityLUTSequence=[table]))
    _, dataset = plain(frames, 12, ModalityLUTSequence=[table])
    real = apply_modality_lut(frames[0], dataset).astype(float)
    expected = (real - real.min()) / (real.max() - real.min()) * 255
    assert np.abs(levels - expected).max() <= 1


def test_the_viewport_and_the_parameters_as_text():
    file = as_file(values(16, 12, signed=False), 12, RLELossless)
    wanted = Rendering("image/jpeg", (90, 40), Window(-3.5, 1e-06, "sigmoid"), 70)
    assert rendering_of(wanted.text()) == wanted
    assert rendering_of(Rendering().text()) == Rendering()
    assert drawn(file, wanted=wanted).shape == (40, 90)


@pytest.mark.parametrize("factor", [3, 8, 9])
def test_a_smaller_picture_has_the_mean_of_each_part(factor):
    rows, columns = np.mgrid[: 40 * factor, : 30 * factor]
    frame = (1000 + 900 * np.sin(rows / factor / 6) * np.cos(columns / factor / 5)).astype("u2")
    file = as_file(frame[None], 12, ExplicitVRLittleEndian)
    whole = drawn(file)
    means = whole.reshape(40, factor, 30, factor).mean(axis=(1, 3))
    small = drawn(file, wanted=Rendering("image/png", (30, 40)))
    assert np.abs(small - means).max() <= 3


def encapsulated_as(syntax: str) -> bytes:
    dataset = image(values(16, 12, signed=False), 12)
    dataset.PixelData = encapsulate([b"0123456789"])
    dataset["PixelData"].is_undefined_length = True
    return part10(dataset, syntax)


REFUSED = {
    "no pixels": (replaced(PixelData=None), "NOT_AN_IMAGE"),
    "video": (encapsulated_as(MPEG4HP41), "VIDEO"),
    "12 bits allocated": (replaced(BitsAllocated=12, BitsStored=12), "NOT_SUPPORTED"),
    "four samples": (replaced(SamplesPerPixel=4), "NOT_SUPPORTED"),
    "an unknown colour space": (replaced(PhotometricInterpretation="ARGB"), "NOT_SUPPORTED"),
    "more bits than there are": (replaced(BitsStored=20), "MISMATCH"),
    "too few bytes": (replaced(Rows=17), "WRONG_LENGTH"),
    "no palette": (replaced(PhotometricInterpretation="PALETTE COLOR"), "UNREADABLE"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_says_why(name):
    file, reason = REFUSED[name]
    with pytest.raises(Refused) as refused:
        drawn(file)
    assert refused.value.reason == reason
