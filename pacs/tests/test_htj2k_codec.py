"""The corpus: everything eligible comes back bit for bit, everything else says why not."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    HTJ2K,
    MPEG4HP41,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
    SegmentationStorage,
)

from pacs.htj2k import codec, pixel_data
from pacs.htj2k.pixel_data import Refused
from pacs.tests.dicom_files import mr_image, part10
from pacs.tests.htj2k_files import (
    ENCODERS,
    GREY,
    NATIVE,
    encapsulated,
    image,
    native,
    noise,
    replaced,
)

DEPTHS = [(bits, signed) for bits in range(8, 17) for signed in (False, True)]
SIZES = [(1, 1), (1, 7), (7, 1), (5, 5), (33, 31), (217, 181), (256, 256)]
LARGE = [(1, 4096), (4096, 1), (2047, 1025), (4096, 4096)]


def assert_kept(file: bytes, frames: np.ndarray) -> None:
    codestreams = codec.transcode(file)
    assert len(codestreams) == len(frames)
    for index, (codestream, frame) in enumerate(zip(codestreams, frames, strict=True)):
        again = imagecodecs.htj2k_decode(codestream)
        assert again.dtype == frame.dtype
        np.testing.assert_array_equal(again, frame)
        little = frame.astype(frame.dtype.newbyteorder("<"))
        assert codec.decode(file, index) == little.tobytes()


@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_every_depth_and_sign_and_odd_sizes(bits, signed):
    for size in SIZES:
        frames = noise((1, *size), bits, signed)
        assert_kept(native(frames, bits), frames)


@pytest.mark.parametrize("size", LARGE)
def test_large_images(size):
    frames = noise((1, *size), 16, signed=False)
    assert_kept(native(frames, 16), frames)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"])
def test_grey(photometric):
    frames = noise((1, 9, 12), 12, signed=False)
    assert_kept(native(frames, 12, PhotometricInterpretation=photometric), frames)


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL", "YBR_RCT"])
@pytest.mark.parametrize("bits", [8, 16])
def test_colour(photometric, bits):
    frames = noise((2, 9, 13, 3), bits, signed=False)
    attributes = {"PhotometricInterpretation": photometric, "PlanarConfiguration": 0}
    assert_kept(native(frames, bits, samples=3, **attributes), frames)


@pytest.mark.parametrize("syntax", NATIVE)
def test_every_native_syntax_and_many_frames(syntax):
    frames = noise((7, 15, 21), 12, signed=True)
    assert_kept(native(frames, 12, syntax), frames)


@pytest.mark.parametrize("syntax", ENCODERS)
@pytest.mark.parametrize(("bits", "signed"), [(8, False), (12, False), (16, False)])
def test_every_lossless_source(syntax, bits, signed):
    frames = noise((3, 33, 31), bits, signed)
    assert_kept(encapsulated(frames, bits, syntax), frames)


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, HTJ2KLossless, RLELossless])
def test_signed_sources(syntax):
    frames = noise((2, 20, 22), 16, signed=True)
    assert_kept(encapsulated(frames, 16, syntax), frames)


@pytest.mark.parametrize("syntax", [JPEGLosslessSV1, JPEGLSLossless])
def test_the_sign_that_these_codecs_do_not_know(syntax):
    frames = noise((1, 20, 22), 12, signed=True)
    dataset = image(frames, 12)
    codestream = ENCODERS[syntax]((frames[0] & 0x0FFF).astype(np.uint16))
    dataset.PixelData = encapsulate([codestream])
    dataset["PixelData"].is_undefined_length = True
    assert_kept(part10(dataset, syntax), frames)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, HTJ2KLossless, JPEGLSLossless])
def test_colour_sources(syntax):
    frames = noise((2, 16, 18, 3), 8, signed=False)
    attributes = {"PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    assert_kept(encapsulated(frames, 8, syntax, samples=3, **attributes), frames)


def test_the_unused_high_bits_are_kept_too():
    frames = noise((1, 16, 16), 16, signed=False)
    assert_kept(native(frames, 12), frames)


def claimed(syntax: str) -> bytes:
    """Fragments of RLE under another name."""
    dataset = image(GREY, 16)
    dataset.PixelData = encapsulate([ENCODERS[RLELossless](frame) for frame in GREY])
    dataset["PixelData"].is_undefined_length = True
    return part10(dataset, syntax)


BAD = {
    "shorter than its size": (replaced(PixelData=GREY.tobytes()[:-2]), "WRONG_LENGTH"),
    "longer than its size": (replaced(PixelData=GREY.tobytes() + b"xx"), "WRONG_LENGTH"),
    "more frames than it has": (replaced(NumberOfFrames=3), "WRONG_LENGTH"),
    "no frames": (replaced(NumberOfFrames=-1), "WRONG_LENGTH"),
    "no pixel data": (replaced(PixelData=None), "NOT_AN_IMAGE"),
    "no size": (replaced(Rows=None), "NOT_AN_IMAGE"),
    "65535 x 65535": (replaced(Rows=65535, Columns=65535), "TOO_LARGE"),
    "16 bits in 8": (replaced(BitsAllocated=8), "MISMATCH"),
    "20 bits stored": (replaced(BitsStored=20), "MISMATCH"),
    "12 bits allocated": (replaced(BitsAllocated=12, BitsStored=12), "NOT_SUPPORTED"),
    "32 bits": (replaced(BitsAllocated=32, BitsStored=32), "NOT_SUPPORTED"),
    "single bits": (replaced(BitsAllocated=1, BitsStored=1), "SINGLE_BIT"),
    "a segmentation": (replaced(SOPClassUID=SegmentationStorage), "SEGMENTATION"),
    "colour by plane": (
        replaced(SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=1),
        "NOT_SUPPORTED",
    ),
    "cut off": (replaced()[:-100], "WRONG_LENGTH"),
    "cut off in the header": (replaced()[:300], "NOT_AN_IMAGE"),
    "not DICOM": (b"\x89PNG" * 100, "UNREADABLE"),
    "nothing": (b"", "UNREADABLE"),
    "a truncated fragment": (encapsulated(GREY, 16, JPEG2000Lossless)[:-300], None),
    "lossy": (claimed(JPEGBaseline8Bit), "LOSSY"),
    "nearly lossless": (claimed(JPEGLSNearLossless), "LOSSY"),
    "lossy HTJ2K": (claimed(HTJ2K), "LOSSY"),
    "video": (claimed(MPEG4HP41), "VIDEO"),
    "not what it claims": (claimed(JPEG2000Lossless), None),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_eligible_says_why(name):
    file, reason = BAD[name]
    with pytest.raises(Refused) as refused:
        codec.transcode(file)
    if reason:
        assert refused.value.reason == reason


@pytest.mark.parametrize("stray", ["feffdde000000000", "f07f10004f4200000400000001020304"])
def test_what_stands_in_a_wrong_place_before_the_pixels_is_skipped(stray):
    file = native(GREY, 16)
    at = file.index(b"\xe0\x7f\x10\x00OW")
    assert codec.transcode(file[:at] + bytes.fromhex(stray) + file[at:]) == codec.transcode(file)


def test_a_number_of_frames_with_a_point():
    file = replaced(NumberOfFrames=20)
    assert codec.transcode(file.replace(b"IS\x02\x0020", b"IS\x02\x002."))
    with pytest.raises(Refused, match="UNREADABLE"):
        codec.transcode(file.replace(b"IS\x02\x0020", b"IS\x02\x00xx"))


def test_what_is_deflated_to_almost_nothing_is_not_inflated(monkeypatch):
    monkeypatch.setattr(pixel_data, "MAX_INFLATED_BYTES", 1 << 20)
    zeros = np.zeros((40, 256, 256), np.uint16)
    with pytest.raises(Refused, match="TOO_LARGE"):
        codec.transcode(native(zeros, 16, DeflatedExplicitVRLittleEndian))


def test_float_pixel_data():
    dataset = mr_image(PixelData=None, BitsAllocated=32)
    dataset.FloatPixelData = np.zeros(256, "<f4").tobytes()
    with pytest.raises(Refused, match="FLOAT"):
        codec.transcode(part10(dataset, ExplicitVRLittleEndian))


@pytest.mark.parametrize("syntax", ENCODERS)
def test_a_codestream_of_another_size_or_depth(syntax):
    for other in (noise((1, 8, 8), 16, False), noise((1, 16, 16), 8, False)):
        dataset = image(GREY[:1], 16)
        dataset.PixelData = encapsulate([ENCODERS[syntax](other[0])])
        dataset["PixelData"].is_undefined_length = True
        with pytest.raises(Refused):
            codec.transcode(part10(dataset, syntax))


@pytest.mark.parametrize("syntax", ENCODERS)
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.98])
def test_a_truncated_codestream(syntax, kept):
    codestream = ENCODERS[syntax](GREY[0])
    dataset = image(GREY[:1], 16)
    dataset.PixelData = encapsulate([codestream[: int(len(codestream) * kept)]])
    dataset["PixelData"].is_undefined_length = True
    with pytest.raises(Refused, match=r"WRONG_LENGTH|UNREADABLE"):
        codec.transcode(part10(dataset, syntax))


@pytest.mark.parametrize("syntax", [syntax for syntax in ENCODERS if syntax != RLELossless])
@pytest.mark.parametrize("pad", [b"\0", b"\xff", b" ", b"\x55", b"\0\0\0", b"\xff\xff\xff"])
@pytest.mark.parametrize("has_bot", [True, False])
def test_padding_behind_the_end_marker(syntax, pad, has_bot):
    frames = noise((3, 33, 31), 12, signed=False)
    dataset = image(frames, 12)
    codestreams = [ENCODERS[syntax](frame) + pad for frame in frames]
    dataset.PixelData = encapsulate(codestreams, has_bot=has_bot)
    dataset["PixelData"].is_undefined_length = True
    assert_kept(part10(dataset, syntax), frames)
