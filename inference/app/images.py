"""What leaves the service as bytes: the mask as NIfTI and a preview as PNG."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from io import BytesIO

import nibabel as nib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor
from scipy import ndimage

from app.manifests import Segment
from app.volume import Volume

LabelArray = npt.NDArray[np.uint8]

_PREVIEW_PIXELS = 512
_FILL_OPACITY = 0.25
_CONTOUR_PIXELS = 2
_DEFAULT_COLOR = "#f2c14e"


def mask_nifti(labels: LabelArray, volume: Volume) -> bytes:
    """The mask as .nii.gz: uint8 [column, row, slice], affine to RAS mm.

    Args:
        labels: (slices, rows, columns) on the grid of `volume`.
    """
    image = nib.Nifti1Image(labels.transpose(2, 1, 0), volume.affine_ras, dtype=np.uint8)
    image.set_sform(volume.affine_ras, code="scanner")
    image.set_qform(volume.affine_ras, code="scanner")
    image.header.set_xyzt_units("mm")
    return gzip.compress(image.to_bytes(), compresslevel=1, mtime=0)


def probability_bytes(probability: npt.NDArray[np.float32]) -> bytes:
    """Gzip of uint8 slices x rows x columns: round(255 p)."""
    return gzip.compress(np.rint(probability * 255).astype(np.uint8).tobytes(), 1, mtime=0)


def preview_png(labels: LabelArray, volume: Volume, segments: Sequence[Segment]) -> bytes:
    """The acquired slice in the middle of the mask, in true proportion, segments outlined."""
    marked = np.flatnonzero(labels.any(axis=(1, 2)))
    index = int(marked[marked.size // 2]) if marked.size else labels.shape[0] // 2
    size = _preview_size(volume)
    grey = Image.fromarray(_window(volume.data[index])).resize(size, Image.Resampling.BILINEAR)
    canvas = np.repeat(np.asarray(grey, np.float32)[..., None], 3, axis=2)
    for segment in segments:
        flat = Image.fromarray((labels[index] == segment.number).astype(np.uint8))
        inside = np.asarray(flat.resize(size, Image.Resampling.NEAREST)).astype(bool)
        core = ndimage.binary_erosion(inside, iterations=_CONTOUR_PIXELS, border_value=1)
        color = np.array(ImageColor.getrgb(segment.color or _DEFAULT_COLOR), np.float32)
        canvas[inside] += _FILL_OPACITY * (color - canvas[inside])
        canvas[inside & ~core] = color
    return png(canvas.astype(np.uint8))


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Of (rows, columns, 3)."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _preview_size(volume: Volume) -> tuple[int, int]:
    _, row_mm, column_mm = volume.spacing_mm
    height, width = volume.data.shape[1] * row_mm, volume.data.shape[2] * column_mm
    scale = _PREVIEW_PIXELS / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _window(image: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    low, high = np.quantile(image, (0.01, 0.995))
    scaled = (image - low) / max(float(high - low), 1e-6)
    levels: npt.NDArray[np.uint8] = (np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return levels
