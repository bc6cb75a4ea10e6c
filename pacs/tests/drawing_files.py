"""Files to draw, and what pydicom's own functions make of them."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from pacs.delivery.drawing import draw
from pacs.delivery.rendering import Rendering
from pacs.tests.dicom_files import part10
from pacs.tests.htj2k_files import ENCODERS, NATIVE, image, native

RNG = np.random.default_rng(14)
PNG = Rendering("image/png")


def drawn(file: bytes, index: int = 0, wanted: Rendering = PNG) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(draw(file, index, wanted)))).astype(int)


def values(allocated: int, stored: int, *, signed: bool, samples: int = 1) -> np.ndarray:
    """One frame of every value that the bits allow, the extremes among them."""
    low, high = (-(1 << stored - 1), (1 << stored - 1) - 1) if signed else (0, (1 << stored) - 1)
    shape = (1, 21, 26) if samples == 1 else (1, 21, 26, samples)
    found = RNG.integers(low, high, shape, endpoint=True)
    found[0, 0, :2] = np.array([low, high]).reshape((2,) + (1,) * (samples > 1))
    return found.astype(f"{'i' if signed else 'u'}{allocated // 8}")


def as_file(frames: np.ndarray, stored: int, syntax: str, **attributes: Any) -> bytes:
    """In any syntax; codecs that know no sign get the bits that are stored."""
    if syntax == ExplicitVRBigEndian and frames.itemsize == 1:
        return _words(frames, stored, **attributes)
    if syntax in NATIVE:
        return native(frames, stored, syntax, **attributes)
    dataset = image(frames, stored, **attributes)
    unsigned = frames.view(frames.dtype.str.replace("i", "u"))
    masked = unsigned & unsigned.dtype.type((1 << stored) - 1)
    encode = rle_literal if frames.itemsize == 4 else ENCODERS[syntax]
    dataset.PixelData = encapsulate([encode(frame) for frame in masked])
    dataset["PixelData"].is_undefined_length = True
    return part10(dataset, syntax)


def _words(frames: np.ndarray, stored: int, **attributes: Any) -> bytes:
    """Big endian: two pixels of 8 bits in a word (PS3.5 annex A.3)."""
    content = frames.tobytes()
    content += bytes(len(content) % 2)
    dataset = image(frames, stored, **attributes)
    dataset["PixelData"].value = np.frombuffer(content, "u2").byteswap().tobytes()
    return part10(dataset, ExplicitVRBigEndian)


def rle_literal(frame: np.ndarray) -> bytes:
    """RLE of depths that pydicom does not encode: literal runs only (PS3.5 annex G)."""
    octets = frame.astype(frame.dtype.newbyteorder(">")).reshape(-1).view("u1")
    segments = []
    for plane in octets.reshape(-1, frame.itemsize).T:
        runs = [plane[at : at + 128].tobytes() for at in range(0, plane.size, 128)]
        segment = b"".join(bytes([len(run) - 1]) + run for run in runs)
        segments.append(segment + bytes(len(segment) % 2))
    offsets = [64 + sum(map(len, segments[:n])) for n in range(len(segments))]
    header = struct.pack("<16L", len(segments), *offsets, *[0] * (15 - len(segments)))
    return header + b"".join(segments)


def plain(frames: np.ndarray, stored: int, **attributes: Any) -> tuple[np.ndarray, Dataset]:
    """The first frame and the data set as pydicom reads them from an uncompressed file."""
    dataset = dcmread(BytesIO(native(frames, stored, ExplicitVRLittleEndian, **attributes)))
    return frames[0], dataset


def reference(frame: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Grey levels by pydicom's Modality LUT and VOI LUT, scaled from their range to 0-255."""
    real = apply_modality_lut(frame, dataset)
    shown = np.asarray(apply_voi_lut(real, dataset)).astype(float)
    if "VOILUTSequence" in dataset:
        low, high = 0.0, float((1 << dataset.VOILUTSequence[0].LUTDescriptor[2]) - 1)
    elif "WindowCenter" in dataset:
        low, high = _window_range(dataset)
    else:
        low, high = float(real.min()), float(real.max())
    levels = (shown - low) / (high - low) * 255
    inverse = dataset.PhotometricInterpretation == "MONOCHROME1"
    return 255 - levels if inverse or dataset.get("PresentationLUTShape") == "INVERSE" else levels


def _window_range(dataset: Dataset) -> tuple[float, float]:
    """Of what apply_windowing returns."""
    if "ModalityLUTSequence" in dataset:
        return 0.0, float((1 << dataset.ModalityLUTSequence[0].LUTDescriptor[2]) - 1)
    half = 1 << dataset.BitsStored - 1
    low, high = (-half, half - 1) if dataset.PixelRepresentation else (0, 2 * half - 1)
    slope = float(dataset.get("RescaleSlope", 1))
    intercept = float(dataset.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept


def lut(first: int, entries: int, depth: int = 16, order: str = "") -> Dataset:
    """A curve that is not a line, in an item of a LUT sequence.

    ``order``: as words in that order, else as numbers.
    """
    item = Dataset()
    kind = "SS" if first < 0 else "US"
    item.add_new("LUTDescriptor", kind, [entries, first, depth])
    curve = (np.linspace(0, 1, entries) ** 2 * ((1 << depth) - 1)).astype("u2")
    if order:
        item.add_new("LUTData", "OW", curve.astype(f"{order}u2").tobytes())
    else:
        item.add_new("LUTData", "US", curve.tolist())
    return item


def item(**attributes: Any) -> Dataset:
    found = Dataset()
    for keyword, value in attributes.items():
        setattr(found, keyword, value)
    return found
