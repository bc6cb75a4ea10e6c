"""DICOM files to convert: every lossless syntax, depth and photometric interpretation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import RLELosslessEncoder
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from pacs.tests.dicom_files import mr_image, part10

RNG = np.random.default_rng(27)


def rle(frame: np.ndarray) -> bytes:
    samples = 1 if frame.ndim == 2 else frame.shape[2]
    return RLELosslessEncoder.encode(
        frame,
        rows=frame.shape[0],
        columns=frame.shape[1],
        samples_per_pixel=samples,
        number_of_frames=1,
        bits_allocated=frame.itemsize * 8,
        bits_stored=frame.itemsize * 8,
        pixel_representation=int(frame.dtype.kind == "i"),
        planar_configuration=0,
        photometric_interpretation="RGB" if samples == 3 else "MONOCHROME2",
    )


ENCODERS: dict[str, Callable[[Any], bytes]] = {
    RLELossless: rle,
    JPEGLosslessSV1: lambda a: bytes(imagecodecs.ljpeg_encode(a)),
    JPEGLSLossless: lambda a: bytes(imagecodecs.jpegls_encode(a)),
    JPEG2000Lossless: lambda a: bytes(
        imagecodecs.jpeg2k_encode(a, codecformat="j2k", reversible=True)
    ),
    HTJ2KLossless: lambda a: bytes(imagecodecs.htj2k_encode(a, reversible=True)),
    HTJ2KLosslessRPCL: lambda a: bytes(imagecodecs.htj2k_encode(a, reversible=True)),
}
NATIVE = [
    ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]  # fmt: skip


def noise(shape: tuple[int, ...], bits: int, signed: bool) -> np.ndarray:
    """Every value that the depth allows is as likely as another: the hardest image there is."""
    low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
    dtype = np.dtype(f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}")
    return RNG.integers(low, high, shape).astype(dtype)


def image(frames: np.ndarray, bits: int, samples: int = 1, **attributes: Any) -> Dataset:
    """``frames``: (frames, rows, columns[, samples])."""
    return mr_image(
        NumberOfFrames=len(frames),
        Rows=frames.shape[1],
        Columns=frames.shape[2],
        SamplesPerPixel=samples,
        BitsAllocated=frames.itemsize * 8,
        BitsStored=bits,
        HighBit=bits - 1,
        PixelRepresentation=int(frames.dtype.kind == "i"),
        **attributes,
    )


def native(
    frames: np.ndarray, bits: int, syntax: str = ExplicitVRLittleEndian, **rest: Any
) -> bytes:
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    content = frames.astype(frames.dtype.newbyteorder(order)).tobytes()
    dataset = image(frames, bits, **rest)
    dataset["PixelData"].value = content + bytes(len(content) % 2)
    return part10(dataset, syntax)


def encapsulated(frames: np.ndarray, bits: int, syntax: str, **rest: Any) -> bytes:
    dataset = image(frames, bits, **rest)
    dataset.PixelData = encapsulate([ENCODERS[syntax](frame) for frame in frames])
    dataset["PixelData"].is_undefined_length = True
    return part10(dataset, syntax)


GREY = noise((2, 16, 16), 16, signed=False)


def replaced(**attributes: Any) -> bytes:
    dataset = image(GREY, 16)
    dataset["PixelData"].value = GREY.tobytes()
    for keyword, value in attributes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return part10(dataset, ExplicitVRLittleEndian)
