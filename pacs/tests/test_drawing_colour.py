"""The corpus in colour: every photometric interpretation, within one level of pydicom's own."""

from __future__ import annotations

from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.processing import apply_color_lut, convert_color_space
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from pacs.delivery.lookup_tables import MAX_SEGMENTS
from pacs.delivery.stored_values import stored_frame
from pacs.htj2k.pixel_data import Refused
from pacs.tests.dicom_files import part10
from pacs.tests.drawing_files import as_file, drawn, plain, values
from pacs.tests.htj2k_files import NATIVE, image

ENCAPSULATED = [RLELossless, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless]
COLOUR = {"samples": 3, "PlanarConfiguration": 0}


def eight_bits(frame: np.ndarray, stored: int) -> np.ndarray:
    return frame.astype(float) * 255 / ((1 << stored) - 1)


@pytest.mark.parametrize(("allocated", "stored"), [(8, 8), (8, 6), (16, 12), (16, 16)])
@pytest.mark.parametrize("syntax", [*NATIVE, *ENCAPSULATED])
def test_rgb(syntax, allocated, stored):
    frames = values(allocated, stored, signed=False, samples=3)
    levels = drawn(as_file(frames, stored, syntax, PhotometricInterpretation="RGB", **COLOUR))
    assert np.abs(levels - eight_bits(frames[0], stored)).max() <= 1


@pytest.mark.parametrize("allocated", [8, 16])
@pytest.mark.parametrize("syntax", NATIVE)
def test_rgb_by_planes(syntax, allocated):
    frames = values(allocated, allocated, signed=False, samples=3)
    planes = np.ascontiguousarray(np.moveaxis(frames, -1, 1)).reshape(1, 21, 26, 3)
    attributes = {**COLOUR, "PlanarConfiguration": 1, "PhotometricInterpretation": "RGB"}
    levels = drawn(as_file(planes, allocated, syntax, **attributes))
    assert np.abs(levels - eight_bits(frames[0], allocated)).max() <= 1


@pytest.mark.parametrize("syntax", [*NATIVE, *ENCAPSULATED])
def test_ybr_full(syntax):
    frames = values(8, 8, signed=False, samples=3)
    levels = drawn(as_file(frames, 8, syntax, PhotometricInterpretation="YBR_FULL", **COLOUR))
    expected = convert_color_space(frames[0], "YBR_FULL", "RGB").astype(int)
    assert np.abs(levels - expected).max() <= 1


@pytest.mark.parametrize("photometric", ["YBR_RCT", "YBR_ICT"])
def test_what_the_codec_turns_into_rgb_is_rgb(photometric):
    frames = values(8, 8, signed=False, samples=3)
    for syntax in (JPEG2000Lossless, HTJ2KLossless):
        attributes = {**COLOUR, "PhotometricInterpretation": photometric}
        assert np.array_equal(drawn(as_file(frames, 8, syntax, **attributes)), frames[0])


def subsampled(syntax: str, photometric: str) -> tuple[bytes, bytes]:
    """Two frames of 6 x 8 pixels with two bytes each, as a file and as bytes."""
    content = np.random.default_rng(3).integers(16, 236, 2 * 6 * 8 * 2, np.uint8).tobytes()
    dataset = image(np.zeros((2, 6, 8, 3), np.uint8), 8, **COLOUR)
    dataset.PhotometricInterpretation = photometric
    stored = content
    if syntax == ExplicitVRBigEndian:
        stored = np.frombuffer(content, "u2").byteswap().tobytes()
    dataset["PixelData"].value = stored
    return part10(dataset, syntax), content


@pytest.mark.parametrize("syntax", NATIVE)
def test_ybr_full_422(syntax):
    file, content = subsampled(syntax, "YBR_FULL_422")
    plain_file, _ = subsampled(ExplicitVRLittleEndian, "YBR_FULL_422")
    for index in (0, 1):
        expected = pixel_array(BytesIO(plain_file), index=index).astype(int)
        assert np.abs(drawn(file, index) - expected).max() <= 1
        assert stored_frame(file, index) == content[96 * index : 96 * (index + 1)]


def test_ybr_partial_422():
    file, content = subsampled(ExplicitVRLittleEndian, "YBR_PARTIAL_422")
    pairs = np.frombuffer(content[:96], "u1").reshape(6, 4, 4).astype(float)
    luminance = (pairs[..., :2].reshape(6, 8) - 16) * 255 / 219
    blue, red = ((np.repeat(pairs[..., n], 2, 1) - 128) * 255 / 224 for n in (2, 3))
    expected = np.stack(
        [
            luminance + 1.402 * red,
            luminance - 0.344136 * blue - 0.714136 * red,
            luminance + 1.772 * blue,
        ],
        axis=-1,
    )
    assert np.abs(drawn(file) - np.clip(expected, 0, 255)).max() <= 1


@pytest.mark.parametrize(
    ("photometric", "colorspace"),
    [("YBR_FULL_422", None), ("YBR_FULL", None), ("RGB", None), ("RGB", "RGB")],
)
def test_jpeg_is_what_its_own_markers_say(photometric, colorspace):
    """A JFIF marker is YCbCr, whatever the data set says."""
    ramp = np.linspace(0, 255, 32 * 32).reshape(32, 32)
    frame = np.stack([ramp, ramp.T, 255 - ramp], axis=-1).astype(np.uint8)
    encoded = imagecodecs.jpeg8_encode(
        frame, level=98, colorspace=colorspace, outcolorspace=colorspace, subsampling="444"
    )
    dataset = image(frame[None], 8, **COLOUR)
    dataset.PhotometricInterpretation = photometric
    dataset.PixelData = encapsulate([encoded])
    dataset["PixelData"].is_undefined_length = True
    levels = drawn(part10(dataset, JPEGBaseline8Bit))
    assert np.abs(levels - frame).max() <= 6  # what the compression loses


def palette(entries: int, first: int, depth: int, *, signed: bool = False) -> dict[str, object]:
    found: dict[str, object] = {"PhotometricInterpretation": "PALETTE COLOR"}
    ramp = np.linspace(0, (1 << depth) - 1, entries)
    for name, curve in (("Red", ramp), ("Green", ramp[::-1]), ("Blue", ramp**2 / ramp.max())):
        key = f"{name}PaletteColorLookupTable"
        found[f"{key}Descriptor"] = [entries % 65536, first, depth]
        found[f"{key}Data"] = curve.astype("u1" if depth == 8 else "<u2").tobytes()
    return found


@pytest.mark.parametrize(
    ("allocated", "entries", "first", "depth"),
    [(8, 256, 0, 8), (8, 256, 0, 16), (8, 200, 30, 16), (16, 4096, 100, 16), (16, 65536, 0, 16)],
)
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, RLELossless])
def test_palettes(syntax, allocated, entries, first, depth):
    frames = values(allocated, allocated, signed=False)
    attributes = palette(entries, first, depth)
    frame, dataset = plain(frames, allocated, **attributes)
    expected = apply_color_lut(frame.astype(np.int32), dataset)
    levels = drawn(as_file(frames, allocated, syntax, **attributes))
    assert np.abs(levels - eight_bits(expected, depth)).max() <= 1


def segmented(content: bytes, depth: int) -> Dataset | dict[str, object]:
    found: dict[str, object] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name in ("Red", "Green", "Blue"):
        key = f"{name}PaletteColorLookupTable"
        found[f"{key}Descriptor"] = [256, 0, depth]
        found[f"Segmented{key}Data"] = content
    return found


SEGMENTS = {
    "8 bits": (np.array([0, 4, 9, 7, 30, 2, 1, 200, 100, 1, 52, 255], "u1").tobytes(), 8),
    "16 bits": (np.array([0, 2, 500, 9000, 1, 200, 65535, 1, 54, 7], "<u2").tobytes(), 16),
    "indirect": (
        np.array([0, 2, 500, 9000, 1, 100, 65535, 2, 2, 0, 0, 1, 52, 7], "<u2").tobytes(),
        16,
    ),
}


@pytest.mark.parametrize("name", SEGMENTS)
def test_segmented_palettes(name):
    content, depth = SEGMENTS[name]
    frames = values(8, 8, signed=False)
    attributes = segmented(content, depth)
    frame, dataset = plain(frames, 8, **attributes)
    expected = apply_color_lut(frame, dataset)
    levels = drawn(as_file(frames, 8, ExplicitVRLittleEndian, **attributes))
    assert np.abs(levels - eight_bits(expected, depth)).max() <= 1


@pytest.mark.parametrize(
    "words",
    [
        [2, 1, 0, 0],
        [0, 1, 7, 2, 1, 6, 0],
        [0, 0] * (MAX_SEGMENTS + 1),
        [3, 1, 7],
        [1, 9, 7],
        [],
    ],
)
def test_a_segmented_palette_that_leads_nowhere_is_refused(words):
    content = np.array(words, "<u2").tobytes()
    with pytest.raises(Refused, match="UNREADABLE"):
        frames = values(8, 8, signed=False)
        drawn(as_file(frames, 8, ImplicitVRLittleEndian, **segmented(content, 16)))
